"""A clock that only waiting moves."""

from collections.abc import Callable


class Ticking:
    """``waited_s`` seconds have passed; after each wait something may happen."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.waited_s = 0.0
        self._then = then

    def monotonic(self) -> float:
        return 1_000.0 + self.waited_s

    def sleep(self, seconds: float) -> None:
        self.waited_s += seconds
        self._then()
