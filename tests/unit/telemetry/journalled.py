"""A worker's folder with its spool and its journal, read as another process reads it."""

import json
from pathlib import Path

from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.closing import Closing
from services.telemetry.recalling import Question, recall
from shared.contracts.civil_time import day_of
from tests.unit.telemetry.home import Home
from tests.unit.telemetry.world import NOW, Json, Spooled

ALL = Question(day_of(NOW))


class Journalled(Home):
    """A worker's folder, written by the worker's own parts, read by another's."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder / "spool.db")
        self.folder = folder
        self.spool = Spooled(folder / "spool.db", worker="w-1")
        self.closing = Closing(self.spool.giving_out, JournalFiles(folder / "journal"), "w-1")

    def close(self) -> None:
        """Send everything, and close it into a segment."""
        giving_out = self.spool.giving_out
        head = giving_out.cursors()[0]
        giving_out.lines_written(head, None)
        giving_out.events_published(head)
        self.spool.mirroring.mirrored(head, 0)
        self.spool.numbers.received(head)
        assert self.closing.step(NOW, at_stop=True)

    def answer(self, question: Question = ALL) -> list[Json]:
        return [json.loads(line) for line in b"".join(recall(question, [SqliteJournal(self.folder)])).splitlines()]

    def seqs(self, question: Question = ALL) -> list[int]:
        return sorted(line["record"]["seq"] for line in self.answer(question)[1:-1])

    def segment(self) -> Path:
        (path,) = (self.folder / "journal").rglob("*.gz")
        return path
