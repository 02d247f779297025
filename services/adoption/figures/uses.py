"""V2, uses: the headcounts of valid sessions in opening hours, summed. Uses, not persons. Source: policy 4.3 and 7.5.

A use counts on the civil day of its start, at the installation its device is bound to on that day.
"""

from collections import Counter
from collections.abc import Iterator

from services.adoption.definitions import USES
from services.adoption.figures.begun import begun, inputs_of, row_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Part, Ratio, Row, Window
from services.adoption.figures.judging import VALID
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.opening import opening
from services.adoption.figures.scopes import Scope


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the uses of the window's days."""
    judged = begun(city, facts, scope, window)
    uses = [session for session in judged if session.why == VALID]
    opened = opening(city, facts, scope, window)
    manual = sum(session.headcount for session in judged if session.why == "manual")
    total = sum(session.headcount for session in uses)
    found = Counter(finding for session in uses for finding in session.findings)
    found["overlong_s"] = sum(session.overlong_ms // 1000 for session in uses)

    def rows(part: Part) -> Iterator[Row]:
        if part == "removed":
            return (row_of(session) for session in judged if session.why != VALID)
        places = ((session, place) for session in uses for place in range(1, session.headcount + 1))
        return (row_of(session, place=place) for session, place in places if part == "numerator")

    return Counted(
        total=Ratio(total, None),
        # data beats UNKNOWN: a session that came lies in no unknown minute, so what is observed is all there is
        observed=Ratio(total, None),
        coverage=opened.coverage,
        removed=Counter(session.why for session in judged if session.why != VALID),
        applicable=opened.anything or bool(judged),
        rows=rows,
        inputs=opened.inputs + [row for session in judged for row in inputs_of(session)],
        apart={"manual": manual},
        findings={name: found[name] for name in USES.findings},
    )
