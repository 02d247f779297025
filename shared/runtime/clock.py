"""The clocks of receipt: one that a step of the wall clock does not move, and one that a trial moves day by day."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from shared.failures import Unavailable

MAX_DRIFT_MS = 60_000
_READ_EVERY_NS = 50_000_000


class Clock(Protocol):
    """Epoch milliseconds that never go back."""

    def now_ms(self) -> int:
        """Epoch milliseconds of now.

        :raises Unavailable: while it cannot be trusted
        """


class ReceiptClock:
    """Wall time at start plus monotonic time: epoch milliseconds that never step."""

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._offset_ns = wall_ns() - monotonic_ns()

    def now_ms(self) -> int:
        """Epoch milliseconds of now.

        :raises Unavailable: if the wall clock has parted from this one by more than 60 s; it passes when they agree
            again, or when an operator confirms the wall clock by restarting the process
        """
        now_ns = self._offset_ns + self._monotonic_ns()
        drift_ms = (self._wall_ns() - now_ns) // 1_000_000
        if abs(drift_ms) > MAX_DRIFT_MS:
            raise Unavailable(
                "clock", f"the wall clock stepped by {drift_ms} ms; set it right, or restart to confirm it"
            )
        return now_ns // 1_000_000


class _Moment(msgspec.Struct, frozen=True):
    now_ms: int


class TrialClock:
    """The moment in a file, ``{"now_ms": 1763…}``, plus the time since that content was written there.

    A restart goes on from the file's own time. May be used from any thread; the file is read 20 times a second at most.
    """

    def __init__(
        self,
        path: Path,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._path = path
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._alone = threading.Lock()
        self._moment: _Moment | None = None
        self._since_ns = 0
        self._read_again_ns = 0
        self._last_ms = 0

    def now_ms(self) -> int:
        """Epoch milliseconds of now, never less than before: a moment put back in the file waits to be reached.

        :raises Unavailable: while there is no such file, or something else is in it
        """
        with self._alone:
            now_ns = self._monotonic_ns()
            if self._moment is None or now_ns >= self._read_again_ns:
                self._read(now_ns)
            assert self._moment is not None
            now_ms = self._moment.now_ms + (now_ns - self._since_ns) // 1_000_000
            self._last_ms = max(self._last_ms, now_ms)
            return self._last_ms

    def _read(self, now_ns: int) -> None:
        try:
            moment = msgspec.json.decode(self._path.read_bytes(), type=_Moment)
            written_ns = self._path.stat().st_mtime_ns
        except (OSError, msgspec.DecodeError) as error:
            raise Unavailable("clock", f'{self._path}: {error}; it should hold {{"now_ms": 1763…}}') from error
        if self._moment is None:
            self._since_ns = now_ns - max(0, self._wall_ns() - written_ns)
        elif moment != self._moment:
            self._since_ns = now_ns
        self._moment = moment
        self._read_again_ns = now_ns + _READ_EVERY_NS
