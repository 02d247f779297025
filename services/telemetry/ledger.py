"""The ledger: per vendor and civil day, what became of every record.

A row is *settled* when nothing of it waits and no record of it was kept while InfluxDB counted; only then is the rest
of the sum – *repeated* – known. Two copies of the spool's totals, taken before and begun after the count, tell.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, Protocol

from services.telemetry.counting import (
    ACCEPTED,
    DROPPED,
    EXPIRED,
    MISSING,
    NOT_ACCEPTED,
    PARKED,
    RECEIVED,
    REJECTED,
    WRITTEN,
)
from services.telemetry.watermark import Mark

FRESH_MS = 10_000
SECOND_COPY_S = 4.0
PAUSE_S = 0.05

Totals = Mapping[tuple[str, int], Mapping[str, int]]  # by vendor and day: what → count


class WorkerState(NamedTuple):
    """How far a worker's stores have got, at its last copy; ``beat`` numbers the copies.

    ``trial``: a file moves its clock of receipt. ``watermark`` is the last it told, None before the first.
    """

    worker: str
    head: int
    cursors: Mapping[str, int]
    beat: int
    at_ms: int
    segment: int
    segment_sha256: str
    trial: bool = False
    watermark: Mark | None = None


class LedgerState(NamedTuple):
    """The workers and the totals, of one moment."""

    workers: Collection[WorkerState]
    totals: Totals


class LedgerRow(NamedTuple):
    """One vendor's records of one civil day; ``repeated`` is None while the row is not settled.

    ``missing`` is what gaps in ``seq`` say never came; it is no part of the sum.
    """

    vendor: str
    day: int
    received: int
    stored: int
    set_aside: Mapping[str, int]
    waiting: int
    repeated: int | None
    missing: int = 0
    dropped: Mapping[str, int] = {}
    not_accepted: Mapping[str, int] = {}


class Ledger(NamedTuple):
    """Rows by vendor and day; settled if every row is, and every worker's stores have all it kept."""

    settled: bool
    rows: list[LedgerRow]


class Page(NamedTuple):
    """Rows of a table in the order of their ids, and the id to go on after; None at the end."""

    rows: list[Mapping[str, Any]]
    next: str | None


class Source(Protocol):
    """Where totals are read."""

    def state(self, from_day: int, to_day: int, vendors: Collection[str] | None) -> LedgerState:
        """Workers and totals of those days, of these vendors or (None) of all.

        :raises Unavailable: if the database is away
        """


Stored = Callable[[int, int], Mapping[tuple[str, int], int]]


def ledger(
    source: Source, stored: Stored, from_day: int, to_day: int, vendors: Collection[str] | None, now_ms: int
) -> Ledger:
    """The ledger of the days from ``from_day`` up to but not including ``to_day``.

    :raises Unavailable: if the database or InfluxDB is away
    """
    before = source.state(from_day, to_day, vendors)
    counted = stored(from_day, to_day)
    later = _begun_later(lambda: source.state(from_day, to_day, vendors), now_ms)
    after = later or before
    points = {key: count for key, count in counted.items() if vendors is None or key[0] in vendors}
    keys = sorted(points.keys() | after.totals.keys())
    rows = [
        _row(key, points.get(key, 0), before.totals.get(key, {}), after.totals.get(key, {}), later is not None)
        for key in keys
    ]
    quiet = later is not None and _is_quiet(before) and _is_quiet(later) and _heads(before) == _heads(later)
    return Ledger(quiet and all(row.repeated is not None for row in rows), rows)


def _begun_later(read: Callable[[], LedgerState], now_ms: int) -> LedgerState | None:
    """Totals of which every worker began the copy after this was called: the second copy from now on.

    None if a worker does not copy any more.
    """
    state = read()
    wanted = {worker.worker: worker.beat + 2 for worker in state.workers}
    if not wanted or any(abs(now_ms - worker.at_ms) >= FRESH_MS for worker in state.workers):
        return None
    deadline = time.monotonic() + SECOND_COPY_S
    while time.monotonic() < deadline:
        state = read()
        if all(worker.beat >= wanted.get(worker.worker, 0) for worker in state.workers):
            return state
        time.sleep(PAUSE_S)
    return None


def _is_quiet(state: LedgerState) -> bool:
    return all(at == worker.head for worker in state.workers for at in worker.cursors.values())


def _heads(state: LedgerState) -> dict[str, int]:
    return {worker.worker: worker.head for worker in state.workers}


def _row(
    key: tuple[str, int], stored: int, before: Mapping[str, int], after: Mapping[str, int], copied: bool
) -> LedgerRow:
    set_aside = _by_reason(after, REJECTED) | _by_reason(after, PARKED)
    if expired := after.get(EXPIRED, 0):
        set_aside[EXPIRED] = expired
    dropped, not_accepted = _by_reason(after, DROPPED), _by_reason(after, NOT_ACCEPTED)
    received = after.get(RECEIVED, 0)
    waiting = after.get(ACCEPTED, 0) - after.get(WRITTEN, 0)
    settled = copied and waiting == 0 and before == after
    elsewhere = sum(sum(some.values()) for some in (set_aside, dropped, not_accepted))
    return LedgerRow(
        *key,
        received=received,
        stored=stored,
        set_aside=set_aside,
        not_accepted=not_accepted,
        dropped=dropped,
        waiting=waiting,
        repeated=received - stored - elsewhere if settled else None,
        missing=after.get(MISSING, 0),
    )


def _by_reason(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {what.removeprefix(prefix): n for what, n in sorted(counts.items()) if what.startswith(prefix) and n}
