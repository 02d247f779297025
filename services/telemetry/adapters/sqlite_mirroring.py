"""The spool's side for its worker's own database: what has changed since it last knew.

Moving a cursor is not made to survive a power cut by itself: what is mirrored again changes nothing.
"""

import sqlite3
from collections.abc import Sequence

import msgspec

from services.telemetry.adapters.spool_file import SpoolFile, cursors_of, move
from services.telemetry.closing import Head
from services.telemetry.mirroring import CountedRow, ParkedState, Snapshot
from services.telemetry.model import RejectedRecord

_REJECTED = msgspec.msgpack.Decoder(list[RejectedRecord])


class SqliteMirroring:
    """Gives out what is mirrored. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def changes(self, since: int, most_rejected: int) -> Snapshot:
        """What the database lacks since revision ``since``, of one moment.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            head, cursors = cursors_of(connection)
            revision, segment, sha256 = connection.execute(
                "SELECT revision, segment, segment_sha256 FROM state"
            ).fetchone()
            counted = connection.execute(
                "SELECT vendor, day, what, count FROM counted WHERE revision > ?", (since,)
            ).fetchall()
            parked = connection.execute(
                "SELECT id, vendor, feed, site, device, topic, received_ms, reason, json_array_length(indexes), "
                "raw IS NOT NULL FROM parked WHERE revision > ? ORDER BY id",
                (since,),
            ).fetchall()
            upto, rejected = _rejected(connection, cursors["database"], head, most_rejected)
        return Snapshot(
            head,
            cursors,
            revision,
            Head(segment, sha256),
            upto,
            [CountedRow(*row) for row in counted],
            [ParkedState._make((*row[:9], bool(row[9]))) for row in parked],
            rejected,
        )

    def mirrored(self, upto: int, revision: int) -> None:
        """Move the database's cursor, and forget the parked rows of which it knows that they wait no more.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            move(connection, "database", upto)
            connection.execute("DELETE FROM parked WHERE raw IS NULL AND revision <= ?", (revision,))


def _rejected(
    connection: sqlite3.Connection, after: int, head: int, most: int
) -> tuple[int, list[tuple[int, Sequence[RejectedRecord]]]]:
    found: list[tuple[int, Sequence[RejectedRecord]]] = []
    rows = connection.execute("SELECT n, body FROM rejected WHERE n > ? AND n <= ? ORDER BY n", (after, head))
    for n, body in rows:
        found.append((n, _REJECTED.decode(body)))
        if sum(len(records) for _, records in found) >= most:
            return n, found
    return head, found
