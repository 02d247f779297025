"""H6, online rate: online minutes / exposure minutes, over slots. Source: policy 4.2, 7.3 and 7.4.

Exposure are all minutes of the days on which a slot is installed, not retired, and its dwelling handed over; a slot
without a device that day is offline.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from services.adoption import strips
from services.adoption.definitions import ONLINE
from services.adoption.figures import faulty
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, holds_slot, slot_id
from services.adoption.figures.states import interval_minutes, online, silenced
from services.adoption.figures.stretches import Stretch, of_slot
from shared.contracts.civil_time import date_from_day, start_of
from shared.contracts.registry import Binding, Slot

DayCounts: TypeAlias = "array[int]"  # a city has a million slot-days: two bytes for each, not its strip


class _Observed(NamedTuple):
    """A slot over a stretch: its minutes online, healthy and UNKNOWN, day by day."""

    slot: Slot
    stretch: Stretch
    interval: int
    online: DayCounts
    healthy: DayCounts
    unknown: DayCounts

    @property
    def exposure(self) -> int:
        """Its minutes in the denominator."""
        return 0 if self.stretch.removed else len(self.stretch.days) * strips.MINUTES


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the online minutes of the window's days."""
    observed = list(_observed(city, facts, scope, window))
    online_minutes = sum(sum(one.online) for one in observed)
    exposure = sum(one.exposure for one in observed)
    known = exposure - sum(sum(one.unknown) for one in observed)
    removed: Counter[str] = Counter()
    for one in observed:
        if one.stretch.removed:
            removed[one.stretch.removed] += len(one.stretch.days)

    def rows(part: Part) -> Iterable[Row]:
        return (row for one in observed for row in _rows(one, part))

    return Counted(
        total=Ratio(online_minutes, exposure),
        observed=Ratio(online_minutes, known),
        coverage=Coverage(ONLINE.coverage_unit, known, exposure),
        removed=removed,
        applicable=exposure > 0,
        rows=rows,
        inputs=map(_input, observed),
        apart={"healthy": sum(sum(one.healthy) for one in observed)},
    )


def _observed(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Iterator[_Observed]:
    for slot in city.entities.slots.values():
        for stretch in of_slot(city, slot, window):
            if holds_slot(scope, city, slot, stretch.binding):
                yield _observe(city, facts, slot, stretch)


def _observe(city: City, facts: KnownFacts, slot: Slot, stretch: Stretch) -> _Observed:
    if stretch.removed or stretch.binding is None:
        none = _by_day(strips.EMPTY, stretch)
        return _Observed(slot, stretch, 0, none, none, none)
    covered = online(city, facts, slot, stretch)
    healthy = covered
    if covered:
        faults = facts.faults(stretch.binding.vendor, stretch.binding.device, start_of(stretch.end))
        healthy = strips.without(covered, faulty.minutes(faults, stretch.first, stretch.end))
    unknown = strips.without(silenced(city, stretch), covered)
    interval = interval_minutes(city, slot, stretch.binding)
    counts = {strip: _by_day(strip, stretch) for strip in {covered, healthy, unknown}}  # mostly it was never faulty
    return _Observed(slot, stretch, interval, counts[covered], counts[healthy], counts[unknown])


def _rows(one: _Observed, part: Part) -> Iterator[Row]:
    stretch, slot, binding = one.stretch, one.slot, one.stretch.binding
    if (part == "removed") != (stretch.removed is not None):
        return
    for day, online_minutes, unknown_minutes in zip(stretch.days, one.online, one.unknown, strict=True):
        amount = {"numerator": online_minutes, "denominator": strips.MINUTES, "removed": 1}[part]
        if amount:
            yield Row(
                why=stretch.removed or _why(binding, online_minutes, unknown_minutes),
                amount=amount,
                day=date_from_day(day),
                dwelling=f"{slot.pilot}/{slot.dwelling_ref}",
                vendor=binding.vendor if binding else None,
                device=binding.device if binding else None,
                binding=binding_id(binding) if binding else None,
                slot=slot_id(slot),
                site=slot.pilot,
            )


def _why(binding: Binding | None, online_minutes: int, unknown_minutes: int) -> str:
    if binding is None:
        return "no_device"
    if online_minutes:
        return "online"
    return "unknown" if unknown_minutes else "offline"


def _input(one: _Observed) -> list[object]:
    """A slot's stretch: minutes online, healthy and UNKNOWN of each day."""
    stretch, binding = one.stretch, one.stretch.binding
    return [
        "slot-days",
        slot_id(one.slot),
        date_from_day(stretch.first),
        len(stretch.days),
        binding_id(binding) if binding else None,
        one.interval,
        stretch.removed,
        *map(list, (one.online, one.healthy, one.unknown)),
    ]


def _by_day(strip: int, stretch: Stretch) -> DayCounts:
    days = len(stretch.days)
    return array("H", [day.bit_count() for day in strips.by_day(strip, days)] if strip else [0] * days)
