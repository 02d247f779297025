"""V3, sessions per device-open-day: the sessions of V2, each once whatever its headcount / device-open-days in service.

Source: policy 4.3, 7.3 and 7.5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.adoption.definitions import SESSION_RATE
from services.adoption.figures import begun, open_days
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.device_days import device_days
from services.adoption.figures.judging import VALID
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.open_days import OpenDay
from services.adoption.figures.scopes import Scope
from shared.contracts.civil_time import day_of


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the sessions and the device-open-days of the window's days."""
    found = list(open_days.open_days(city, facts, device_days(city, scope, window)))
    counted = [one for one in found if one.removed is None]
    sessions = [session for session in begun.begun(city, facts, scope, window) if session.why == VALID]
    begun_on = Counter((session.vendor, session.device, day_of(session.run.start)) for session in sessions)
    why = [_why(facts, one, begun_on[_key(one)]) for one in counted]
    unaffected = [one for one in counted if not one.affected]

    def rows(part: Part) -> Iterable[Row]:
        if part == "numerator":
            return (begun.row_of(session) for session in sessions)
        if part == "denominator":
            return (open_days.row_of(one.of, reason) for one, reason in zip(counted, why, strict=True))
        return (open_days.row_of(one.of, one.removed) for one in found if one.removed)

    def inputs() -> Iterator[list[object]]:
        yield from map(open_days.inputs_of, found)
        for one, reason in zip(counted, why, strict=True):
            yield ["why", *_key(one), reason]
        for session in sessions:
            yield from begun.inputs_of(session)

    return Counted(
        total=Ratio(len(sessions), len(counted)),
        observed=Ratio(sum(begun_on[_key(one)] for one in unaffected), len(unaffected)),
        coverage=Coverage(SESSION_RATE.coverage_unit, len(unaffected), len(counted)),
        removed=open_days.removed(found),
        applicable=bool(counted),
        rows=rows,
        inputs=inputs(),
        apart={"not_heard": why.count("not_heard")},
    )


def _key(one: OpenDay) -> tuple[str, str, int]:
    return one.of.binding.vendor, one.of.binding.device, one.of.day


def _why(facts: KnownFacts, one: OpenDay, sessions: int) -> str:
    if sessions:
        return "used"
    if one.affected:
        return "unknown"
    vendor, device, day = _key(one)
    return "no_session" if facts.seen(vendor, device, day, day + 1) else "not_heard"
