"""The spool: one SQLite file per worker, in which everything received is safe until every store has it.

One row per batch in each of ``batch``, ``entries`` (messages, for the journal), ``lines`` (InfluxDB), ``events``
(RabbitMQ), ``numbered`` (which seq came) and ``rejected``; blobs are MessagePack of ``model``'s structs. A batch leaves
once it is in the journal. A row of ``parked`` whose ``raw`` is gone waits for nothing more. ``counted`` holds absolute
totals since the worker's first day. ``revision`` grows with every change of what is mirrored into its database;
``told`` is the one at which RabbitMQ was told of the totals. ``listened`` and ``own_outage`` say until when the broker
kept messages for us, and when it did not (``to_ms`` is null while it goes on).

``held`` says which segments of the journal hold records of a vendor, site and civil day of ``ts``; of segments and
batches up to those that ``unindexed`` names nobody wrote that down.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from shared.failures import Unavailable
from shared.runtime.sqlite import connect, snapshot, transaction

CURSORS = ("influxdb", "rabbitmq", "database", "received")
MAX_BYTES_AT_ONCE = 8 * 1024 * 1024  # of what one cursor reads
DEFAULT_MIN_FREE_BYTES = 1024**3
FORM = 2  # form 1 had no index of the journal, and no cursor "received"; opening it makes both
_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (
  one INTEGER PRIMARY KEY CHECK (one = 1), head INTEGER NOT NULL, revision INTEGER NOT NULL,
  segment INTEGER NOT NULL, segment_sha256 TEXT NOT NULL);
INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0, '');
CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO cursor VALUES ('influxdb', 0), ('rabbitmq', 0), ('database', 0);
CREATE TABLE IF NOT EXISTS batch (
  n INTEGER PRIMARY KEY, day INTEGER NOT NULL, at_ms INTEGER NOT NULL, size INTEGER NOT NULL, accepted BLOB);
INSERT OR IGNORE INTO cursor SELECT 'received', coalesce((SELECT min(n) - 1 FROM batch), head) FROM state;
CREATE TABLE IF NOT EXISTS entries (n INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY, points INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (n INTEGER PRIMARY KEY, events INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS numbered (n INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS rejected (n INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS parked (
  id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER NOT NULL, message INTEGER NOT NULL, vendor TEXT NOT NULL,
  feed TEXT NOT NULL, site TEXT NOT NULL, device TEXT NOT NULL, topic TEXT NOT NULL, received_ms INTEGER NOT NULL,
  reason TEXT NOT NULL, indexes TEXT NOT NULL, raw BLOB, revision INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS parked_site ON parked (site, id) WHERE raw IS NOT NULL;
CREATE INDEX IF NOT EXISTS parked_device ON parked (vendor, device, id) WHERE raw IS NOT NULL;
CREATE INDEX IF NOT EXISTS parked_age ON parked (received_ms) WHERE raw IS NOT NULL;
CREATE INDEX IF NOT EXISTS parked_revision ON parked (revision);
CREATE TABLE IF NOT EXISTS counted (
  vendor TEXT NOT NULL, day INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY (vendor, day, what)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counted_revision ON counted (revision);
CREATE TABLE IF NOT EXISTS told (one INTEGER PRIMARY KEY CHECK (one = 1), ledger_revision INTEGER NOT NULL);
INSERT OR IGNORE INTO told VALUES (1, 0);
CREATE TABLE IF NOT EXISTS listened (one INTEGER PRIMARY KEY CHECK (one = 1), until_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS own_outage (from_ms INTEGER PRIMARY KEY, to_ms INTEGER);
CREATE TABLE IF NOT EXISTS feed_heard (
  vendor TEXT NOT NULL, feed TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (vendor, feed, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feed_outage (
  vendor TEXT NOT NULL, feed TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER, settled INTEGER NOT NULL,
  PRIMARY KEY (vendor, feed, from_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS value_name (
  vendor TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (vendor, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segment (number INTEGER PRIMARY KEY, day INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS held (
  day INTEGER NOT NULL, site TEXT NOT NULL, vendor TEXT NOT NULL, segment INTEGER NOT NULL,
  PRIMARY KEY (day, site, vendor, segment)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unindexed (
  one INTEGER PRIMARY KEY CHECK (one = 1), segment INTEGER NOT NULL, batch INTEGER NOT NULL);
INSERT OR IGNORE INTO unindexed SELECT 1, segment, head FROM state;
CREATE TABLE IF NOT EXISTS worker (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL);
PRAGMA user_version = 2;
"""


class SpoolFile:
    """The file: its form, one connection per thread and durability, and one writer at a time.

    ``free_bytes`` says how much the disk has left; ``min_free_bytes`` of it are kept. ``worker`` is whose spool it is,
    written into it for who reads it from outside.
    """

    def __init__(
        self,
        path: Path,
        *,
        min_free_bytes: int = DEFAULT_MIN_FREE_BYTES,
        free_bytes: Callable[[Path], int] | None = None,
        worker: str | None = None,
    ) -> None:
        self.path = path
        self._min_free_bytes = min_free_bytes
        self._free_bytes = free_bytes or _free_bytes
        self._local = threading.local()
        self._writing = threading.Lock()  # SQLite's own waiting for the lock sleeps; this one wakes at once
        if not path.exists():
            with closing(sqlite3.connect(path)) as empty:  # larger pages: a fifth less CPU; only an empty file takes it
                empty.execute("PRAGMA page_size = 8192")
                empty.execute("VACUUM")
        connection = self.connection()
        form = connection.execute("PRAGMA user_version").fetchone()[0]
        if form not in (0, 1, FORM):
            raise ValueError(f"{path} has form {form}; this program knows {FORM}")
        connection.executescript(_SCHEMA)
        if worker is not None:
            connection.execute("INSERT OR REPLACE INTO worker VALUES (1, ?)", (worker,))

    def connection(self, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> sqlite3.Connection:
        """This thread's connection of that durability."""
        opened: dict[str, sqlite3.Connection] = self._local.__dict__.setdefault("opened", {})
        if synchronous not in opened:
            opened[synchronous] = connect(self.path, synchronous)
            opened[synchronous].execute("PRAGMA secure_delete = FAST")  # Debian's default writes every freed page
        return opened[synchronous]

    def close(self) -> None:
        """Close this thread's connections; the next use opens them again."""
        for opened in self._local.__dict__.pop("opened", {}).values():
            opened.close()

    @contextmanager
    def writing(self, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> Iterator[sqlite3.Connection]:
        """One write transaction.

        :raises Unavailable: if the file cannot be written
        """
        with self._writing, transaction(self.connection(synchronous), "spool") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot of the file.

        :raises Unavailable: if the file cannot be read
        """
        with snapshot(self.connection("NORMAL"), "spool") as connection:
            yield connection

    def free_bytes(self) -> int:
        """What the disk has left beyond what is kept free; negative where there is too little."""
        return self._free_bytes(self.path) - self._min_free_bytes

    def check_space(self) -> None:
        """Refuse to grow on a disk that is nearly full: the stores and the system need the rest.

        :raises Unavailable: if less than ``min_free_bytes`` are free
        """
        if (spare := self.free_bytes()) < 0:
            raise Unavailable("spool", f"the disk has {-spare} bytes less than SPOOL_MIN_FREE_BYTES")


def cursors_of(connection: sqlite3.Connection) -> tuple[int, dict[str, int]]:
    """The last batch, and how far each store has got, inside the caller's transaction."""
    head = connection.execute("SELECT head FROM state").fetchone()[0]
    return head, dict(connection.execute("SELECT name, n FROM cursor"))


def move(connection: sqlite3.Connection, cursor: str, upto: int) -> None:
    """Move a cursor forward, inside the caller's transaction."""
    assert cursor in CURSORS
    connection.execute("UPDATE cursor SET n = ? WHERE name = ? AND n < ?", (upto, cursor, upto))


def _free_bytes(path: Path) -> int:
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
