"""V11, reconciliation gap: how far uses are from tickets / tickets; and V8, reach: uses / visits.

Both over the zones, days and hours in which somebody counted. What came is what is compared: UNKNOWN time corrects
neither side, and shows in the coverage. Source: policy 4.3, 7.2 and 7.5.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from services.adoption.definitions import RECONCILIATION
from services.adoption.figures.begun import inputs_of, row_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Part, Ratio, Row, Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.opening import Opening, opening
from services.adoption.figures.scopes import Scope
from services.adoption.figures.visits import Matched, Visits, match

LIMIT = RECONCILIATION.parameter("largest_gap")


def count_gap(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Compare the uses with the tickets of the window's days (V11)."""
    matched = match(city, facts, scope, window, "TICKETED")
    uses, tickets = matched.sums()
    gap, direction = abs(uses - tickets), 1 if uses >= tickets else -1
    counted = _counted(
        matched, opening(city, facts, scope, window), Ratio(gap, tickets), lambda one: direction * one.more
    )
    return counted._replace(
        apart={"uses": uses, "gap_of_periods": sum(abs(one.more) for one in matched.visits)},
        findings={"above_limit": int(gap * 100 > LIMIT * tickets)},
    )


def count_reach(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Compare the uses with the visits of the window's days (V8)."""
    matched = match(city, facts, scope, window, "FOOTFALL")
    return _counted(matched, opening(city, facts, scope, window), Ratio(*matched.sums()), lambda one: one.uses)


def _counted(matched: Matched, opened: Opening, total: Ratio, amount: Callable[[Visits], int]) -> Counted:
    def rows(part: Part) -> Iterable[Row]:
        if part == "removed":
            return (row_of(session, session.headcount)._replace(why="no_count") for session in matched.uncounted)
        amounts = ((one, amount(one) if part == "numerator" else one.of.count) for one in matched.visits)
        return (one.row(_why(one), of_part) for one, of_part in amounts if of_part)

    def inputs() -> Iterator[list[object]]:
        yield from opened.inputs
        for one in matched.visits:
            yield ["venue-count", msgspec.to_builtins(one.of)]
        for session in matched.sessions:
            yield from inputs_of(session)

    return Counted(
        total=total,
        observed=total,
        coverage=opened.coverage,
        removed={"no_count": sum(session.headcount for session in matched.uncounted)},
        applicable=bool(total.denominator),
        rows=rows,
        inputs=inputs(),
        note=None if matched.visits else "no_source",
    )


def _why(one: Visits) -> str:
    if one.more == 0:
        return "same"
    return "more_uses" if one.more > 0 else "fewer_uses"
