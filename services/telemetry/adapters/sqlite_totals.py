"""The spool's totals as they are told on RabbitMQ, and how far they have been told."""

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.announcing import Totals
from services.telemetry.mirroring import CountedRow

_UNTOLD = """
SELECT vendor, day, what, count FROM counted WHERE (vendor, day) IN (
  SELECT vendor, day FROM counted WHERE revision > (SELECT ledger_revision FROM told)) ORDER BY vendor, day, what
"""


class SqliteTotals:
    """Gives out totals that have changed. May be used from any thread."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def untold(self) -> Totals:
        """What changed since the revision last told.

        :raises Unavailable: if the spool cannot be read
        """
        with self._file.reading() as connection:
            (revision,) = connection.execute("SELECT revision FROM state").fetchone()
            rows = connection.execute(_UNTOLD).fetchall()
        return Totals(revision, [CountedRow(*row) for row in rows])

    def told(self, revision: int) -> None:
        """Totals up to this revision were published; a power cut may undo this, and then they are told again.

        :raises Unavailable: if the spool cannot be written
        """
        with self._file.writing("NORMAL") as connection:
            connection.execute("UPDATE told SET ledger_revision = ? WHERE ledger_revision < ?", (revision, revision))
