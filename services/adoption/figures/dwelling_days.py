"""Dwelling-days as sets of days: bit *d* of an ``int`` is the day *d* days after the window's first.

Which days of a dwelling are handed over, lawfully known to be lived in, without consent, in use, and affected by an
outage. Source: policy 6 (Q15), 7.2, 7.3 and 7.4.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import AFFECTED_MINUTES
from services.adoption.figures.city import City, binding_id, verified
from services.adoption.figures.counted import Window
from services.adoption.figures.known import KnownFacts, UseDays
from services.adoption.figures.scopes import dwelling_id, slot_id
from services.adoption.figures.states import online, silenced
from services.adoption.figures.stretches import Stretch, of_slot
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Dwelling, Slot
from shared.contracts.registry_evidence import without_consent
from shared.contracts.vocabulary import CATEGORIES

WAKING = strips.between(6 * 60, 24 * 60)
_NOT_IN_SERVICE = ("not_installed", "retired")


class Lived(NamedTuple):
    """The days on which occupancy may be known (``lawful``), was ``reported``, and said yes (``occupied``)."""

    lawful: int
    reported: int
    occupied: int


class Use(NamedTuple):
    """The days on which a dwelling was ``active``, had ``any_use``, or was ``affected``; and the facts behind them.

    ``used_in`` are, by interactive category, the days on which that was used.
    """

    active: int
    any_use: int
    affected: int
    used_in: dict[str, int]
    inputs: list[list[object]]


def days_of(strip: int, window: Window) -> Iterator[date]:
    """The days set, ascending."""
    return (window.start + timedelta(days=day) for day in strips.minutes(strip))


def count(days: int) -> int:
    """How many days are set."""
    return days.bit_count()


def range_of(window: Window, since: date | None, until: date | None) -> int:
    """The window's days from ``since`` on, none if that is None, and before ``until``, to the end if that is None."""
    if since is None:
        return 0
    first = max((since - window.start).days, 0)
    end = (window.end - window.start).days
    return strips.between(first, end if until is None else min((until - window.start).days, end))


def handed_over(dwelling: Dwelling, window: Window) -> int:
    """The days on which a dwelling is handed over."""
    return range_of(window, dwelling.handed_over_on, None)


def no_consent(city: City, dwelling: Dwelling, window: Window) -> int:
    """The days on which it is let without consent."""
    days = 0
    for tenancy in city.tenancies_of.get(dwelling_id(dwelling), ()):
        for span in without_consent(tenancy):
            days |= range_of(window, *span)
    return days


def lived(city: City, dwelling: Dwelling, window: Window) -> Lived:
    """What is lawfully known of who lives where."""
    lawful = reported = occupied = 0
    for basis in city.bases_of.get(dwelling.pilot, ()):
        if verified(basis):
            lawful |= range_of(window, basis.valid_from, basis.valid_to)
    month = window.start.replace(day=1)
    while month < window.end:
        following = (month + timedelta(days=31)).replace(day=1)
        told = city.entities.occupancies.get(f"{dwelling_id(dwelling)}/{month:%Y-%m}")
        if told is not None:
            days = range_of(window, month, following)
            reported |= days
            occupied |= days if told.occupied else 0
        month = following
    return Lived(lawful, reported, occupied)


def use(city: City, facts: KnownFacts, dwelling: Dwelling, window: Window) -> Use:
    """What the devices in a dwelling's slots in service tell of its days."""
    smart = ack = affected = passive_ack = 0
    local: dict[str, int] = {}
    used_in: dict[str, int] = {}
    inputs: list[list[object]] = []
    for slot, stretch, days, silent in _stretches(city, facts, dwelling, window):
        interactive = CATEGORIES[slot.category].interactive
        if interactive:
            smart |= days.smart
            ack |= days.ack
            local[slot.category] = local.get(slot.category, 0) | days.local
            used_in[slot.category] = used_in.get(slot.category, 0) | days.local | days.smart | days.ack
            affected |= silent
        else:
            passive_ack |= days.ack
        if any(days) or silent:
            inputs.append(_input(slot, stretch, days, silent, window))
    active = smart | ack | passive_ack | _in_two({c: d for c, d in local.items() if c != "ACCESS_LOCK"})
    any_local = 0
    for local_days in local.values():
        any_local |= local_days
    return Use(active, active | any_local, affected, used_in, inputs)


def _in_two(local: dict[str, int]) -> int:
    once = twice = 0
    for days in local.values():
        twice |= once & days
        once |= days
    return twice


def _stretches(
    city: City, facts: KnownFacts, dwelling: Dwelling, window: Window
) -> Iterator[tuple[Slot, Stretch, UseDays, int]]:
    """Each slot's device over a stretch in service: the window's days on which it was used, and was affected."""
    first = day_from_date(window.start)
    for slot in city.slots_of.get(dwelling_id(dwelling), ()):
        for stretch in of_slot(city, slot, window):
            binding = stretch.binding
            if binding is None or stretch.removed in _NOT_IN_SERVICE:
                continue
            found = facts.use_days(binding.vendor, binding.device, stretch.first, stretch.end)
            shift = stretch.first - first
            days = UseDays(*(kind << shift for kind in found))
            yield slot, stretch, days, affected_days(city, facts, slot, stretch) << shift


def affected_days(city: City, facts: KnownFacts, slot: Slot, stretch: Stretch) -> int:
    """The days of a stretch, its first is 0, of which UNKNOWN takes a share of the waking hours."""
    silent = silenced(city, stretch)
    if not silent:
        return 0
    unknown = strips.by_day(strips.without(silent, online(city, facts, slot, stretch)), len(stretch.days))
    enough = (strips.count(minutes & WAKING) >= AFFECTED_MINUTES.value for minutes in unknown)
    return sum(1 << day for day, affected in enumerate(enough) if affected)


def _input(slot: Slot, stretch: Stretch, days: UseDays, silent: int, window: Window) -> list[object]:
    binding = stretch.binding
    lists = [list(days_of(kind, window)) for kind in (*days, silent)]
    begun = date_from_day(stretch.first)
    return ["use", slot_id(slot), slot.category, begun, binding_id(binding) if binding else None, *lists]
