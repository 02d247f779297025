"""The clock of receipt: wall time at start plus monotonic time, so that a step of the wall clock moves no record."""

import time
from collections.abc import Callable

from shared.failures import Unavailable

MAX_DRIFT_MS = 60_000


class ReceiptClock:
    """Epoch milliseconds that never step."""

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
