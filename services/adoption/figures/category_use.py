"""H11, category use: occupied dwelling-months with use of a category / those with the category activated.

Over the dwelling-months of H8 and the interactive categories of a dwelling's slots. Source: policy 4.2, 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from services.adoption.definitions import CATEGORY_USE
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import count as many, range_of
from services.adoption.figures.judged_days import occupied, untold
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.monthly import Month, judged_months
from services.adoption.figures.months import months
from services.adoption.figures.scopes import PROGRAMME, Scope, dwelling_id
from services.adoption.figures.stretches import of_slot
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Slot
from shared.contracts.vocabulary import CATEGORIES


class _Unit(NamedTuple):
    """A category in a dwelling-month: removed, or activated and so counted."""

    month: Month
    category: str
    removed: str | None

    @property
    def used(self) -> int:
        """The counted days on which it was used."""
        return self.month.counted & self.month.days.used_in.get(self.category, 0) if self.month.days else 0

    @property
    def why(self) -> str:
        if self.used or self.month.days is None:
            return "used"
        told = self.month.counted & ~self.month.days.no_consent
        if not told:
            return "no_consent"
        return "unknown" if told & self.month.days.affected else "not_used"


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the use of each interactive category."""
    found = months(window)
    only = scope.id if scope.kind == "category" else None
    judged, entered = judged_months(city, facts, PROGRAMME if only else scope, found, occupied)
    units = [unit for month in judged for unit in _units(city, facts, month, found.span, only)]
    counted = [unit for unit in units if not unit.removed]
    used = [unit for unit in counted if unit.used]
    observed = [unit for unit in counted if unit.month.observed]
    removed = Counter(unit.removed for unit in units if unit.removed)

    def rows(part: Part) -> Iterator[Row]:
        out = [unit for unit in units if unit.removed]
        return (_row(unit) for unit in {"numerator": used, "denominator": counted, "removed": out}[part])

    by_category = Counter(f"activated.{unit.category}" for unit in counted)
    by_category.update(f"used.{unit.category}" for unit in used)
    return Counted(
        total=Ratio(len(used), len(counted)),
        observed=Ratio(sum(bool(unit.used & unit.month.clear) for unit in observed), len(observed)),
        coverage=Coverage(
            CATEGORY_USE.coverage_unit,
            sum(many(unit.month.clear) for unit in counted),
            sum(many(unit.month.counted) for unit in counted),
        ),
        removed=removed,
        applicable=bool(counted),
        rows=rows,
        inputs=[*entered, *map(_input, units)],
        apart={key: by_category[key] for key in CATEGORY_USE.apart},
        note=_note(only, removed, whole=bool(found.whole), applicable=bool(counted)),
    )


def _note(only: str | None, removed: Counter[str], *, whole: bool, applicable: bool) -> str | None:
    if only and not CATEGORIES[only].interactive:
        return "passive"
    if not whole:
        return "no_whole_month"
    none_told = untold(removed, applicable=applicable) and not removed["not_activated"]
    return "no_lawful_occupancy" if none_told else None


def _units(city: City, facts: KnownFacts, month: Month, span: Window | None, only: str | None) -> Iterator[_Unit]:
    slots: dict[str, list[Slot]] = {}
    for slot in city.slots_of.get(dwelling_id(month.dwelling), ()):
        if CATEGORIES[slot.category].interactive and only in (None, slot.category):
            slots.setdefault(slot.category, []).append(slot)
    for category, mine in slots.items():
        removed = month.removed
        if not removed and span and not any(_activated(city, facts, month, span, slot) for slot in mine):
            removed = "not_activated"
        yield _Unit(month, category, removed)


def _activated(city: City, facts: KnownFacts, month: Month, span: Window, slot: Slot) -> bool:
    """Whether a device that is in a slot in service on a counted day was heard since its binding."""
    for stretch in of_slot(city, slot, month.window):
        binding = stretch.binding
        there = range_of(span, date_from_day(stretch.first), date_from_day(stretch.end))
        if binding is None or stretch.removed or not there & month.counted:
            continue
        since = day_from_date(binding.valid_from)
        if facts.first_heard(binding.vendor, binding.device, since, stretch.end) is not None:
            return True
    return False


def _row(unit: _Unit) -> Row:
    month = unit.month
    return Row(
        unit.removed or unit.why,
        day=month.window.start,
        dwelling=dwelling_id(month.dwelling),
        category=unit.category,
        site=month.dwelling.pilot,
    )


def _input(unit: _Unit) -> list[object]:
    return ["category", dwelling_id(unit.month.dwelling), unit.month.window.start, unit.category, unit.removed]
