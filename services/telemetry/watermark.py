"""The moment up to which all that a worker received is in the stores, and when to say so. Pure.

Ingest says up to which moment it has kept everything, and the last batch then; once every store has that batch, the
moment is reached. Only two moments are remembered, the one waited for and the latest, however long a store is away.
"""

from collections.abc import Mapping
from typing import NamedTuple

MOVED_S = 1.0  # between two that are told while something moves
QUIET_S = 5.0
JUMP_MS = 30_000  # a trial's clock was moved: that too is news


class Mark(NamedTuple):
    """Everything received before this moment is in the spool up to this batch."""

    received_before_ms: int
    batch: int


class Watermark:
    """Follows one worker. ``kept`` is called by ingest's thread, the rest by the one that publishes."""

    def __init__(self) -> None:
        self._latest: Mark | None = None
        self._awaited: Mark | None = None
        self._reached: Mark | None = None
        self._told: Mark | None = None
        self._told_at_s = 0.0

    @property
    def told(self) -> Mark | None:
        """The last that was told."""
        return self._told

    def kept(self, mark: Mark) -> None:
        """All that was received before the mark is in the spool; of the same batch an earlier moment says nothing.

        Of a later batch it does: a trial's clock may be set back, and it is batches that are waited for.
        """
        if self._latest is None or _order(mark) >= _order(self._latest):
            self._latest = mark

    def reached(self, cursors: Mapping[str, int]) -> Mark | None:
        """The latest mark that both InfluxDB and RabbitMQ are known to have passed."""
        passed = min(cursors["influxdb"], cursors["rabbitmq"])
        for _ in range(2):  # the one waited for, and then perhaps the latest too
            if self._awaited is None:
                self._awaited = self._latest
            if self._awaited is not None and self._awaited.batch <= passed:
                self._reached, self._awaited = self._awaited, None
        return self._reached

    def is_due(self, mark: Mark, now_s: float) -> bool:
        """Whether the mark is to be told now: soon while something moves, seldom while all is quiet."""
        if self._told is None:
            return True
        if mark == self._told:
            return False
        moved = mark.batch != self._told.batch or mark.received_before_ms - self._told.received_before_ms >= JUMP_MS
        return now_s - self._told_at_s >= (MOVED_S if moved else QUIET_S)

    def was_told(self, mark: Mark, now_s: float) -> None:
        """The mark was published, and confirmed."""
        self._told, self._told_at_s = mark, now_s


def _order(mark: Mark) -> tuple[int, int]:
    return mark.batch, mark.received_before_ms
