"""The spool's side for feeds: the spans of their heartbeats, and which outages were drafted."""

import sqlite3

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.drafting import Told
from services.telemetry.heartbeats import Heard, joined
from services.telemetry.model import Heartbeats


class SqliteFeeds:
    """Reads spans, and remembers drafts. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def heard(self) -> dict[tuple[str, str], list[Heard]]:
        """The spans of every feed, by vendor and feed.

        :raises Unavailable: if the spool cannot be read
        """
        found: dict[tuple[str, str], list[Heard]] = {}
        with self._file.reading() as connection:
            rows = connection.execute("SELECT vendor, feed, first, last FROM feed_heard ORDER BY vendor, feed, first")
            for vendor, feed, first, last in rows:
                found.setdefault((vendor, feed), []).append(Heard(first, last))
        return found

    def told(self) -> list[Told]:
        """Every draft.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            rows = connection.execute("SELECT vendor, feed, from_ms, to_ms, settled FROM feed_outage").fetchall()
        return [Told._make((*row[:4], bool(row[4]))) for row in rows]

    def tell(self, told: Told) -> None:
        """Remember a draft.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO feed_outage VALUES (?, ?, ?, ?, ?)", told)


def add_heartbeats(connection: sqlite3.Connection, came: Heartbeats) -> None:
    """Join a feed's heartbeats to its spans, inside the caller's transaction."""
    near = (came.vendor, came.feed, min(came.ts) - came.pause_ms, max(came.ts) + came.pause_ms)
    where = "WHERE vendor = ? AND feed = ? AND last >= ? AND first <= ?"
    kept = connection.execute(f"SELECT first, last FROM feed_heard {where}", near).fetchall()  # noqa: S608 – constants
    connection.execute(f"DELETE FROM feed_heard {where}", near)  # noqa: S608
    spans = joined([*(Heard(*row) for row in kept), *(Heard(ts, ts) for ts in came.ts)], came.pause_ms)
    connection.executemany(
        "INSERT INTO feed_heard VALUES (?, ?, ?, ?)", [(came.vendor, came.feed, *span) for span in spans]
    )
