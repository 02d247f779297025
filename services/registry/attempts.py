"""Failed attempts to get a token, counted in this process's memory: the API is one process, and a restart forgives.

A key's secret is 256 random bits: its failures are counted per key and address, to be told of as too many, and a right
one passes always. A person's password can be guessed: while too many of a login's have failed, from wherever, or too
many of an address, a right one is refused too, else guessing would only be slowed down for those who are wrong.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.failures import Rejected

WINDOW_S = 60
PER_KEY = 10  # failures of one key from one address: another address cannot lock a key out
PER_ADDRESS = 100
PEOPLES_WINDOW_S = 900
PER_LOGIN = 10  # in a quarter of an hour: a thousand guesses a day, from all addresses together
PEOPLE_PER_ADDRESS = 100  # an office may have one address
_REMEMBERED = 10_000  # of people's, each login that pushes another out cost a password's slow hash
_ONE_CALLERS = 64  # whoever has an IPv6 address has all of its /64 (RFC 6177)
_Failures = OrderedDict[tuple[str, ...], list[float]]


class Attempts:
    """How often a caller has failed lately; ``monotonic_s`` is the clock."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._now = monotonic_s
        self._keys: _Failures = OrderedDict()  # cheap, and so apart: they push nobody's guesses out
        self._people: _Failures = OrderedDict()
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
            network = network_of(address)
            self._fail(self._keys, WINDOW_S, {(network, key): PER_KEY, (network,): PER_ADDRESS})
            raise

    @contextmanager
    def guessable(self, login: str, address: str) -> Iterator[None]:
        """Make an attempt inside the block, if there is one left; it has failed if the block raises Rejected.

        It counts as failed until it has succeeded: else many at once would all be let in before the first has failed.

        :raises Rejected: what the block raised; or ``too_many_attempts`` with ``wait_s``, without entering the block
        """
        network = network_of(address)
        names: dict[tuple[str, ...], int] = {("login", login): PER_LOGIN, ("people", network): PEOPLE_PER_ADDRESS}
        at = self._fail(self._people, PEOPLES_WINDOW_S, names)
        try:
            yield
        except Rejected:
            raise
        except BaseException:  # it was not tried, e.g. while the database is away
            self._forgive(at, names)
            raise
        self._forgive(at, names)

    def _fail(self, failures: _Failures, window_s: int, most: dict[tuple[str, ...], int]) -> float:
        """Count a failure under each name, at the moment returned.

        :raises Rejected: ``too_many_attempts`` if one has as many already; nothing is counted then
        """
        with self._lock:
            now = self._now()
            recent = {name: [at for at in failures.get(name, ()) if at > now - window_s] for name in most}
            for name, failed in recent.items():
                if len(failed) >= most[name]:
                    raise Rejected("too_many_attempts", wait_s=int(failed[0] + window_s - now) + 1)
            for name, failed in recent.items():
                failures[name] = [*failed, now]
                failures.move_to_end(name)
            while len(failures) > _REMEMBERED:
                failures.popitem(last=False)
        return now

    def _forgive(self, at: float, names: dict[tuple[str, ...], int]) -> None:
        with self._lock:
            for name in names:
                failed = self._people.get(name, [])
                if at in failed:  # it may have been forgotten
                    failed.remove(at)
                if not failed:
                    self._people.pop(name, None)


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, also one that is mapped into IPv6; of IPv6 the /64."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:  # none is known, or it is a name
        return address
    if isinstance(told, ipaddress.IPv4Address):
        return str(told)
    return str(told.ipv4_mapped or ipaddress.ip_network((int(told), _ONE_CALLERS), strict=False))
