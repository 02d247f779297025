"""Passwords: what one must be like, and their hashes (argon2id, RFC 9106)."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from services.registry.refusal import Fault, fault, pointer
from shared.failures import Unavailable

LEAST_CHARACTERS = 12
MOST_BYTES = 1024
_AT_ONCE = 2  # each takes 64 MiB and a core for a moment
_HASHER = PasswordHasher()
_TURN_S = 2.0  # the process has threads for others too, who must not all wait here


class Passwords:
    """Makes and checks hashes, two at a time; by default with argon2-cffi's parameters, RFC 9106's second choice."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _HASHER
        self._decoy = _decoy(self._hasher)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to be kept: parameters, salt and digest in one text.

        :raises Unavailable: if it is others' turn for too long
        """
        with self._turn():
            return self._hasher.hash(_normal(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether a password has this hash; without one never, after the same work.

        :raises Unavailable: if it is others' turn for too long
        """
        with self._turn():
            try:
                self._hasher.verify(kept or self._decoy, _normal(password))
            except VerifyMismatchError:
                return False
        return kept is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_TURN_S):
            raise Unavailable("passwords", "too many at once")
        try:
            yield
        finally:
            self._turns.release()


@cache
def _decoy(hasher: PasswordHasher) -> str:
    return hasher.hash("the hash of an account that is not there")


def faults_of(login: str, password: str) -> Iterator[Fault]:
    """Why a password will not do; which one it was is told nowhere."""
    place = pointer("password")
    if len(_normal(password)) < LEAST_CHARACTERS or len(_normal(password).encode()) > MOST_BYTES:
        yield fault(place, "invalid_request", "rule.password_length", least=LEAST_CHARACTERS, most=MOST_BYTES)
    elif login.casefold() in _normal(password).casefold():
        yield fault(place, "invalid_request", "rule.password_login")


def _normal(password: str) -> str:
    """The same password, however a keyboard composed it (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
