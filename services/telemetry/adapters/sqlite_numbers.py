"""The spool's side that gives out which numbers came; see :class:`services.telemetry.receiving.Spool`."""

import msgspec

from services.telemetry.adapters.spool_file import MAX_BYTES_AT_ONCE, SpoolFile, move
from services.telemetry.receiving import Run

_NUMBERED = msgspec.msgpack.Decoder(dict[str, dict[str, list[int]]])


class SqliteNumbers:
    """Gives out numbers. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def numbered(self) -> Run | None:
        """The next run, None if the database has all.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            head = connection.execute("SELECT head FROM state").fetchone()[0]
            at = connection.execute("SELECT n FROM cursor WHERE name = 'received'").fetchone()[0]
            if at == head:
                return None
            first_ms, last_ms = connection.execute(
                "SELECT min(at_ms), max(at_ms) FROM batch WHERE n > ?", (at,)
            ).fetchone()
            rows = connection.execute("SELECT n, body FROM numbered WHERE n > ? AND n <= ? ORDER BY n", (at, head))
            found = []
            size = 0
            for n, body in rows:
                found.append(_NUMBERED.decode(body))
                size += len(body)
                if size >= MAX_BYTES_AT_ONCE:
                    return Run(n, n < head, first_ms, last_ms, found)
        return Run(head, False, first_ms, last_ms, found)

    def received(self, upto: int) -> None:
        """Move the cursor; what it has passed can come again, which changes nothing.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            move(connection, "received", upto)
