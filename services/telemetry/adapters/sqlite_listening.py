"""The spool's memory of our session with the broker: until when we listened, and every outage of ours."""

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_batches import append
from services.telemetry.listening import OwnOutage
from services.telemetry.model import Kept


class SqliteListening:
    """Remembers in the spool's file. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def listened(self, until_ms: int) -> None:
        """All that was received before this moment is kept, and what came since waits in our session.

        A power cut may undo the last seconds of it: an outage then begins that much earlier.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            connection.execute("INSERT OR REPLACE INTO listened VALUES (1, ?)", (until_ms,))

    def lost(self) -> None:
        """Begin an outage where we last listened; nothing if we never did, or one has begun there already.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO own_outage SELECT until_ms, NULL FROM listened")

    def outages(self) -> list[OwnOutage]:
        """Every outage of ours, by its beginning.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            rows = connection.execute("SELECT from_ms, to_ms FROM own_outage ORDER BY from_ms").fetchall()
        return [OwnOutage(*row) for row in rows]

    def back(self, outage: OwnOutage, told: Kept) -> None:
        """End an outage, listen from there on, and append the batch that tells of it, in one transaction.

        :raises Unavailable: if the spool cannot be written; nothing has changed then
        """
        with self._file.writing() as connection:
            append(connection, told)
            connection.execute("UPDATE own_outage SET to_ms = ? WHERE from_ms = ?", (outage.to_ms, outage.from_ms))
            connection.execute("INSERT OR REPLACE INTO listened VALUES (1, ?)", (outage.to_ms,))
