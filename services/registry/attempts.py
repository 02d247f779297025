"""Failed attempts to get a token, counted per key and address, and per address; kept in this process's memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.failures import Rejected

WINDOW_S = 60
PER_KEY = 10  # failures of one key from one address: another address cannot lock a key out
PER_ADDRESS = 100
_REMEMBERED = 10_000


class Attempts:
    """How often a caller has failed in the last minute; ``monotonic_s`` is the clock."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._now = monotonic_s
        self._failures: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def counted(self, key: str, address: str) -> Iterator[None]:
        """Make an attempt inside the block; it has failed if the block raises Rejected.

        One that succeeds is never refused: a secret is 256 random bits, and others at the same address may have failed.

        :raises Rejected: what the block raised; or ``too_many_attempts`` with ``wait_s``, if too many failed in the
            last minute
        """
        try:
            yield
        except Rejected:
            self._failed(key, address)
            raise

    def _failed(self, key: str, address: str) -> None:
        with self._lock:
            for name, most in (((address, key), PER_KEY), ((address,), PER_ADDRESS)):
                recent = self._recent(name)
                if len(recent) >= most:
                    raise Rejected("too_many_attempts", wait_s=int(recent[0] + WINDOW_S - self._now()) + 1)
            for name in ((address, key), (address,)):
                self._failures[name] = [*self._recent(name), self._now()]
                self._failures.move_to_end(name)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def _recent(self, name: tuple[str, ...]) -> list[float]:
        since = self._now() - WINDOW_S
        return [at for at in self._failures.get(name, ()) if at > since]
