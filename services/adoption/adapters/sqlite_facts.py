"""Where facts are kept: joins batches of them into SQLite, one transaction a batch.

The strips of a held device-day are left alone: the journal has its records, and a refold is asked for instead.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services.adoption.adapters import sqlite_marks, sqlite_operations
from services.adoption.adapters.sqlite_devices import Numbers, numbered
from services.adoption.adapters.sqlite_marks import DeviceDay
from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.decode import SetAside
from services.adoption.facts import OPEN, Facts, RowKey
from services.adoption.strips import to_bytes, union_of_stored
from shared.contracts.civil_time import day_of
from shared.runtime.sqlite import connect, transaction

_CACHE_KIB = 65_536
_CHECKPOINT_PAGES = 8_000  # scattered device-days dirty a page each: the default of 1,000 writes most pages twice

_STRIP = """
INSERT INTO strip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  seen = strip_or(seen, excluded.seen), local = strip_or(local, excluded.local),
  smart = strip_or(smart, excluded.smart), automated = strip_or(automated, excluded.automated),
  ack = strip_or(ack, excluded.ack)
"""
_SESSION = """
INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET known = excluded.known WHERE excluded.known < known
"""
_FAULT = """
INSERT INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET known = excluded.known WHERE excluded.known < known
"""
_VOID = """
INSERT INTO void VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET known = excluded.known WHERE excluded.known < known
"""
_SET_ASIDE = "INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?, ?)"
_ARRIVAL = "INSERT INTO arrival VALUES (?, ?, 1, 0) ON CONFLICT DO UPDATE SET batches = batches + 1"
_FOLDED = "INSERT INTO folded VALUES (1, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms"


Row = tuple[Any, ...]


class SqliteFacts:
    """Writes facts; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        self._connection.create_function("strip_or", 2, union_of_stored, deterministic=True)
        self._connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")
        self._numbers: Numbers = {}

    def keep(self, facts: Facts, set_aside: Sequence[SetAside], at_ms: int) -> None:
        """Join facts to those kept, and keep what was set aside; all or nothing, on disk when it returns.

        ``at_ms`` is the time of folding, which the status shows; it is no part of the facts.

        :raises Unavailable: if the database cannot be written
        """
        with transaction(self._connection) as connection:
            numbers = numbered(connection, _keys(facts), self._numbers)
            rows = keep_rows(connection, facts, numbers)
            sqlite_marks.mark(connection, rows.taken_from)
            strips = sorted(_strip_rows(facts, numbers))
            if held := sqlite_marks.held_among(connection, strips, rows.voids_on):
                sqlite_marks.raise_marks(connection, held)
                strips = [row for row in strips if row[:2] not in held]
            connection.executemany(_STRIP, strips)
            connection.executemany(_ARRIVAL, facts.arrivals)
            sqlite_operations.keep(connection, facts)
            connection.executemany(_SET_ASIDE, map(_set_aside_row, set_aside))
            connection.execute(_FOLDED, (at_ms,))
        self._numbers = numbers  # only now: a transaction rolled back has given no number

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class KeptRows(NamedTuple):
    """What new rows mean for device-days: whose strips they may take bits from, and where new voids stand."""

    taken_from: set[DeviceDay]
    voids_on: set[DeviceDay]


def keep_rows(connection: sqlite3.Connection, facts: Facts, numbers: Numbers) -> KeptRows:
    """Join session, fault and void rows to those kept."""
    sessions = [row for row in session_rows(facts, numbers) if _is_news(connection, _SESSION, row)]
    connection.executemany(_FAULT, fault_rows(facts, numbers))
    voids = [row for row in void_rows(facts, numbers) if _is_news(connection, _VOID, row)]
    return KeptRows(
        sqlite_marks.taken_from(connection, sessions, voids), {(void[0], day_of(void[1])) for void in voids}
    )


def _is_news(connection: sqlite3.Connection, sql: str, row: Row) -> bool:
    return connection.execute(sql, row).rowcount > 0


def _keys(facts: Facts) -> Iterator[tuple[str, str]]:
    for table in (facts.strips, facts.sessions, facts.faults, facts.voids):
        yield from ((key[0], key[1]) for key in table)


def _strip_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    for (vendor, device, day, known), marks in facts.strips.items():
        yield (numbers[vendor, device], day, known, OPEN, *map(to_bytes, marks))


def session_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    """As the table has them."""
    for key, (data, known) in facts.sessions.items():
        said = data.site, data.duration_s, data.content, data.headcount, data.completed
        yield (*_identity(key, numbers), OPEN, known, *said)


def fault_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    """As the table has them."""
    for key, (data, known) in facts.faults.items():
        yield (*_identity(key, numbers), OPEN, known, data.site, data.code, data.active)


def void_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    """As the table has them."""
    for key, (data, known) in facts.voids.items():
        yield (*_identity(key, numbers), OPEN, known, data.site, data.of.kind, data.of.ts, data.of.seq)


def _identity(key: RowKey, numbers: Numbers) -> Row:
    return numbers[key.vendor, key.device], key.ts, key.seq, bytes.fromhex(key.content_sha256)


def _set_aside_row(piece: SetAside) -> Row:
    digest = hashlib.sha256(piece.content).digest()
    return piece.routing_key, digest, piece.reason, piece.detail, piece.content
