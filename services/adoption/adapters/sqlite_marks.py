"""Which device-days are to be refolded: marked in the transaction that brings the reason.

A mark only ever grows, so a refold that had seen an older one never passes for one that saw the newest.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from services.adoption.decode import EARLIEST_MS, LATEST_MS
from services.adoption.facts import days_touched

Row = tuple[Any, ...]
DeviceDay = tuple[int, int]  # the number of a device, a civil day

_MARK = "INSERT INTO refold VALUES (?, ?, 1, 0, 1) ON CONFLICT DO UPDATE SET marked = marked + 1, held = 1"
_RAISE = "UPDATE refold SET marked = marked + 1 WHERE device = ? AND day = ?"
_HELD = """
SELECT r.device, r.day FROM json_each(?) j
CROSS JOIN refold r ON r.device = j.value ->> 0 AND r.day = j.value ->> 1 WHERE r.held = 1
"""
_SOME_HELD = "SELECT device, day FROM refold WHERE held = 1 LIMIT ?"
_CONTENTS = "SELECT count(*) FROM session WHERE device = ? AND ts = ? AND seq = ?"
_TARGETS = "SELECT of_kind, of_ts FROM void WHERE device = ? AND ts = ? AND seq = ?"


def mark(connection: sqlite3.Connection, device_days: Iterable[DeviceDay]) -> None:
    """Have device-days refolded, and their strips left alone from now on."""
    connection.executemany(_MARK, sorted(device_days))


def held_among(connection: sqlite3.Connection, strips: Sequence[Row], others: Iterable[DeviceDay]) -> set[DeviceDay]:
    """The device-days, of strip rows and others, whose strips folding leaves alone."""
    # mostly fewer are held than a batch speaks of: then this is all of them, and cheaper than a look-up for each row
    held = set(connection.execute(_SOME_HELD, (len(strips) + 1,)))
    if not held:
        return held
    asked = {*(row[:2] for row in strips), *others}
    if len(held) <= len(strips):
        return held & asked
    return set(connection.execute(_HELD, (msgspec.json.encode(sorted(asked)).decode(),)))


def raise_marks(connection: sqlite3.Connection, held: Iterable[DeviceDay]) -> None:
    """Something new is in the journal for device-days that are held."""
    connection.executemany(_RAISE, sorted(held))


def taken_from(
    connection: sqlite3.Connection, sessions: Sequence[Sequence[Any]], voids: Sequence[Sequence[Any]]
) -> set[DeviceDay]:
    """The device-days from whose strips new session and void rows, already in their tables, may take bits.

    A void that is in conflict with another gives back what the other took: the targets of both count.
    """
    found: set[DeviceDay] = set()
    for device, ts, seq, *_ in sessions:
        if connection.execute(_CONTENTS, (device, ts, seq)).fetchone()[0] > 1:
            found.update((device, day) for day in _of("session", ts))
    for device, ts, seq, *_ in voids:
        for kind, of_ts in connection.execute(_TARGETS, (device, ts, seq)):
            found.update((device, day) for day in _of(kind, of_ts))
    return found


def _of(kind: str, ts: int) -> Iterator[int]:
    if EARLIEST_MS <= ts < LATEST_MS:  # a void may name any moment, but no record of another is kept
        yield from days_touched(kind, ts)
