"""One worker's journal and spool, read by another process: its folder is opened read-only.

No transaction lasts longer than a few megabytes take, since a reader that lingers lets the spool's file grow. What
left the spool meanwhile is found in the journal: a segment is on disk before the spool lets go of its batches.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.telemetry.adapters.journal_files import path_of
from services.telemetry.adapters.spool_file import FORM
from services.telemetry.adapters.sqlite_index import HELD
from services.telemetry.model import Entry, Held
from services.telemetry.recalling import Question
from services.telemetry.segments import Told, told_by_batch, told_by_segment
from shared.contracts.civil_time import date_from_day
from shared.failures import Unavailable
from shared.runtime.sqlite import connect, snapshot

MAX_BYTES_AT_ONCE = 4 * 1024 * 1024
_ENTRIES = msgspec.msgpack.Decoder(list[Entry])


class _Slice(NamedTuple):
    """Batches with their entries, the last first; ``rest``: where to go on, None if the spool holds nothing before."""

    batches: list[tuple[int, bytes]]
    rest: int | None
    segments: list[Path]


class SqliteJournal:
    """Reads below the data folder of one worker. May be used from any thread."""

    def __init__(self, folder: Path, *, bytes_at_once: int = MAX_BYTES_AT_ONCE) -> None:
        self._bytes_at_once = bytes_at_once
        self._spool = folder / "spool.db"
        self._journal = folder / "journal"

    def moment(self) -> tuple[str, int]:
        """The worker's name, and its last batch.

        :raises Unavailable: if the spool cannot be read, or no worker of this version has opened it yet
        """
        with self._reading() as connection:
            name: str
            head: int
            name, head = connection.execute("SELECT name, head FROM worker, state").fetchone() or ("", 0)
        if not name:
            raise Unavailable("spool", f"{self._spool} belongs to no worker yet")
        return name, head

    def runs(self, question: Question, upto: int) -> Iterator[Iterable[Told]]:
        """Everything up to a batch that may matter, as runs of batches, the last run first; each in order within.

        :raises Unavailable: if spool or journal cannot be read
        """
        rest: int | None = upto
        while rest is not None:
            at = rest
            batches, rest, segments = self._slice(question, at)
            for n, body in batches:
                yield told_by_batch(n, _ENTRIES.decode(body), question.wants)
        for path in segments:
            yield told_by_segment(_content(path), question.wants, at)

    def _slice(self, question: Question, upto: int) -> _Slice:
        batches = []
        size = 0
        with self._reading() as connection:
            old, unindexed = connection.execute("SELECT batch, segment FROM unindexed").fetchone()
            rows = connection.execute("SELECT n, accepted FROM batch WHERE n <= ? ORDER BY n DESC", (upto,))
            for n, held in rows:
                if n > old and not any(_may_matter(question, one) for one in HELD.decode(held)):
                    continue
                (body,) = connection.execute("SELECT body FROM entries WHERE n = ?", (n,)).fetchone()
                batches.append((n, body))
                size += len(body)
                if size >= self._bytes_at_once:
                    return _Slice(batches, n - 1, [])
            return _Slice(batches, None, self._segments(connection, question, unindexed))

    def _segments(self, connection: sqlite3.Connection, question: Question, unindexed: int) -> list[Path]:
        """The files that may hold what is asked for, the last first, of the moment of a transaction."""
        sql = "SELECT DISTINCT number, segment.day FROM held JOIN segment ON number = held.segment WHERE held.day = ?"
        asked: list[int | str] = [question.day]
        for column, value in (("site", question.site), ("vendor", question.vendor)):
            if value is not None:
                sql += f" AND {column} = ?"
                asked.append(value)
        indexed = {number: day for number, day in connection.execute(sql, asked) if number > unindexed}
        paths = [path_of(self._journal, number, date_from_day(indexed[number]).isoformat()) for number in indexed]
        return sorted([*paths, *_upto(self._journal, unindexed)], key=lambda path: path.name, reverse=True)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self._spool.exists():
            raise Unavailable(
                "spool", f"there is no {self._spool}: its worker has not run yet, or WORKER_DIRS is wrong"
            )
        with closing(connect(self._spool, read_only=True)) as opened, snapshot(opened, "spool") as connection:
            form = connection.execute("PRAGMA user_version").fetchone()[0]
            if form != FORM:
                raise Unavailable("spool", f"{self._spool} has form {form}, not {FORM}, until its worker starts again")
            yield connection


def _may_matter(question: Question, held: Held) -> bool:
    """Whether a batch with this in it may."""
    site, vendor = question.site, question.vendor
    return held.day == question.day and site in (None, held.site) and vendor in (None, held.vendor)


def _upto(folder: Path, last: int) -> Iterator[Path]:
    """Segments of which no index tells, wherever they lie."""
    if last:
        yield from (path for path in folder.glob("*/*/*/*.jsonl.gz") if int(path.name.split(".")[0]) <= last)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable("journal", f"{path}: {error}") from error
