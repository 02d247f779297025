"""H12, automation share: automated device-minutes / automated, local, smart or ack device-minutes.

Of slots of interactive categories in service, on days with consent that no outage affects: its polarity is 0, so there
is an observed value only. Source: policy 4.2, 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import AUTOMATION
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import affected_days, no_consent
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, holds_slot, slot_id
from services.adoption.figures.stretches import Stretch, of_slot
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Slot
from shared.contracts.vocabulary import CATEGORIES


class _Minutes(NamedTuple):
    """How many minutes of a slot-day were automated, of persons, and both."""

    automated: int
    by_persons: int
    both: int

    @property
    def any(self) -> int:
        return self.automated + self.by_persons - self.both

    @property
    def why(self) -> str:
        if not self.automated:
            return "by_persons"
        return "mixed" if self.by_persons else "automated"


class _Used(NamedTuple):
    """A slot over a stretch: the days removed, by reason (its first is 0), and the minutes of those that count."""

    slot: Slot
    stretch: Stretch
    removed: dict[str, int]
    minutes: dict[int, _Minutes]


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the automated minutes of the window's days."""
    found = [
        _used(city, facts, slot, stretch, window)
        for slot in city.entities.slots.values()
        for stretch in of_slot(city, slot, window)
        if holds_slot(scope, city, slot, stretch.binding)
    ]
    minutes = [day for one in found for day in one.minutes.values()]
    total = Ratio(sum(day.automated for day in minutes), sum(day.any for day in minutes))
    removed: Counter[str] = Counter()
    for one in found:
        removed.update({why: strips.count(days) for why, days in one.removed.items()})
    unaffected = sum(len(one.stretch.days) for one in found) - sum(removed.values())

    def rows(part: Part) -> Iterator[Row]:
        return (row for one in found for row in _rows(one, part))

    return Counted(
        total=total,
        observed=total,
        coverage=Coverage(AUTOMATION.coverage_unit, unaffected, unaffected + removed["affected"]),
        removed=removed,
        applicable=bool(total.denominator),
        rows=rows,
        inputs=map(_input, found),
        apart={"both": sum(day.both for day in minutes)},
    )


def _used(city: City, facts: KnownFacts, slot: Slot, stretch: Stretch, window: Window) -> _Used:
    whole = strips.between(0, len(stretch.days))
    if reason := stretch.removed or (None if CATEGORIES[slot.category].interactive else "not_interactive"):
        return _Used(slot, stretch, {reason: whole}, {})
    dwelling = city.entities.dwellings[f"{slot.pilot}/{slot.dwelling_ref}"]
    refused = whole & no_consent(city, dwelling, window) >> (stretch.first - day_from_date(window.start))
    affected = strips.without(affected_days(city, facts, slot, stretch), refused)
    removed = {"no_consent": refused, "affected": affected}
    binding = stretch.binding
    if binding is None:
        return _Used(slot, stretch, removed, {})
    used = facts.use_strips(binding.vendor, binding.device, stretch.first, stretch.end)
    minutes = {
        day: _Minutes(*map(strips.count, (kinds.automated, by_persons, kinds.automated & by_persons)))
        for day, kinds in sorted(used.items())
        for by_persons in [kinds.local | kinds.smart | kinds.ack]
        if not (refused | affected) >> day & 1
    }
    return _Used(slot, stretch, removed, minutes)


def _rows(one: _Used, part: Part) -> Iterator[Row]:
    if part == "removed":
        for why, days in one.removed.items():
            for day in strips.minutes(days):
                yield _row(one, day, why, 1)
        return
    for day, minutes in one.minutes.items():
        if amount := minutes.automated if part == "numerator" else minutes.any:
            yield _row(one, day, minutes.why, amount)


def _row(one: _Used, day: int, why: str, amount: int) -> Row:
    binding = one.stretch.binding
    return Row(
        why,
        amount,
        day=date_from_day(one.stretch.first + day),
        dwelling=f"{one.slot.pilot}/{one.slot.dwelling_ref}",
        vendor=binding.vendor if binding else None,
        device=binding.device if binding else None,
        binding=binding_id(binding) if binding else None,
        slot=slot_id(one.slot),
        site=one.slot.pilot,
    )


def _input(one: _Used) -> list[object]:
    stretch = one.stretch
    begun = date_from_day(stretch.first)
    removed = [[why, list(strips.minutes(days))] for why, days in one.removed.items()]
    minutes = [[day, *minutes] for day, minutes in one.minutes.items()]
    bound = binding_id(stretch.binding) if stretch.binding else None
    return ["minutes", slot_id(one.slot), one.slot.category, begun, len(stretch.days), bound, removed, minutes]
