"""The sessions that begin in a window, judged, and their rows: what V2, V3 and V4 count, and what V10 looks for.

Sessions before and after the window are read as far as they can be merged with one in it. Source: policy 7.5.
"""

from collections.abc import Iterator
from functools import partial

from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import RecordKey, Row, Window
from services.adoption.figures.judging import GAP_MS, Session, judge, merging_place
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.merging import Run, runs
from services.adoption.figures.reach import LONGEST_RAW_MS, reaching
from services.adoption.figures.scopes import Scope, holds_vr, installation_id
from shared.contracts.civil_time import day_from_date, rfc3339, start_of


def begun(city: City, facts: KnownFacts, scope: Scope, window: Window) -> list[Session]:
    """A scope's runs that begin in a window, and, each by itself, the voided sessions that do."""
    return [
        session
        for vendor, device in facts.devices_with_sessions(*span_of(window))
        for session in of_device(city, facts, vendor, device, window)
        if holds_vr(scope, city, session.place)
    ]


def of_device(city: City, facts: KnownFacts, vendor: str, device: str, window: Window) -> Iterator[Session]:
    """A device's runs that begin in a window, and, each by itself, the voided sessions that do."""
    start_ms, end_ms = span_of(window)
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


def span_of(window: Window) -> tuple[int, int]:
    """A window in epoch milliseconds, half-open."""
    return start_of(day_from_date(window.start)), start_of(day_from_date(window.end))


def row_of(session: Session, amount: int = 1, place: int | None = None) -> Row:
    """A session as a row; ``place`` is which of its uses it is."""
    return Row(
        why=session.why,
        amount=amount,
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


def inputs_of(session: Session) -> Iterator[list[object]]:
    """A session's raw records, for the input hash."""
    return inputs_of_run(session.vendor, session.device, session.run)


def inputs_of_run(vendor: str, device: str, run: Run) -> Iterator[list[object]]:
    """A run's raw records, for the input hash."""
    for raw in run.sessions:
        yield ["session", vendor, device, *raw]
