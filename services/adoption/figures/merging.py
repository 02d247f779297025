"""From raw sessions of one device to runs: a vendor sends every presence interval, a visitor who shifts the headset is
still one visitor. Source: policy 7.5.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from services.adoption.figures.known import RawSession


class Run(NamedTuple):
    """Raw sessions that are one; ``start`` to ``end`` in epoch milliseconds."""

    start: int
    end: int
    sessions: tuple[RawSession, ...]


def runs(sessions: Iterable[RawSession], merging_place: Callable[[int], Hashable | None], gap_ms: int) -> Iterator[Run]:
    """Merge a device's sessions into runs, by (ts, end, seq).

    A run goes on with the next session if that starts no later than ``gap_ms`` after the run's end so far, at the same
    place, has the same content, and the session added last was not completed. ``merging_place`` says where the device
    is at a time, None where its sessions are not to be merged.
    """
    run: Run | None = None
    for session in sorted(sessions, key=lambda s: (s.ts, s.end, s.seq)):
        if run and _goes_on(run, session, gap_ms) and _same_place(run, session, merging_place):
            run = Run(run.start, max(run.end, session.end), (*run.sessions, session))
            continue
        if run:
            yield run
        run = Run(session.ts, session.end, (session,))
    if run:
        yield run


def _goes_on(run: Run, session: RawSession, gap_ms: int) -> bool:
    last = run.sessions[-1]
    return session.ts <= run.end + gap_ms and session.content == last.content and not last.completed


def _same_place(run: Run, session: RawSession, merging_place: Callable[[int], Hashable | None]) -> bool:
    place = merging_place(run.start)
    return place is not None and place == merging_place(session.ts)
