"""H10, 90-day retention: tenancies active on one of days 61 to 90 / tenancies whose day 90 lies in the window.

Day 1 is the first active day of a tenancy. Source: policy 4.2, 7.2, 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.adoption.definitions import RETENTION
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import count as many, days_of, range_of
from services.adoption.figures.judged_days import handed_over, inputs, judge
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling
from shared.contracts.registry import Dwelling
from shared.contracts.registry_evidence import Tenancy

_FROM = timedelta(days=RETENTION.parameter("retained_from_day") - 1)
_END = timedelta(days=RETENTION.parameter("retained_to_day"))


class _Held(NamedTuple):
    """A tenancy; ``removed`` or in the denominator or, where neither, of another window's cohort (``other``).

    ``late`` are its days 61 to 90, and which of these were active, affected, without consent.
    """

    tenancy: Tenancy
    day_1: date | None
    removed: str | None
    other: bool
    late: int
    active: int
    affected: int
    no_consent: int
    inputs: list[list[object]]

    @property
    def clear(self) -> int:
        return self.late & ~self.affected

    @property
    def why(self) -> str:
        if self.active:
            return "retained"
        told = self.late & ~self.no_consent
        if not told:
            return "no_consent"
        return "unknown" if told & self.affected else "not_retained"


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the retention of the window's cohort."""
    held = [
        _held(city, facts, dwelling, tenancy, window)
        for dwelling in city.entities.dwellings.values()
        if holds_dwelling(scope, city, dwelling)
        for tenancy in city.tenancies_of.get(dwelling_id(dwelling), ())
        if tenancy.valid_from < window.end
    ]
    counted = [one for one in held if not one.removed and not one.other]
    retained = [one for one in counted if one.active]
    observed = [one for one in counted if one.clear]
    removed = Counter(one.removed for one in held if one.removed)

    def rows(part: Part) -> Iterator[Row]:
        out = [one for one in held if one.removed]
        return (_row(one) for one in {"numerator": retained, "denominator": counted, "removed": out}[part])

    return Counted(
        total=Ratio(len(retained), len(counted)),
        observed=Ratio(sum(bool(one.active & one.clear) for one in observed), len(observed)),
        coverage=Coverage(
            RETENTION.coverage_unit, sum(many(one.clear) for one in counted), sum(many(one.late) for one in counted)
        ),
        removed=removed,
        applicable=bool(counted),
        rows=rows,
        inputs=(row for one in held for row in one.inputs),
        apart={"ended": removed["ended"], "no_consent": sum(bool(one.no_consent) for one in counted)},
    )


def _held(city: City, facts: KnownFacts, dwelling: Dwelling, tenancy: Tenancy, window: Window) -> _Held:
    ends = min(tenancy.valid_to or window.end, window.end)
    lived = Window(tenancy.valid_from, ends)
    days = judge(city, facts, dwelling, lived, handed_over(city, dwelling, lived))
    day_1 = next(days_of(days.active, lived), None)
    removed, other = _judged(tenancy, day_1, window)
    late = 0
    if day_1 and not removed and not other:
        late = range_of(lived, day_1 + _FROM, day_1 + _END)
    said: list[object] = ["tenancy", _id(tenancy), tenancy.valid_from, tenancy.valid_to, day_1, removed, other]
    return _Held(
        tenancy,
        day_1,
        removed,
        other,
        late,
        late & days.active,
        late & days.affected,
        late & days.no_consent,
        [*inputs(days, lived), said],
    )


def _judged(tenancy: Tenancy, day_1: date | None, window: Window) -> tuple[str | None, bool]:
    """Why a tenancy is removed, and whether it is of another window's cohort."""
    if day_1 is None:
        running = tenancy.valid_to is None or tenancy.valid_to > window.start
        return ("never_active", False) if running else (None, True)
    after = day_1 + _END  # the day after day 90
    if after > window.end:
        return "too_young", False
    if after <= window.start:
        return None, True
    return ("ended" if tenancy.valid_to is not None and tenancy.valid_to < after else None), False


def _row(one: _Held) -> Row:
    place = f"{one.tenancy.pilot}/{one.tenancy.dwelling_ref}"
    return Row(one.removed or one.why, day=one.day_1, dwelling=place, tenancy=_id(one.tenancy), site=one.tenancy.pilot)


def _id(tenancy: Tenancy) -> str:
    return f"{tenancy.pilot}/{tenancy.dwelling_ref}/{tenancy.number}"
