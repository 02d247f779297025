"""V2, uses: the headcounts of valid sessions in opening hours, summed. Uses, not persons. Source: policy 4.3 and 7.5.

A use counts on the civil day of its start, at the installation its device is bound to on that day. Sessions before and
after the window are read as far as they can be merged with one in it.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from services.adoption.definitions import USES
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Part, Ratio, RecordKey, Row, Window
from services.adoption.figures.judging import GAP_MS, VALID, Session, judge, merging_place
from services.adoption.figures.known import KnownFacts, RawSession
from services.adoption.figures.merging import Run, runs
from services.adoption.figures.opening import opening
from services.adoption.figures.reach import LONGEST_RAW_MS, reaching
from services.adoption.figures.scopes import Scope, holds_vr, installation_id
from shared.contracts.civil_time import day_from_date, rfc3339, start_of


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the uses of the window's days."""
    start_ms, end_ms = start_of(day_from_date(window.start)), start_of(day_from_date(window.end))
    judged = [
        session
        for vendor, device in facts.devices_with_sessions(start_ms, end_ms)
        for session in _sessions(city, facts, vendor, device, start_ms, end_ms)
        if holds_vr(scope, city, session.place)
    ]
    uses = [session for session in judged if session.why == VALID]
    opened = opening(city, facts, scope, window)
    manual = sum(session.headcount for session in judged if session.why == "manual")
    total = sum(session.headcount for session in uses)
    found = Counter(finding for session in uses for finding in session.findings)
    found["overlong_s"] = sum(session.overlong_ms // 1000 for session in uses)

    def rows(part: Part) -> Iterator[Row]:
        if part == "removed":
            return (_row(session, None) for session in judged if session.why != VALID)
        places = ((session, place) for session in uses for place in range(1, session.headcount + 1))
        return (_row(session, place) for session, place in places if part == "numerator")

    return Counted(
        total=Ratio(total, None),
        # data beats UNKNOWN: a session that came lies in no unknown minute, so what is observed is all there is
        observed=Ratio(total, None),
        coverage=opened.coverage,
        removed=Counter(session.why for session in judged if session.why != VALID),
        applicable=opened.anything or bool(judged),
        rows=rows,
        inputs=opened.inputs + [_input(session, raw) for session in judged for raw in session.run.sessions],
        apart={"manual": manual},
        findings={name: found[name] for name in USES.findings},
    )


def _sessions(city: City, facts: KnownFacts, vendor: str, device: str, start_ms: int, end_ms: int) -> Iterator[Session]:
    """A device's runs that begin in the window, and, each by itself, the voided sessions that do."""
    raw = reaching(partial(facts.sessions, vendor, device), start_ms, end_ms, GAP_MS, LONGEST_RAW_MS)
    standing = [session for session in raw if not session.voided]
    occupied_until = 0
    for run in runs(standing, partial(merging_place, city, vendor, device), GAP_MS):
        if start_ms <= run.start < end_ms:
            yield judge(city, vendor, device, run, overlapping=run.start < occupied_until)
        occupied_until = max(occupied_until, run.end)
    for session in raw:
        if session.voided and start_ms <= session.ts < end_ms:
            yield judge(city, vendor, device, Run(session.ts, session.end, (session,)))


def _row(session: Session, place: int | None) -> Row:
    return Row(
        why=session.why,
        vendor=session.vendor,
        device=session.device,
        binding=binding_id(session.binding) if session.binding else None,
        installation=installation_id(session.installation) if session.installation else None,
        site=session.installation.venue if session.installation else session.place.site,
        starts_at=rfc3339(session.run.start),
        length_s=session.length_ms // 1000,
        overlong_s=session.overlong_ms // 1000,
        headcount=session.headcount,
        place=place,
        records=tuple(RecordKey(raw.ts, raw.seq) for raw in session.run.sessions),
    )


def _input(session: Session, raw: RawSession) -> list[object]:
    return ["session", session.vendor, session.device, *raw]
