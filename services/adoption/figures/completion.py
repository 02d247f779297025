"""V9, completion: valid raw records completed / valid raw records with content; absent is not completed.

Each record is judged by itself, as V2 judges a session, without merging. Source: policy 4.3 and 7.5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.adoption.definitions import COMPLETION
from services.adoption.figures.begun import inputs_of, row_of, span_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Part, Ratio, Row, Window
from services.adoption.figures.judging import VALID, Session, judge
from services.adoption.figures.known import KnownFacts, RawSession
from services.adoption.figures.merging import Run
from services.adoption.figures.opening import opening
from services.adoption.figures.scopes import Scope, holds_vr

COMPLETED = "completed"


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the records that begin on the window's days."""
    judged = [session for session in _records(city, facts, window) if holds_vr(scope, city, session.place)]
    told = [session for session in judged if session.why not in COMPLETION.exclusions]
    removed = [session for session in judged if session.why in COMPLETION.exclusions]
    completed = [session for session in told if session.why == COMPLETED]
    opened = opening(city, facts, scope, window)
    total = Ratio(len(completed), len(told))

    def rows(part: Part) -> Iterable[Row]:
        return map(row_of, {"numerator": completed, "denominator": told, "removed": removed}[part])

    return Counted(
        total=total,
        observed=total,
        coverage=opened.coverage,
        removed=Counter(session.why for session in removed),
        applicable=bool(told),
        rows=rows,
        inputs=opened.inputs + [row for session in judged for row in inputs_of(session)],
        apart={"valid": len(told) + sum(session.why == "no_content" for session in removed)},
    )


def _records(city: City, facts: KnownFacts, window: Window) -> Iterator[Session]:
    span = span_of(window)
    for vendor, device in facts.devices_with_sessions(*span):
        for raw in facts.sessions(vendor, device, *span):
            session = judge(city, vendor, device, Run(raw.ts, raw.end, (raw,)))
            yield session._replace(why=_outcome(raw)) if session.why == VALID else session


def _outcome(raw: RawSession) -> str:
    if raw.content is None:
        return "no_content"
    return COMPLETED if raw.completed else "not_completed"
