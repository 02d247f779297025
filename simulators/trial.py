"""Day by day under a trial clock: the services' clock is a file, and this moves it.

For each civil day: the clock stands at five past midnight of the next one, all that is due by then goes out and gets
its receipt, and what the services wait with has drained; only then the next day begins. What is late goes out on the
day on which it is due, also after the city's last.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from simulators.civil import MINUTE_MS, start_ms

AFTER_MIDNIGHT_MS = 5 * MINUTE_MS
LOOK_EVERY_S = 0.1
READ_WITHIN_S = 0.3  # the services look at the file some twenty times a second


class Run(Protocol):
    """Send what is due before a horizon (of a moment) until it is finished; False if it was given up."""

    def __call__(self, horizon: Callable[[float], float], finished: Callable[[], bool], /) -> bool:
        """Run it."""


class Queue(Protocol):
    """A feed's messages: whether all are gone, and whether some that are due are not."""

    @property
    def finished(self) -> bool:
        """Whether every message has its receipt."""

    def overdue(self, horizon_ms: float) -> bool:
        """Whether something should have gone out or come back by then."""


def set_clock(path: Path, now_ms: int) -> None:
    """Have the services' clock stand at ``now_ms``; a reader sees the old file or the new one, whole."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps({"now_ms": now_ms}), encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105 – the word for it
    time.sleep(READ_WITHIN_S)  # else what goes out now may be received by the old clock, and be from the future


def drained(paths: Sequence[Path], since_s: float) -> bool:
    """Whether each worker wrote, since that wall time, that it is ready and its cursors stand at the head."""
    for path in paths:
        try:
            if path.stat().st_mtime <= since_s:
                return False
            said = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        if not said.get("ready") or any(cursor != said["head"] for cursor in said["cursors"].values()):
            return False
    return True


class Trial:
    """The days of a play, one after the other; ``clock`` and ``empty`` are the files' side of it."""

    def __init__(self, first_day: date, clock: Callable[[int], None], empty: Callable[[float], bool]) -> None:
        self._day = first_day
        self._clock = clock
        self._empty = empty

    def run(self, queues: Sequence[Queue], run: Run) -> bool:
        """Play day after day until every queue is finished; False if ``run`` gave up."""
        while not all(queue.finished for queue in queues):
            horizon_ms = start_ms(self._day + timedelta(days=1)) + AFTER_MIDNIGHT_MS
            self._clock(horizon_ms)
            day_s = time.monotonic()
            if not run(_standing(horizon_ms), _Settled(queues, horizon_ms, self._empty)):
                print(f"{self._day}: given up", file=sys.stderr, flush=True)
                return False
            print(f"{self._day}: drained in {time.monotonic() - day_s:.1f} s", file=sys.stderr, flush=True)
            self._day += timedelta(days=1)
        return True


def _standing(horizon_ms: int) -> Callable[[float], float]:
    return lambda _: horizon_ms


class _Settled:
    """Whether all that is due has its receipt and then, in what the services wrote afterwards, has drained."""

    def __init__(self, queues: Sequence[Queue], horizon_ms: int, empty: Callable[[float], bool]) -> None:
        self._queues = queues
        self._horizon_ms = horizon_ms
        self._empty = empty
        self._received_at: float | None = None
        self._looked_at = 0.0

    def __call__(self) -> bool:
        if any(queue.overdue(self._horizon_ms) for queue in self._queues):
            self._received_at = None
            return False
        if self._received_at is None:
            self._received_at = time.time()
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY_S:
            return False
        self._looked_at = now
        return self._empty(self._received_at)
