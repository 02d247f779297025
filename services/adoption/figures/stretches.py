"""The days of a window, cut where what the registry says of a slot changes: over a stretch it is the same."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from services.adoption.figures.city import City, bound_on, out_of_service
from services.adoption.figures.counted import Window
from services.adoption.figures.scopes import slot_id
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Binding, Dwelling, Slot


class Stretch(NamedTuple):
    """The days [``first``, ``end``) on which one device, or none, is in a slot, and the slot is ``removed`` or not."""

    first: int
    end: int
    binding: Binding | None
    removed: str | None

    @property
    def days(self) -> range:
        """Its day numbers."""
        return range(self.first, self.end)


def of_slot(city: City, slot: Slot, window: Window) -> Iterator[Stretch]:
    """A slot's stretches in a window, in order; together they are its days."""
    bindings = city.of_slot.get(slot_id(slot), ())
    dwelling = city.entities.dwellings[f"{slot.pilot}/{slot.dwelling_ref}"]
    edges = [slot.installed_on, slot.retired_on, dwelling.handed_over_on]
    for binding in bindings:
        edges += binding.valid_from, binding.valid_to
    for first, end in between(window, edges):
        day = date_from_day(first)
        yield Stretch(first, end, bound_on(bindings, day), _removed(slot, dwelling, day))


def between(window: Window, edges: Iterable[date | None]) -> Iterator[tuple[int, int]]:
    """The window's days as ranges that begin at its start and at every edge within it."""
    first, last = day_from_date(window.start), day_from_date(window.end)
    cuts = {day_from_date(edge) for edge in edges if edge is not None and window.start < edge < window.end}
    begins = first
    for cut in (*sorted(cuts), last):
        yield begins, cut
        begins = cut


def _removed(slot: Slot, dwelling: Dwelling, day: date) -> str | None:
    if reason := out_of_service(slot, day):
        return reason
    return None if dwelling.handed_over_on is not None and dwelling.handed_over_on <= day else "not_handed_over"
