"""Between the broker's thread and ingest: messages become batches; what waits is bounded in bytes.

A full inbox blocks whoever puts, and so, through TCP, the broker: it is our only back-pressure on Mosquitto 2.0.11.
"""

import threading
import time
from collections import deque
from typing import Generic, NamedTuple, TypeVar

from services.telemetry.model import Message
from shared.contracts.civil_time import day_of

OVERHEAD_BYTES = 600  # of a waiting message's objects


class Limits(NamedTuple):
    """When a batch is full; and how many bytes may wait."""

    messages: int = 500
    records: int = 20_000
    size: int = 8 * 1024 * 1024
    gather_s: float = 0.02
    waiting_bytes: int = 16 * 1024 * 1024


M = TypeVar("M", bound=Message)


class Inbox(Generic[M]):
    """A queue of messages with one thread at each end."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 – immutable
        self._limits = limits
        self._changed = threading.Condition()
        self._queue: deque[tuple[M, int, int]] = deque()  # with its size, and a bound on its records
        self._size = self._records = 0
        self._gather_until = 0.0
        self._closed = False

    @property
    def waiting_bytes(self) -> int:
        """What waits now."""
        return self._size

    def put(self, message: M, beside: int = 0) -> None:
        """Add a message; blocks while the inbox is full. After :meth:`close` it is dropped: nobody acknowledges it.

        ``beside``: bytes that it holds beside topic and payload.
        """
        size = len(message.payload) + len(message.topic) + beside + OVERHEAD_BYTES
        records = message.payload.count(b"{")  # at least as many as there are
        with self._changed:
            while self._queue and self._size + size > self._limits.waiting_bytes and not self._closed:
                self._changed.wait()
            if self._closed:
                return
            was_full = self._is_full()
            if not self._queue:
                self._gather_until = time.monotonic() + self._limits.gather_s
            self._queue.append((message, size, records))
            self._size += size
            self._records += records
            if len(self._queue) == 1 or (self._is_full() and not was_full):
                self._changed.notify_all()

    def take(self, wait_s: float) -> list[M]:
        """The next batch: once it is full, or some 20 ms after its first message; empty if none came in ``wait_s``.

        All messages of a batch were received on one civil day.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._queue or self._closed, wait_s):
                return []
            self._changed.wait_for(
                lambda: self._is_full() or self._closed or not self._queue, self._gather_until - time.monotonic()
            )
            batch = self._pop()
            self._changed.notify_all()
            return batch

    def clear(self) -> None:
        """Forget what waits: the broker sends it again."""
        with self._changed:
            self._queue.clear()
            self._size = self._records = 0
            self._changed.notify_all()

    def close(self) -> None:
        """Take nothing more, and let go of whoever waits."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._size = self._records = 0
            self._changed.notify_all()

    def _is_full(self) -> bool:
        limits = self._limits
        return len(self._queue) >= limits.messages or self._records >= limits.records or self._size >= limits.size

    def _pop(self) -> list[M]:
        batch: list[M] = []
        batch_size = batch_records = 0
        limits = self._limits
        while self._queue and len(batch) < limits.messages:
            message, size, records = self._queue[0]
            if batch and (
                batch_size + size > limits.size
                or batch_records + records > limits.records
                or day_of(message.received_ms) != day_of(batch[0].received_ms)
            ):
                break
            self._queue.popleft()
            batch.append(message)
            batch_size += size
            batch_records += records
        self._size -= batch_size
        self._records -= batch_records
        return batch
