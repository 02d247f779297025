"""V4, session length: seconds of the sessions of V2 / their number; the lower median and p90 beside it.

Whole seconds of each session, so that the rows sum to the numerator. Source: policy 4.3 and 7.5.
"""

from collections import Counter
from collections.abc import Iterable

from services.adoption.definitions import SESSION_LENGTH
from services.adoption.figures.begun import begun, inputs_of, row_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Part, Ratio, Row, Window
from services.adoption.figures.judging import VALID
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.opening import opening
from services.adoption.figures.scopes import Scope

SMALLEST_N = SESSION_LENGTH.parameter("smallest_n")
RANKS = {"median_s": SESSION_LENGTH.parameter("median_rank"), "p90_s": SESSION_LENGTH.parameter("p90_rank")}


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Measure the sessions that begin on the window's days."""
    judged = begun(city, facts, scope, window)
    sessions = [session for session in judged if session.why == VALID]
    lengths = sorted(session.length_ms // 1000 for session in sessions)
    n = len(lengths)
    opened = opening(city, facts, scope, window)
    total = Ratio(sum(lengths), n)

    def rows(part: Part) -> Iterable[Row]:
        if part == "removed":
            return (row_of(session) for session in judged if session.why != VALID)
        return (row_of(s, s.length_ms // 1000 if part == "numerator" else 1) for s in sessions)

    return Counted(
        total=total,
        observed=total,
        coverage=opened.coverage,
        removed=Counter(session.why for session in judged if session.why != VALID),
        applicable=n > 0,
        rows=rows,
        inputs=opened.inputs + [row for session in judged for row in inputs_of(session)],
        apart={name: ranked(lengths, percent) for name, percent in RANKS.items()} if n >= SMALLEST_N else {},
        too_few=n < SMALLEST_N,
        note="too_few" if 0 < n < SMALLEST_N else None,
    )


def ranked(ascending: list[int], percent: int) -> int:
    """The value of rank ⌈n · percent / 100⌉, counted from 1."""
    return ascending[-(-len(ascending) * percent // 100) - 1]
