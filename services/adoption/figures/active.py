"""H7 and H7a, daily active households: active dwelling-days / occupied, or handed-over, dwelling-days.

H7 only where occupancy is lawfully known; H7a always, as a lower bound. A day without consent stays in the denominator
and is never active. Source: policy 4.2, 6 (Q15), 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from services.adoption.definitions import ACTIVE_HANDED_OVER, ACTIVE_OCCUPIED, Definition
from services.adoption.figures import dwelling_days
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import days_of
from services.adoption.figures.judged_days import Base, Days, handed_over, inputs, judge, occupied, untold
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling
from shared.contracts.registry import Dwelling


def count_occupied(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active days of dwellings lawfully known to be lived in (H7)."""
    counted = _count(ACTIVE_OCCUPIED, occupied, city, facts, scope, window)
    if untold(counted.removed, applicable=counted.applicable):
        return counted._replace(note="no_lawful_occupancy")
    return counted


def count_handed_over(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active days of dwellings handed over (H7a)."""
    return _count(ACTIVE_HANDED_OVER, handed_over, city, facts, scope, window)._replace(note="lower_bound")


def _count(
    definition: Definition,
    base: Callable[[City, Dwelling, Window], Base],
    city: City,
    facts: KnownFacts,
    scope: Scope,
    window: Window,
) -> Counted:
    found = [
        judge(city, facts, dwelling, window, base(city, dwelling, window))
        for dwelling in city.entities.dwellings.values()
        if holds_dwelling(scope, city, dwelling)
    ]
    count = dwelling_days.count
    total = Ratio(sum(count(one.active) for one in found), sum(count(one.counted) for one in found))
    unaffected = sum(count(one.counted & ~one.affected) for one in found)
    removed: Counter[str] = Counter()
    for one in found:
        removed.update({why: count(days) for why, days in one.removed.items()})

    def rows(part: Part) -> Iterable[Row]:
        return (row for one in found for row in rows_of(one, part, window))

    return Counted(
        total=total,
        observed=Ratio(sum(count(one.active & ~one.affected) for one in found), unaffected),
        coverage=Coverage(definition.coverage_unit, unaffected, total.denominator or 0),
        removed=removed,
        applicable=bool(total.denominator),
        rows=rows,
        inputs=(row for one in found for row in inputs(one, window)),
        apart={
            "any_use": sum(count(one.any_use) for one in found),
            "no_consent": sum(count(one.no_consent) for one in found),
        },
    )


def rows_of(one: Days, part: Part, window: Window) -> Iterator[Row]:
    """A row for each of a dwelling's days in a part."""
    if part == "removed":
        groups = one.removed
    else:
        idle = one.counted & ~one.any_use & ~one.no_consent
        groups = {"active": one.active}
        if part == "denominator":
            groups |= {
                "some_use": one.any_use & ~one.active,
                "no_consent": one.no_consent,
                "unknown": idle & one.affected,
                "no_use": idle & ~one.affected,
            }
    for why, days in groups.items():
        for day in days_of(days, window):
            yield Row(why, day=day, dwelling=dwelling_id(one.dwelling), site=one.dwelling.pilot)
