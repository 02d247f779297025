"""The spool's side that gives out: to each store what its cursor has not passed, to the journal what all have passed.

Moving a cursor is not made to survive a power cut by itself: what is sent again changes nothing.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from services.telemetry.adapters.spool_file import MAX_BYTES_AT_ONCE, SpoolFile, cursors_of, move
from services.telemetry.adapters.sqlite_batches import add_counts, append
from services.telemetry.adapters.sqlite_index import HELD, index
from services.telemetry.closing import Drained, Head
from services.telemetry.counting import WRITTEN
from services.telemetry.draining import Events, Lines
from services.telemetry.model import Entry, Heard, Kept

_EVENTS = msgspec.msgpack.Decoder(tuple[dict[str, list[bytes]], list[Heard]])
_ENTRIES = msgspec.msgpack.Decoder(list[Entry])


class SqliteDraining:
    """Gives out what the spool holds. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def cursors(self) -> tuple[int, dict[str, int]]:
        """The last batch, and how far each store has got.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            return cursors_of(connection)

    def lines(self, most: int) -> Lines | None:
        """The next lines for InfluxDB, None if it has all.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            head, cursors = cursors_of(connection)
            at = cursors["influxdb"]
            if at == head:
                return None
            texts: list[str] = []
            points = size = 0
            rows = connection.execute("SELECT n, points, body FROM lines WHERE n > ? AND n <= ? ORDER BY n", (at, head))
            for n, more, text in rows:
                texts.append(text)
                points += more
                size += len(text)
                if points >= most or size >= MAX_BYTES_AT_ONCE:
                    return Lines(n, n < head, points, "\n".join(texts))
        return Lines(head, False, points, "\n".join(texts))

    def lines_written(self, upto: int, refused: Kept | None) -> None:
        """Move InfluxDB's cursor; what it refused is kept as a batch of its own, in the same transaction.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            counts: Counter[tuple[str, int, str]] = Counter()
            rows = connection.execute(
                "SELECT accepted FROM batch WHERE n > (SELECT n FROM cursor WHERE name = 'influxdb') AND n <= ?",
                (upto,),
            )
            for (body,) in rows:
                for held in HELD.decode(body):
                    if held.count:
                        counts[held.vendor, held.day, WRITTEN] += held.count
            move(connection, "influxdb", upto)
            if refused is not None:
                append(connection, refused)
            add_counts(connection, counts, _touch(connection))

    def events(self, most: int) -> Events | None:
        """The next events for RabbitMQ, None if it has all.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            head, cursors = cursors_of(connection)
            at = cursors["rabbitmq"]
            if at == head:
                return None
            batches = []
            events = size = 0
            rows = connection.execute(
                "SELECT n, events, body FROM events WHERE n > ? AND n <= ? ORDER BY n", (at, head)
            )
            for n, more, body in rows:
                batches.append(_EVENTS.decode(body))
                events += more
                size += len(body)
                if events >= most or size >= MAX_BYTES_AT_ONCE:
                    return Events(n, n < head, batches)
        return Events(head, False, batches)

    def events_published(self, upto: int) -> None:
        """Move RabbitMQ's cursor.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            move(connection, "rabbitmq", upto)

    def journal_head(self) -> Head:
        """The last segment closed; number 0 and no hash before the first.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            return Head(*connection.execute("SELECT segment, segment_sha256 FROM state").fetchone())

    def drained(self, most_bytes: int) -> Drained | None:
        """The next run of batches of one day that every store has.

        :raises Unavailable: if the spool cannot be read
        """
        run: Drained | None = None
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT n, day, at_ms, size FROM batch WHERE n <= (SELECT min(n) FROM cursor) ORDER BY n"
            )
            for n, day, at_ms, size in rows:
                if run is None:
                    run = Drained(n, day, at_ms, size, False)
                elif day != run.day:
                    return run._replace(day_is_over=True)
                else:
                    run = run._replace(upto=n, size=run.size + size)
                if run.size >= most_bytes:
                    break
        return run

    def entries(self, upto: int) -> Iterator[tuple[int, Sequence[Entry]]]:
        """Number and entries of every batch up to this one.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            rows = connection.execute("SELECT n, body FROM entries WHERE n <= ? ORDER BY n", (upto,))
            for n, body in rows:
                yield n, _ENTRIES.decode(body)

    def journalled(self, upto: int, head: Head) -> None:
        """Let go of batches and remember the chain's head, in one transaction.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing() as connection:
            index(connection, upto, head.segment)
            for table in ("entries", "lines", "events", "numbered", "rejected", "batch"):
                connection.execute(f"DELETE FROM {table} WHERE n <= ?", (upto,))  # noqa: S608 – constants
            connection.execute("UPDATE state SET segment = ?, segment_sha256 = ?", head)


def _touch(connection: sqlite3.Connection) -> int:
    row: tuple[int] = connection.execute("UPDATE state SET revision = revision + 1 RETURNING revision").fetchone()
    return row[0]
