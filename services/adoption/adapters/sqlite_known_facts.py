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
from services.adoption.adapters import known_facts_sql as sql
from services.adoption.adapters.sqlite_devices import number_of
from services.adoption.facts import OPEN
from services.adoption.figures.known import RawFault, RawSession, UseDays, UseStrips
from shared.contracts.civil_time import start_of
from shared.failures import Unavailable
from shared.runtime.sqlite import connect, snapshot


class SqliteKnownFacts:
    """Reads facts; every method may be called from any thread, each has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    @contextmanager
    def at_once(self, before: int = OPEN) -> Iterator["AtOnce"]:
        """The facts of one moment, known before a day.

        :raises Unavailable: if they cannot be read, or no worker has ever made them
        """
        with snapshot(self._connection()) as connection:
            yield AtOnce(connection, before, {})

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        if (opened := self._local.__dict__.pop("connection", None)) is not None:
            opened.close()

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            opened = connect(self._path, read_only=True)
            if opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'folded'").fetchone() is None:
                opened.close()
                raise Unavailable("database", f"{self._path}: no worker has made its tables yet")
            self._local.connection = opened
        connection: sqlite3.Connection = self._local.connection
        return connection


class AtOnce:
    """One moment of the facts; see :class:`services.adoption.figures.known.KnownFacts`."""

    def __init__(self, connection: sqlite3.Connection, before: int, numbers: dict[tuple[str, str], int | None]) -> None:
        self._connection = connection
        self._before = before
        self._numbers = numbers

    def known_before(self, before: int) -> "AtOnce":
        """Of the same moment, what was known before an earlier day."""
        return AtOnce(self._connection, before, self._numbers)

    def first_heard(self, vendor: str, device: str, from_day: int, to_day: int) -> int | None:
        """The first day in which a device was seen in any minute."""
        found = self._rows(sql.FIRST_HEARD, vendor, device, from_day=from_day, to_day=to_day)
        return found[0][0] if found else None

    def seen(self, vendor: str, device: str, from_day: int, to_day: int) -> int:
        """The strip, over several days, of the minutes in which a device was seen."""
        rows = self._rows(sql.SEEN, vendor, device, from_day=from_day, to_day=to_day)
        return strips.joined(rows, to_day - from_day)

    def minutes(self, vendor: str, device: str, day: int) -> tuple[int, ...]:
        """A day's strips: seen, local, smart, automated, ack."""
        rows = self._rows(sql.MINUTES, vendor, device, day=day)
        return tuple(strips.joined(((0, row[kind]) for row in rows), 1) for kind in range(5))

    def use_days(self, vendor: str, device: str, from_day: int, to_day: int) -> UseDays:
        """The days on which a device was used."""
        local = smart = ack = 0
        for day, is_local, is_smart, is_ack in self._rows(
            sql.USE_DAYS, vendor, device, from_day=from_day, to_day=to_day
        ):
            local |= is_local << day
            smart |= is_smart << day
            ack |= is_ack << day
        return UseDays(local, smart, ack)

    def use_strips(self, vendor: str, device: str, from_day: int, to_day: int) -> dict[int, UseStrips]:
        """The minutes in which a device was used or acted of itself, by day."""
        found: dict[int, UseStrips] = {}
        for day, *stored in self._rows(sql.USE_STRIPS, vendor, device, from_day=from_day, to_day=to_day):
            before = found.get(day, UseStrips(0, 0, 0, 0))
            found[day] = UseStrips(*(b | strips.from_bytes(kind) for b, kind in zip(before, stored, strict=True)))
        return found

    def faults(self, vendor: str, device: str, before_ms: int) -> list[RawFault]:
        """A device's faults before a time that count, by (ts, seq)."""
        rows = self._rows(sql.FAULTS, vendor, device, before_ms=before_ms)
        return [RawFault(ts, seq, code, bool(active)) for ts, seq, code, active, _ in rows]

    def devices_with_sessions(self, from_ms: int, to_ms: int) -> list[tuple[str, str]]:
        """Which devices have a session that starts in a range."""
        where = {"from_ms": from_ms, "to_ms": to_ms, "before": self._before}
        return self._connection.execute(sql.DEVICES_WITH_SESSIONS, where).fetchall()

    def sessions(self, vendor: str, device: str, from_ms: int, to_ms: int) -> list[RawSession]:
        """A device's sessions that start in a range."""
        rows = self._rows(sql.SESSIONS, vendor, device, from_ms=from_ms, to_ms=to_ms)
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

    def own_outages(self) -> list[tuple[int, int]]:
        """When we could hear nobody; none where no worker has ever kept any."""
        return self._connection.execute(sql.OWN_OUTAGES).fetchall() if self._has("outage") else []

    def changes(self, vendor: str, device: str, from_day: int, to_day: int, after: int) -> list[tuple[int, int]]:
        """Which days' facts changed, or may have, on a day later than ``after``: (day, day it became known)."""
        where = {"from_day": from_day, "to_day": to_day, "from_ms": start_of(from_day), "to_ms": start_of(to_day)}
        return self._rows(sql.CHANGES, vendor, device, **where, after=after, open=OPEN)

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

    def refolding(self) -> int:
        """How many device-days wait for being folded again."""
        return int(self._connection.execute(sql.REFOLDING).fetchone()[0]) if self._has("waiting") else 0

    def watermarks(self) -> list[tuple[str, int]]:
        """Each telemetry worker, and the time (epoch milliseconds) before which all it received is folded."""
        return self._connection.execute(sql.WATERMARKS).fetchall() if self._has("watermark") else []

    def _has(self, table: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
        return found.fetchone() is not None

    def _rows(self, statement: str, vendor: str, device: str, **where: int) -> list[Any]:
        if (vendor, device) not in self._numbers:
            self._numbers[vendor, device] = number_of(self._connection, vendor, device)
        number = self._numbers[vendor, device]
        if number is None:
            return []
        return self._connection.execute(statement, {**where, "device": number, "before": self._before}).fetchall()
