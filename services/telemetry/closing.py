"""What every store has leaves the spool for the journal, in segments that are never changed again.

The file is whole and on disk before the spool lets go of it; a crash between the two writes it again, by the same name.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from services.telemetry.journal import Header, segment
from services.telemetry.model import Entry

MAX_BYTES = 8 * 1024 * 1024
MAX_AGE_MS = 60_000


class Drained(NamedTuple):
    """The next run of batches of one civil day of receipt that every store has, up to ``upto``."""

    upto: int
    day: int
    at_ms: int
    size: int
    day_is_over: bool  # a batch of another day follows


class Head(NamedTuple):
    """The end of the chain."""

    segment: int
    sha256: str


class Spool(Protocol):
    """Where batches wait for the journal."""

    def journal_head(self) -> Head:
        """The last segment closed; number 0 and no hash before the first.

        :raises Unavailable: if the spool cannot be read
        """

    def drained(self, most_bytes: int) -> Drained | None:
        """What could be closed now.

        :raises Unavailable: if the spool cannot be read
        """

    def entries(self, upto: int) -> Iterator[tuple[int, Sequence[Entry]]]:
        """Number and entries of every batch up to this one.

        :raises Unavailable: if the spool cannot be read
        """

    def journalled(self, upto: int, head: Head) -> None:
        """Let go of batches and remember the chain's head, in one transaction.

        :raises Unavailable: if the spool cannot be written
        """


class Files(Protocol):
    """Where segments are kept."""

    def write(self, header: Header, content: bytes) -> None:
        """Write a segment, whole and on disk when this returns.

        :raises Unavailable: if it cannot be written
        """


class Closing:
    """Closes one worker's segments."""

    def __init__(
        self, spool: Spool, files: Files, worker: str, *, max_bytes: int = MAX_BYTES, max_age_ms: int = MAX_AGE_MS
    ) -> None:
        self._spool = spool
        self._files = files
        self._worker = worker
        self._max_bytes = max_bytes
        self._max_age_ms = max_age_ms

    def step(self, now_ms: int, *, at_stop: bool = False) -> bool:
        """Close a segment if one is due: full, old, its day over, or the worker stopping. Returns whether one was.

        :raises Unavailable: if the spool or the journal cannot be written; the segment stays due then
        """
        drained = self._spool.drained(self._max_bytes)
        if drained is None or not (at_stop or self._is_due(drained, now_ms)):
            return False
        before = self._spool.journal_head()
        header, content = segment(
            before.segment + 1, self._worker, drained.day, before.sha256, self._spool.entries(drained.upto)
        )
        self._files.write(header, content)
        self._spool.journalled(drained.upto, Head(header.segment, header.sha256))
        return True

    def _is_due(self, drained: Drained, now_ms: int) -> bool:
        old = abs(now_ms - drained.at_ms) >= self._max_age_ms
        return drained.size >= self._max_bytes or drained.day_is_over or old
