"""H8 and H8a, monthly active households: dwelling-months active on 4 days / of 15 occupied, or handed-over, days.

Whole calendar months only. What is observed is the same rule over the days unaffected. Source: policy 4.2, 6 (Q15), 7.3
and 7.4.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from services.adoption.definitions import MONTHLY_HANDED_OVER, MONTHLY_OCCUPIED, Definition
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import count, range_of
from services.adoption.figures.judged_days import Base, Days, handed_over, inputs, judge, occupied, untold
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.months import Months, months
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling
from shared.contracts.registry import Dwelling

COUNTED_DAYS = MONTHLY_OCCUPIED.parameter("counted_days_min")
_ACTIVE_DAYS = MONTHLY_OCCUPIED.parameter("active_days_min")

BaseOf = Callable[[City, Dwelling, Window], Base]


class Month(NamedTuple):
    """A dwelling in a calendar month, in the denominator or ``removed``; the days are those counted in it."""

    dwelling: Dwelling
    window: Window
    removed: str | None
    counted: int
    clear: int
    days: Days | None

    @property
    def active(self) -> bool:
        """Whether it was active on enough days."""
        return self.days is not None and count(self.counted & self.days.active) >= _ACTIVE_DAYS

    @property
    def observed(self) -> bool:
        """Whether enough of its days are unaffected."""
        return self.removed is None and count(self.clear) >= COUNTED_DAYS


def count_occupied(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active months of dwellings lawfully known to be lived in (H8)."""
    counted = _count(MONTHLY_OCCUPIED, occupied, city, facts, scope, window)
    if counted.note is None and untold(counted.removed, applicable=counted.applicable):
        return counted._replace(note="no_lawful_occupancy")
    return counted


def count_handed_over(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active months of dwellings handed over (H8a)."""
    counted = _count(MONTHLY_HANDED_OVER, handed_over, city, facts, scope, window)
    return counted._replace(note=counted.note or "lower_bound")


def judged_months(
    city: City, facts: KnownFacts, scope: Scope, found: Months, base: BaseOf
) -> tuple[list[Month], list[list[object]]]:
    """Every dwelling of a scope in every month, and what entered."""
    held: list[Month] = []
    entered: list[list[object]] = []
    for dwelling in city.entities.dwellings.values():
        if not holds_dwelling(scope, city, dwelling):
            continue
        held += [Month(dwelling, month, "partial_month", 0, 0, None) for month in found.cut]
        if found.span:
            days = judge(city, facts, dwelling, found.span, base(city, dwelling, found.span))
            held += [_month(days, found.span, month) for month in found.whole]
            entered += inputs(days, found.span)
    return held, entered


def _month(days: Days, span: Window, month: Window) -> Month:
    """A month is removed for the first reason that leaves too few days of it."""
    left = range_of(span, month.start, month.end)
    removed = None
    for why, gone in days.removed.items():
        left &= ~gone
        if removed is None and count(left) < COUNTED_DAYS:
            removed = why
    return Month(days.dwelling, month, removed, left, left & ~days.affected, days)


def _count(
    definition: Definition, base: BaseOf, city: City, facts: KnownFacts, scope: Scope, window: Window
) -> Counted:
    found = months(window)
    judged, entered = judged_months(city, facts, scope, found, base)
    counted = [month for month in judged if not month.removed]
    observed = [month for month in counted if month.observed]

    def rows(part: Part) -> Iterator[Row]:
        if part == "removed":
            return (_row(month, month.removed) for month in judged if month.removed)
        return (_row(month, _why(month)) for month in counted if part == "denominator" or month.active)

    return Counted(
        total=Ratio(sum(month.active for month in counted), len(counted)),
        observed=Ratio(sum(_active_in_clear(month) for month in observed), len(observed)),
        coverage=Coverage(
            definition.coverage_unit,
            sum(count(month.clear) for month in counted),
            sum(count(month.counted) for month in counted),
        ),
        removed=Counter(month.removed for month in judged if month.removed),
        applicable=bool(counted),
        rows=rows,
        inputs=entered,
        apart={
            "any_use": sum(bool(month.days and month.counted & month.days.any_use) for month in counted),
            "no_consent": sum(bool(month.days and month.counted & month.days.no_consent) for month in counted),
        },
        note=None if found.whole else "no_whole_month",
    )


def _active_in_clear(month: Month) -> bool:
    return month.days is not None and count(month.clear & month.days.active) >= _ACTIVE_DAYS


def _why(month: Month) -> str:
    days, counted = month.days, month.counted
    if month.active or days is None:
        return "active"
    told = counted & ~days.no_consent
    if not told:
        return "no_consent"
    if count(told & (days.active | days.affected)) >= _ACTIVE_DAYS:
        return "unknown"
    return "seldom" if counted & days.active else "inactive"


def _row(month: Month, why: str | None) -> Row:
    return Row(why or "", day=month.window.start, dwelling=dwelling_id(month.dwelling), site=month.dwelling.pilot)
