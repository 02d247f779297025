"""Where facts are kept: joins batches of them into SQLite, one transaction a batch."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.decode import SetAside
from services.adoption.facts import OPEN, Facts, RowKey
from services.adoption.strips import to_bytes, union_of_stored
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
ON CONFLICT DO UPDATE SET known = min(known, excluded.known)
"""
_FAULT = """
INSERT INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET known = min(known, excluded.known)
"""
_VOID = """
INSERT INTO void VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET known = min(known, excluded.known)
"""
_SET_ASIDE = "INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?, ?)"
_FOLDED = "INSERT INTO folded VALUES (1, ?) ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms"


Row = tuple[object, ...]
Numbers = dict[tuple[str, str], int]  # of devices, by vendor and device


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
            numbers = self._numbered(_keys(facts))
            connection.executemany(_STRIP, sorted(_strip_rows(facts, numbers)))
            connection.executemany(_SESSION, _session_rows(facts, numbers))
            connection.executemany(_FAULT, _fault_rows(facts, numbers))
            connection.executemany(_VOID, _void_rows(facts, numbers))
            connection.executemany(_SET_ASIDE, map(_set_aside_row, set_aside))
            connection.execute(_FOLDED, (at_ms,))
        self._numbers = numbers  # only now: a transaction rolled back has given no number

    def _numbered(self, devices: Iterable[tuple[str, str]]) -> Numbers:
        """The number of each device, those known already included; a new one is interned."""
        unknown = {device for device in devices if device not in self._numbers}
        if not unknown:
            return self._numbers
        numbers = dict(self._numbers)
        for device in sorted(unknown):
            self._connection.execute("INSERT OR IGNORE INTO device (vendor, device) VALUES (?, ?)", device)
            found = self._connection.execute("SELECT id FROM device WHERE vendor = ? AND device = ?", device)
            numbers[device] = found.fetchone()[0]
        return numbers

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _keys(facts: Facts) -> Iterator[tuple[str, str]]:
    for table in (facts.strips, facts.sessions, facts.faults, facts.voids):
        yield from ((key[0], key[1]) for key in table)


def _strip_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    for (vendor, device, day, known), marks in facts.strips.items():
        yield (numbers[vendor, device], day, known, OPEN, *map(to_bytes, marks))


def _session_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    for key, (data, known) in facts.sessions.items():
        said = data.site, data.duration_s, data.content, data.headcount, data.completed
        yield (*_identity(key, numbers), OPEN, known, *said)


def _fault_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    for key, (data, known) in facts.faults.items():
        yield (*_identity(key, numbers), OPEN, known, data.site, data.code, data.active)


def _void_rows(facts: Facts, numbers: Numbers) -> Iterator[Row]:
    for key, (data, known) in facts.voids.items():
        yield (*_identity(key, numbers), OPEN, known, data.site, data.of.kind, data.of.ts, data.of.seq)


def _identity(key: RowKey, numbers: Numbers) -> Row:
    return numbers[key.vendor, key.device], key.ts, key.seq, bytes.fromhex(key.content_sha256)


def _set_aside_row(piece: SetAside) -> Row:
    digest = hashlib.sha256(piece.content).digest()
    return piece.routing_key, digest, piece.reason, piece.detail, piece.content
