"""The spool's side that takes in: what is kept here is on disk when a method returns."""

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_batches import add_counts, append
from services.telemetry.model import Counts, Kept, Parked
from services.telemetry.parking import DEFAULT_QUOTA_BYTES, Room
from services.telemetry.replaying import Key, ParkedRow

_PARKED_BYTES = "SELECT vendor, sum(length(raw)) FROM parked WHERE raw IS NOT NULL"  # length reads no page of the blob


class SqliteSpool:
    """Keeps batches, and what is parked. Belongs to one thread."""

    def __init__(
        self,
        file: SpoolFile,
        on_kept: Callable[[], None] = lambda: None,
        *,
        parking_quota_bytes: int = DEFAULT_QUOTA_BYTES,
    ) -> None:
        self._file = file
        self._on_kept = on_kept
        self.names: dict[str, set[str]] = {}
        with file.reading() as connection:
            for vendor, name in connection.execute("SELECT vendor, name FROM value_name"):
                self.names.setdefault(vendor, set()).add(name)
            self._room = Room(parking_quota_bytes, dict(connection.execute(f"{_PARKED_BYTES} GROUP BY vendor")))

    def parking_left(self, vendor: str) -> int:
        """Bytes that a vendor may still park."""
        return self._room.left(vendor)

    def keep(self, kept: Kept) -> int:
        """Make a batch durable, whole; returns its number.

        :raises Unavailable: if it could not be written, or the disk is nearly full; nothing was kept then
        """
        self._file.check_space()
        with self._file.writing() as connection:
            n = append(connection, kept)
            parked = _parked_now(connection) if kept.parked else []
        for vendor, size in parked:
            self._room.add(vendor, size)
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
            gone = _let_go(connection, released, revision)
            connection.executemany(
                "UPDATE parked SET reason = ?, revision = ? WHERE id = ?",
                [(reason, revision, row) for row, reason in moved.items()],
            )
        self._make_room(gone)
        self._kept(kept)
        return n

    def _make_room(self, gone: Counter[str]) -> None:
        for vendor, size in gone.items():
            self._room.add(vendor, -size)

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
        return self._parked(
            f"{where} AND reason = ? AND id > ? ORDER BY id LIMIT ?", (*what, key.reason, after_id, most)
        )

    def parked_before(self, received_ms: int, most: int) -> list[ParkedRow]:
        """Rows that were received before this moment and still wait.

        :raises Unavailable: if the spool cannot be read
        """
        return self._parked("received_ms < ? ORDER BY received_ms LIMIT ?", (received_ms, most))

    def _parked(self, where: str, values: tuple[Any, ...]) -> list[ParkedRow]:
        with self._file.reading() as connection:
            rows = connection.execute(
                f"SELECT id, n, message, vendor, feed, site, device, topic, received_ms, reason, indexes, raw "  # noqa: S608
                f"FROM parked WHERE raw IS NOT NULL AND {where}",
                values,
            ).fetchall()
        return [
            ParkedRow(row[0], row[1], Parked._make((*row[2:10], json.loads(row[10]), zlib.decompress(row[11]))))
            for row in rows
        ]

    def expire(self, rows: Collection[int], counts: Counts) -> None:
        """Let go of parked rows for good, and move their records in the ledger, in one transaction.

        :raises Unavailable: if the spool cannot be written; nothing has changed then
        """
        with self._file.writing() as connection:
            revision = _next_revision(connection)
            gone = _let_go(connection, rows, revision)
            add_counts(connection, counts, revision)
        self._make_room(gone)


def _parked_now(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Bytes that this transaction has parked, by vendor."""
    query = f"{_PARKED_BYTES} AND revision = ? GROUP BY vendor"
    return connection.execute(query, (_revision(connection),)).fetchall()


def _let_go(connection: sqlite3.Connection, rows: Collection[int], revision: int) -> Counter[str]:
    """Rows wait no longer; returns the bytes they took, by vendor."""
    gone: Counter[str] = Counter()
    for row in rows:
        for vendor, size in connection.execute(f"{_PARKED_BYTES} AND id = ? GROUP BY vendor", (row,)):
            gone[vendor] += size
    connection.executemany("UPDATE parked SET raw = NULL, revision = ? WHERE id = ?", [(revision, row) for row in rows])
    return gone


def _next_revision(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("UPDATE state SET revision = revision + 1 RETURNING revision").fetchone()
    return row[0]


def _revision(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("SELECT revision FROM state").fetchone()
    return row[0]
