"""The device-days that wait to be refolded, and their rows replaced."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.canonical import StripRow, Withdrawal
from services.adoption.facts import OPEN
from services.adoption.refolding import Chunk, Refolded, Waiting
from services.adoption.strips import from_bytes, to_bytes
from shared.runtime.sqlite import connect, snapshot, transaction

MOST_DEVICES = 200  # of one group or chunk: their records of a day are held in memory

_GROUPS = """
SELECT DISTINCT d.vendor, w.day FROM waiting w JOIN device d ON d.id = w.device ORDER BY 2, 1
"""
_CHUNK = """
SELECT d.device, w.device, w.marked FROM waiting w JOIN device d ON d.id = w.device
WHERE w.day = ? AND w.device > ? AND d.vendor = ? ORDER BY w.device LIMIT ?
"""
_WITHDRAWALS = "SELECT ts, seq, content_sha256, known, of_kind, of_ts, of_seq FROM void WHERE device = ? AND until = ?"
_ROWS = "SELECT known, until, seen, local, smart, automated, ack FROM strip WHERE device = ? AND day = ? ORDER BY 1, 2"
_DONE = """
UPDATE refold SET done = :mark, held = CASE WHEN marked = :mark AND :settled THEN 0 ELSE held END
WHERE device = :number AND day = :day AND done < :mark
"""
_WAITING = "SELECT count(*) FROM waiting"


class SqliteRefolds:
    """See :class:`services.adoption.refolding.Refolds`; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")

    def groups(self) -> list[tuple[str, int]]:
        """The vendors and days of those that wait now.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            return connection.execute(_GROUPS).fetchall()

    def chunks(self, vendor: str, day: int) -> Iterator[Chunk]:
        """Those of one vendor and day.

        :raises Unavailable: if the database is away
        """
        last = 0
        while True:
            # marks and voids of one moment: a void that comes later raises the mark
            with snapshot(self._connection) as connection:
                rows = connection.execute(_CHUNK, (day, last, vendor, MOST_DEVICES)).fetchall()
                waiting = [
                    Waiting(device, number, mark, withdrawals(connection, number)) for device, number, mark in rows
                ]
            if not waiting:
                return
            last = waiting[-1].number
            yield Chunk(vendor, day, waiting)

    def replace(self, refolded: Sequence[Refolded]) -> int:
        """Replace the rows of some device-days, all or none; how many had other rows before.

        A device-day that a later refold has done meanwhile is left as that made it.

        :raises Unavailable: if the database is away
        """
        with transaction(self._connection) as connection:
            return sum(replace(connection, each) for each in refolded)

    def count_waiting(self) -> int:
        """How many device-days wait.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            return int(connection.execute(_WAITING).fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def withdrawals(connection: sqlite3.Connection, number: int) -> list[Withdrawal]:
    """Every content of every void of a device."""
    found = connection.execute(_WITHDRAWALS, (number, OPEN))
    return [Withdrawal(ts, seq, digest, known, (*target,)) for ts, seq, digest, known, *target in found]


def stored_rows(connection: sqlite3.Connection, number: int, day: int) -> list[StripRow]:
    """The rows of a device-day as they are."""
    found = connection.execute(_ROWS, (number, day))
    return [StripRow(known, until, tuple(map(from_bytes, stored))) for known, until, *stored in found]


def replace(connection: sqlite3.Connection, refolded: Refolded) -> bool:
    """Replace the rows of a device-day, in a transaction of the caller's; whether they were others."""
    number, day, mark, rows, settled = refolded
    said = {"number": number, "day": day, "mark": mark, "settled": settled}
    if connection.execute(_DONE, said).rowcount == 0:
        return False
    if stored_rows(connection, number, day) == list(rows):
        return False
    connection.execute("DELETE FROM strip WHERE device = ? AND day = ?", (number, day))
    connection.executemany(
        "INSERT INTO strip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, day, row.known, row.until, *map(to_bytes, row.marks)) for row in rows],
    )
    return True
