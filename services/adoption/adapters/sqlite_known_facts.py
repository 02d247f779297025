"""Facts as they are known at one moment, for figures: reads what :class:`SqliteFacts` wrote.

A row is part of the state where ``known < before <= until``: with the open day as ``before`` all that stands counts.
Of two contents under one identity the greater ``content_sha256`` counts.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.adoption import strips
from services.adoption.facts import OPEN
from services.adoption.figures.known import RawSession
from shared.failures import Unavailable
from shared.runtime.sqlite import connect

_FIRST_HEARD = """
SELECT day FROM strip WHERE device = :device AND day >= :from_day AND day < :to_day
  AND known < :before AND until >= :before AND seen <> x'' ORDER BY day LIMIT 1
"""
_SEEN = "SELECT seen FROM strip WHERE device = :device AND day = :day AND known < :before AND until >= :before"
# A loose scan: one step of the index for each device that ever had a session, not one for each session.
_DEVICES_WITH_SESSIONS = """
WITH RECURSIVE owner (device) AS (
  SELECT min(device) FROM session
  UNION ALL SELECT (SELECT min(s.device) FROM session s WHERE s.device > owner.device) FROM owner
  WHERE owner.device IS NOT NULL
)
SELECT d.vendor, d.device FROM owner JOIN device d ON d.id = owner.device
WHERE EXISTS (SELECT 1 FROM session s WHERE s.device = d.id AND s.ts >= :from_ms AND s.ts < :to_ms
  AND s.known < :before AND s.until >= :before)
ORDER BY d.vendor, d.device
"""
# Beside max() the other columns are those of the row that has it (SQLite's documented rule for bare columns).
_SESSIONS = """
SELECT ts, seq, duration_s, content, headcount, completed, site, max(content_sha256),
  EXISTS (SELECT 1 FROM void v WHERE v.device = s.device AND v.of_kind = 'session' AND v.of_ts = s.ts
    AND v.of_seq = s.seq AND v.known < :before AND v.until >= :before
    AND NOT EXISTS (SELECT 1 FROM void w WHERE w.device = v.device AND w.ts = v.ts AND w.seq = v.seq
      AND w.content_sha256 > v.content_sha256 AND w.known < :before AND w.until >= :before))
FROM session s
WHERE device = :device AND ts >= :from_ms AND ts < :to_ms AND known < :before AND until >= :before
GROUP BY ts, seq
"""


class SqliteKnownFacts:
    """Reads facts; every method may be called from any thread, each has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    @contextmanager
    def at_once(self, before: int = OPEN) -> Iterator["_AtOnce"]:
        """The facts of one moment, known before a day.

        :raises Unavailable: if they cannot be read, or no worker has ever made them
        """
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield _AtOnce(connection, before)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # the statement is wrong, and will be next time
                raise
            raise Unavailable("database", f"{self._path}: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            opened = connect(self._path, read_only=True)
            if opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'folded'").fetchone() is None:
                opened.close()
                raise Unavailable("database", f"{self._path}: no worker has made its tables yet")
            self._local.connection = opened
        connection: sqlite3.Connection = self._local.connection
        return connection


class _AtOnce:
    """One moment of the facts; see :class:`services.adoption.figures.known.KnownFacts`."""

    def __init__(self, connection: sqlite3.Connection, before: int) -> None:
        self._connection = connection
        self._before = before

    def first_heard(self, vendor: str, device: str, from_day: int, to_day: int) -> int | None:
        """The first day in which a device was seen in any minute."""
        found = self._rows(_FIRST_HEARD, vendor, device, from_day=from_day, to_day=to_day)
        return found[0][0] if found else None

    def seen(self, vendor: str, device: str, day: int) -> int:
        """The strip of minutes in which a device was seen."""
        strip = strips.EMPTY
        for (stored,) in self._rows(_SEEN, vendor, device, day=day):
            strip |= strips.from_bytes(stored)
        return strip

    def devices_with_sessions(self, from_ms: int, to_ms: int) -> list[tuple[str, str]]:
        """Which devices have a session that starts in a range."""
        where = {"from_ms": from_ms, "to_ms": to_ms, "before": self._before}
        return self._connection.execute(_DEVICES_WITH_SESSIONS, where).fetchall()

    def sessions(self, vendor: str, device: str, from_ms: int, to_ms: int) -> list[RawSession]:
        """A device's sessions that start in a range."""
        rows = self._rows(_SESSIONS, vendor, device, from_ms=from_ms, to_ms=to_ms)
        found = [
            RawSession(
                ts=ts,
                end=ts + duration_s * 1000,
                seq=seq,
                content=content,
                headcount=headcount,
                completed=None if completed is None else bool(completed),
                site=site,
                content_sha256=digest.hex(),
                voided=bool(voided),
            )
            for ts, seq, duration_s, content, headcount, completed, site, digest, voided in rows
        ]
        return sorted(found, key=lambda s: (s.ts, s.end, s.seq))

    def counts(self) -> dict[str, int]:
        """How many rows each table has, what was set aside included."""
        tables = ("device", "strip", "session", "fault", "void", "set_aside")
        return {
            table: self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 – our names
            for table in tables
        }

    def folded_at_ms(self) -> int | None:
        """When the last batch was folded; None before the first."""
        found = self._connection.execute("SELECT at_ms FROM folded").fetchone()
        return found[0] if found else None

    def _rows(self, sql: str, vendor: str, device: str, **where: int) -> list[Any]:
        number = self._connection.execute(
            "SELECT id FROM device WHERE vendor = ? AND device = ?", (vendor, device)
        ).fetchone()
        if number is None:
            return []
        return self._connection.execute(sql, {**where, "device": number[0], "before": self._before}).fetchall()
