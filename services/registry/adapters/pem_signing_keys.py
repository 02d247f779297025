"""The signing keys as their file has them: read again when the file is another, so that no rotation takes a restart."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.registry.tokens import KeyRing

_log = logging.getLogger(__name__)


class PemSigningKeys:
    """The key ring of a file, from any number of threads; ``now_ms`` is the clock.

    :raises OSError: if there is no such file
    :raises ValueError: if its content is no key ring
    """

    def __init__(self, path: Path, now_ms: Callable[[], int]) -> None:
        self._path, self._now_ms = path, now_ms
        self._seen = _state(path)
        self._ring = KeyRing(path.read_bytes())

    def ring(self) -> KeyRing:
        """The key ring by now; while the file is away or no key ring, the last one that was, with a warning each time.

        The file's state is taken before its content: what is written in between is read the next time.
        """
        try:
            state = _state(self._path)
            if state != self._seen:
                self._ring = KeyRing(self._path.read_bytes())
                self._seen = state
                _log.info("signing keys read again", extra={"keys": [key.jwk["kid"] for key in self._ring.keys]})
        except (OSError, ValueError) as error:
            _log.warning("signing keys kept as they were", extra={"file": str(self._path), "why": str(error)})
        return self._ring

    def get(self, token: str) -> Any:
        """See :class:`shared.runtime.auth.PublicKeys`."""
        return self.ring().public_key(token, self._now_ms())


def _state(path: Path) -> tuple[int, int, int]:
    """What differs when a file was replaced, or written to."""
    stat = os.stat(path)  # noqa: PTH116  # once per request: without building another path
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
