"""H9, stickiness: active dwelling-days / in-service days of dwellings active on at least one of them.

Its coverage is that of H7, or of H7a where occupancy is not lawfully known. Source: policy 4.2, 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from services.adoption.definitions import STICKINESS
from services.adoption.figures.active import rows_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import count as many, days_of, range_of
from services.adoption.figures.judged_days import Base, Days, handed_over, inputs, judge, occupied
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling
from shared.contracts.registry import Dwelling


class _Home(NamedTuple):
    """A dwelling's in-service days, and by what H7 and H7a are covered: days lived in, and handed over."""

    days: Days
    occupied: int
    handed_over: int

    @property
    def clear(self) -> Ratio:
        """Its active and its in-service days among those unaffected; none where none is active."""
        active = self.days.active & ~self.days.affected
        return Ratio(many(active), many(self.days.counted & ~self.days.affected) if active else 0)


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active days of the dwellings active at all."""
    homes = [
        _home(city, facts, dwelling, window)
        for dwelling in city.entities.dwellings.values()
        if holds_dwelling(scope, city, dwelling)
    ]
    kept = [_kept(home.days) for home in homes]
    observed = [home.clear for home in homes]
    removed: Counter[str] = Counter()
    for one in kept:
        removed.update({why: many(days) for why, days in one.removed.items()})
    total = Ratio(sum(many(one.active) for one in kept), sum(many(one.counted) for one in kept))

    def rows(part: Part) -> Iterator[Row]:
        return (row for one in kept for row in rows_of(one, part, window))

    return Counted(
        total=total,
        observed=Ratio(sum(each.numerator for each in observed), sum(each.denominator or 0 for each in observed)),
        coverage=_coverage(homes),
        removed=removed,
        applicable=bool(total.denominator),
        rows=rows,
        inputs=(row for home in homes for row in _inputs(home, window)),
        apart={
            "any_use": sum(many(one.any_use) for one in kept),
            "no_consent": sum(many(one.no_consent) for one in kept),
            "active_dwellings": sum(bool(one.active) for one in kept),
            "unknown_dwellings": sum(bool(home.days.affected) and not home.days.active for home in homes),
        },
    )


def _home(city: City, facts: KnownFacts, dwelling: Dwelling, window: Window) -> _Home:
    taken_over, removed = handed_over(city, dwelling, window)
    served = 0
    for slot in city.slots_of.get(dwelling_id(dwelling), ()):
        served |= range_of(window, slot.installed_on, slot.retired_on)
    base = Base(taken_over & served, removed | {"no_slot_in_service": taken_over & ~served})
    lived_in = occupied(city, dwelling, window).counted
    return _Home(judge(city, facts, dwelling, window, base), lived_in, taken_over)


def _kept(days: Days) -> Days:
    """The same, or with all days removed where none is active."""
    if days.active:
        return days._replace(removed=days.removed | {"never_active": 0})
    removed = days.removed | {"never_active": days.counted}
    return days._replace(counted=0, removed=removed, any_use=0, affected=0, no_consent=0)


def _coverage(homes: list[_Home]) -> Coverage:
    told = [home.occupied for home in homes]
    if not any(told):
        told = [home.handed_over for home in homes]
    unaffected = sum(many(days & ~home.days.affected) for days, home in zip(told, homes, strict=True))
    return Coverage(STICKINESS.coverage_unit, unaffected, sum(map(many, told)))


def _inputs(home: _Home, window: Window) -> Iterator[list[object]]:
    yield from inputs(home.days, window)
    yield ["occupied", dwelling_id(home.days.dwelling), list(days_of(home.occupied, window))]
