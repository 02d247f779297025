"""Passwords: what one must be like, and their hashes (argon2id, RFC 9106)."""

import threading
import unicodedata
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from services.registry.refusal import Fault, fault, pointer

LEAST_CHARACTERS = 12
MOST_BYTES = 1024
_AT_ONCE = 2  # each takes 64 MiB and a core for a moment; who waits for his turn is no load


class Passwords:
    """Makes and checks hashes; by default with argon2-cffi's parameters, RFC 9106's for little memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash("the hash of an account that is not there")
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to be kept: parameters, salt and digest in one text."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether a password has this hash; without one never, after the same work."""
        with self._turns:
            try:
                self._hasher.verify(kept or self._decoy, _normal(password))
            except VerifyMismatchError:
                return False
        return kept is not None


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
