"""The spool's side that takes in: what is kept here is on disk when a method returns."""

import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_feeds import add_heartbeats
from services.telemetry.model import Counts, Kept, Parked
from services.telemetry.replaying import Key, ParkedRow

_pack = msgspec.msgpack.Encoder().encode


class SqliteSpool:
    """Keeps batches, and what is parked. Belongs to one thread."""

    def __init__(self, file: SpoolFile, on_kept: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._on_kept = on_kept
        self.names: dict[str, set[str]] = {}
        with file.reading() as connection:
            for vendor, name in connection.execute("SELECT vendor, name FROM value_name"):
                self.names.setdefault(vendor, set()).add(name)

    def keep(self, kept: Kept) -> int:
        """Make a batch durable, whole; returns its number.

        :raises Unavailable: if it could not be written, or the disk is nearly full; nothing was kept then
        """
        self._file.check_space()
        with self._file.writing() as connection:
            n = append(connection, kept)
        self._kept(kept)
        return n

    def replay(self, kept: Kept, released: Collection[int], moved: Mapping[int, str]) -> int:
        """Take rows out of parking, give others a new reason, and append a batch, in one transaction.

        :raises Unavailable: if it could not be written; nothing has changed then
        """
        self._file.check_space()
        with self._file.writing() as connection:
            n = append(connection, kept)
            revision = _revision(connection)
            connection.executemany(
                "UPDATE parked SET raw = NULL, revision = ? WHERE id = ?", [(revision, row) for row in released]
            )
            connection.executemany(
                "UPDATE parked SET reason = ?, revision = ? WHERE id = ?",
                [(reason, revision, row) for row, reason in moved.items()],
            )
        self._kept(kept)
        return n

    def _kept(self, kept: Kept) -> None:
        for vendor, name in kept.new_names:
            self.names.setdefault(vendor, set()).add(name)
        self._on_kept()

    def parked_places(self) -> list[tuple[str, str, str]]:
        """Every (vendor, site, device) that something is parked for.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            return connection.execute(
                "SELECT DISTINCT vendor, site, device FROM parked WHERE raw IS NOT NULL ORDER BY 1, 2, 3"
            ).fetchall()

    def parked_for(self, key: Key, after_id: int, most: int) -> list[ParkedRow]:
        """The next rows that wait for this key, by id.

        :raises Unavailable: if the spool cannot be read
        """
        where, what = ("vendor = ? AND device = ?", (key.site_or_vendor, key.device))
        if not key.device:
            where, what = "site = ?", (key.site_or_vendor,)  # type: ignore[assignment]
        with self._file.reading() as connection:
            rows = connection.execute(
                f"SELECT id, n, message, vendor, feed, site, device, topic, received_ms, reason, indexes, raw "  # noqa: S608
                f"FROM parked WHERE {where} AND reason = ? AND id > ? AND raw IS NOT NULL ORDER BY id LIMIT ?",
                (*what, key.reason, after_id, most),
            ).fetchall()
        return [
            ParkedRow(row[0], row[1], Parked._make((*row[2:10], json.loads(row[10]), zlib.decompress(row[11]))))
            for row in rows
        ]

    def expire(self, received_before_ms: int, most: int = 1_000) -> int:
        """Let go of what was parked longer than that; returns how many rows. The ledger goes on counting it as parked.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing() as connection:
            rows = connection.execute(
                "SELECT id FROM parked WHERE raw IS NOT NULL AND received_ms < ? LIMIT ?", (received_before_ms, most)
            ).fetchall()
            if rows:
                revision = _next_revision(connection)
                connection.executemany(
                    "UPDATE parked SET raw = NULL, revision = ? WHERE id = ?", [(revision, row[0]) for row in rows]
                )
        return len(rows)


def append(connection: sqlite3.Connection, kept: Kept) -> int:
    """Append a batch inside the caller's transaction; returns its number."""
    n, revision = connection.execute(
        "UPDATE state SET head = head + 1, revision = revision + 1 RETURNING head, revision"
    ).fetchone()
    entries = _pack(kept.entries)
    batch = (n, kept.day, kept.at_ms, len(entries), _pack(kept.held))
    connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?)", batch)
    connection.execute("INSERT INTO entries VALUES (?, ?)", (n, entries))
    outgoing = kept.outgoing
    if outgoing.points:
        connection.execute("INSERT INTO lines VALUES (?, ?, ?)", (n, outgoing.points, outgoing.lines))
    if outgoing.events or outgoing.heard:
        weight = outgoing.events + sum(len(heard.minutes) for heard in outgoing.heard)
        body = _pack((outgoing.events_by_key, outgoing.heard))
        connection.execute("INSERT INTO events VALUES (?, ?, ?)", (n, weight, body))
    if outgoing.numbered:
        connection.execute("INSERT INTO numbered VALUES (?, ?)", (n, _pack(outgoing.numbered)))
    if kept.rejected:
        connection.execute("INSERT INTO rejected VALUES (?, ?)", (n, _pack(kept.rejected)))
    add_counts(connection, kept.counts, revision)
    for heartbeats in kept.heartbeats:
        add_heartbeats(connection, heartbeats)
    if kept.new_names:
        connection.executemany("INSERT OR IGNORE INTO value_name VALUES (?, ?)", kept.new_names)
    if kept.parked:
        connection.executemany(
            "INSERT INTO parked (n, message, vendor, feed, site, device, topic, received_ms, reason, indexes, raw, "
            "revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_parked_row(n, parked, revision) for parked in kept.parked],
        )
    return int(n)


def add_counts(connection: sqlite3.Connection, counts: Counts, revision: int) -> None:
    """Add to the totals, inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO counted VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET count = count + excluded.count, revision = excluded.revision",
        [(vendor, day, what, count, revision) for (vendor, day, what), count in counts.items()],
    )


def _next_revision(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("UPDATE state SET revision = revision + 1 RETURNING revision").fetchone()
    return row[0]


def _revision(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("SELECT revision FROM state").fetchone()
    return row[0]


def _parked_row(n: int, parked: Parked, revision: int) -> tuple[Any, ...]:
    return (n, *parked[:8], json.dumps(list(parked.indexes)), zlib.compress(parked.raw), revision)
