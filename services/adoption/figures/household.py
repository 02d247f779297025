"""H5, household activation: handed-over dwellings heard in enough categories of late / handed-over dwellings.

The state at t1, of the 30 days before it. Enough are three categories, or all where the design requires fewer. Only
required slots count, and of these only days in service, handed over and with consent. Source: policy 4.2, 7.2 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import HOUSEHOLD_ACTIVATION
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import affected_days, days_of, handed_over, no_consent
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling, slot_id
from services.adoption.figures.stretches import of_slot
from shared.contracts.civil_time import day_from_date
from shared.contracts.registry import Dwelling, Slot

_RECENT = timedelta(days=HOUSEHOLD_ACTIVATION.parameter("recent_days"))
_CATEGORIES = HOUSEHOLD_ACTIVATION.parameter("categories_min")


class _Category(NamedTuple):
    """The days on which a category could be heard, was heard, and was not kept silent by an outage."""

    could: int
    heard: int
    audible: int


class _Home(NamedTuple):
    """A dwelling at t1: the categories it needs, those heard, and those that could not be heard on any day."""

    dwelling: Dwelling
    removed: str | None
    needed: int
    heard: frozenset[str]
    silenced: frozenset[str]
    no_consent: bool
    inputs: list[list[object]]

    @property
    def activated(self) -> bool:
        return not self.removed and len(self.heard) >= self.needed

    @property
    def unknown(self) -> bool:
        return not self.removed and len(self.heard) < self.needed <= len(self.heard | self.silenced)

    @property
    def why(self) -> str:
        if self.activated:
            return "activated"
        if self.unknown:
            return "unknown"
        if self.no_consent:
            return "no_consent"
        return "too_few" if self.heard else "never_heard"


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count household activation at the window's end."""
    homes = [
        _home(city, facts, dwelling, Window(window.end - _RECENT, window.end))
        for dwelling in city.entities.dwellings.values()
        if holds_dwelling(scope, city, dwelling)
    ]
    counted = [home for home in homes if not home.removed]
    activated = [home for home in counted if home.activated]
    unaffected = [home for home in counted if not home.unknown]

    def rows(part: Part) -> Iterator[Row]:
        removed = [home for home in homes if home.removed]
        shown = {"numerator": activated, "denominator": counted, "removed": removed}[part]
        return (
            Row(home.removed or home.why, dwelling=dwelling_id(home.dwelling), site=home.dwelling.pilot)
            for home in shown
        )

    return Counted(
        total=Ratio(len(activated), len(counted)),
        observed=Ratio(len(activated), len(unaffected)),
        coverage=Coverage(HOUSEHOLD_ACTIVATION.coverage_unit, len(unaffected), len(counted)),
        removed=Counter(home.removed for home in homes if home.removed),
        applicable=bool(counted),
        rows=rows,
        inputs=(row for home in homes for row in home.inputs),
        apart={
            "any_category": sum(bool(home.heard) for home in counted),
            "no_consent": sum(home.no_consent for home in counted),
        },
    )


def _home(city: City, facts: KnownFacts, dwelling: Dwelling, recent: Window) -> _Home:
    last_day = recent.end - timedelta(days=1)
    entered: list[list[object]] = [["dwelling", dwelling_id(dwelling), dwelling.handed_over_on]]
    taken_over = handed_over(dwelling, recent)
    if not taken_over:
        return _Home(dwelling, "not_handed_over", 0, frozenset(), frozenset(), False, entered)
    told = taken_over & ~no_consent(city, dwelling, recent)
    entered[0].append(list(days_of(told, recent)))
    required = [slot for slot in city.slots_of.get(dwelling_id(dwelling), ()) if _is_required(slot, last_day)]
    found: dict[str, _Category] = {}
    for slot in required:
        for could, heard, affected, inputs in _stretches(city, facts, slot, recent):
            one = found.setdefault(slot.category, _Category(0, 0, 0))
            found[slot.category] = _Category(
                one.could | told & could, one.heard | told & heard, one.audible | told & could & ~affected
            )
            entered.append(inputs)
    needed = max(1, min(_CATEGORIES, len({slot.category for slot in required})))
    return _Home(
        dwelling,
        None,
        needed,
        frozenset(category for category, one in found.items() if one.heard),
        frozenset(category for category, one in found.items() if one.could and not one.audible),
        not told,
        [*entered, ["required", dwelling_id(dwelling), *sorted(slot_id(slot) for slot in required)]],
    )


def _is_required(slot: Slot, last_day: date) -> bool:
    return slot.required and (slot.retired_on is None or slot.retired_on > last_day)


def _stretches(
    city: City, facts: KnownFacts, slot: Slot, recent: Window
) -> Iterator[tuple[int, int, int, list[object]]]:
    """Of each device in a slot in service: the days it was there, was heard, was affected; and what entered."""
    first = day_from_date(recent.start)
    for stretch in of_slot(city, slot, recent):
        if stretch.binding is None or stretch.removed:
            continue
        shift = stretch.first - first
        seen = facts.seen(stretch.binding.vendor, stretch.binding.device, stretch.first, stretch.end)
        strip_of = enumerate(strips.by_day(seen, len(stretch.days)), shift)
        heard = sum(1 << day for day, strip in strip_of if strip)
        affected = affected_days(city, facts, slot, stretch) << shift
        could = strips.between(shift, shift + len(stretch.days))
        lists = [list(days_of(days, recent)) for days in (could, heard, affected)]
        yield could, heard, affected, ["slot", slot_id(slot), slot.category, binding_id(stretch.binding), *lists]
