"""H7 and H7a, daily active households: active dwelling-days / occupied, or handed-over, dwelling-days.

H7 only where occupancy is lawfully known; H7a always, as a lower bound. A day without consent stays in the denominator
and is never active. Source: policy 4.2, 6 (Q15), 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from services.adoption.definitions import ACTIVE_HANDED_OVER, ACTIVE_OCCUPIED, Definition
from services.adoption.figures import dwelling_days
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import Use, days_of
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, dwelling_id, holds_dwelling
from shared.contracts.registry import Dwelling


class _Base(NamedTuple):
    """The days of a dwelling that are in the denominator, and those removed, by reason."""

    counted: int
    removed: dict[str, int]


class _Days(NamedTuple):
    """A dwelling's days by what they are; all but ``removed`` are of those ``counted``."""

    dwelling: Dwelling
    counted: int
    removed: dict[str, int]
    active: int
    any_use: int
    affected: int
    no_consent: int
    inputs: list[list[object]]


def count_occupied(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active days of dwellings lawfully known to be lived in (H7)."""
    counted = _count(ACTIVE_OCCUPIED, _occupied, city, facts, scope, window)
    untold = counted.removed["no_legal_basis"] + counted.removed["not_reported"]
    if counted.applicable or counted.removed["vacant"] or not untold:
        return counted
    return counted._replace(note="no_lawful_occupancy")


def count_handed_over(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the active days of dwellings handed over (H7a)."""
    return _count(ACTIVE_HANDED_OVER, _handed_over, city, facts, scope, window)._replace(note="lower_bound")


def _handed_over(_: City, dwelling: Dwelling, window: Window) -> _Base:
    handed_over = dwelling_days.handed_over(dwelling, window)
    return _Base(handed_over, {"not_handed_over": _all(window) & ~handed_over})


def _occupied(city: City, dwelling: Dwelling, window: Window) -> _Base:
    handed_over, removed = _handed_over(city, dwelling, window)
    lived = dwelling_days.lived(city, dwelling, window)
    lawful = handed_over & lived.lawful
    return _Base(
        lawful & lived.occupied,
        removed
        | {
            "no_legal_basis": handed_over & ~lived.lawful,
            "not_reported": lawful & ~lived.reported,
            "vacant": lawful & lived.reported & ~lived.occupied,
        },
    )


def _all(window: Window) -> int:
    return dwelling_days.range_of(window, window.start, None)


def _count(
    definition: Definition,
    base: Callable[[City, Dwelling, Window], _Base],
    city: City,
    facts: KnownFacts,
    scope: Scope,
    window: Window,
) -> Counted:
    found = [
        _days(city, facts, dwelling, window, base(city, dwelling, window))
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
        return (row for one in found for row in _rows(one, part, window))

    return Counted(
        total=total,
        observed=Ratio(sum(count(one.active & ~one.affected) for one in found), unaffected),
        coverage=Coverage(definition.coverage_unit, unaffected, total.denominator or 0),
        removed=removed,
        applicable=bool(total.denominator),
        rows=rows,
        inputs=(row for one in found for row in _inputs(one, window)),
        apart={
            "any_use": sum(count(one.any_use) for one in found),
            "no_consent": sum(count(one.no_consent) for one in found),
        },
    )


def _days(city: City, facts: KnownFacts, dwelling: Dwelling, window: Window, base: _Base) -> _Days:
    used = Use(0, 0, 0, [])
    refused = 0
    if base.counted:
        used = dwelling_days.use(city, facts, dwelling, window)
        refused = base.counted & dwelling_days.no_consent(city, dwelling, window)
    return _Days(
        dwelling,
        *base,
        active=base.counted & used.active & ~refused,
        any_use=base.counted & used.any_use & ~refused,
        affected=base.counted & used.affected,
        no_consent=refused,
        inputs=used.inputs,
    )


def _rows(one: _Days, part: Part, window: Window) -> Iterator[Row]:
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


def _inputs(one: _Days, window: Window) -> Iterator[list[object]]:
    yield from one.inputs
    groups = {"counted": one.counted, "no_consent": one.no_consent} | one.removed
    yield ["dwelling", dwelling_id(one.dwelling), *([why, list(days_of(days, window))] for why, days in groups.items())]
