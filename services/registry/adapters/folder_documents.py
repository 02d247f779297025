"""The bytes of documents in a folder: ``ab/abcd…``, by their SHA-256; what is being received is in ``incoming``.

A file is durable before it has its name (fsync of the file, rename, fsync of the folder), so that a name that is there
has all its bytes. Bytes are checked whenever they are opened: SHA-256 of 50 MiB takes some 0.1 s, and altered evidence
must not be handed out as what was verified.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from services.registry.documents import Received
from shared.failures import Unavailable

_CHUNK = 1 << 20
_ABANDONED_S = 3_600  # no upload lasts as long


class FolderDocuments:
    """See :class:`services.registry.documents.Shelf`; the folder is made when something is received."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    @contextmanager
    def receive(self, stream: BinaryIO) -> Iterator[Received]:
        """See Shelf."""
        with _told():
            _make(self._incoming)
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                sha256, size = _copy(stream, file)
                yield Received(file, name, sha256, size)
        finally:
            Path(name).unlink(missing_ok=True)

    def keep(self, received: Received) -> None:
        """See Shelf."""
        path = self._path(received.sha256)
        with _told():
            _make(path.parent)
            Path(received.name).replace(path)
            _sync(path.parent)

    def open(self, sha256: str) -> BinaryIO:
        """See Shelf."""
        with _told():
            file = self._path(sha256).open("rb")
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                file.close()
                raise Unavailable("documents", f"{sha256} is altered")
            file.seek(0)
        return file

    def discard(self, sha256: str) -> None:
        """See Shelf."""
        with _told():
            self._path(sha256).unlink(missing_ok=True)

    def every(self) -> Iterator[str]:
        """The hashes under which bytes are kept."""
        return (path.name for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")))

    def tidy_incoming(self) -> int:
        """Remove what was received by processes that died meanwhile.

        :returns: how many files that were
        """
        abandoned = [path for path in self._incoming.glob("*") if time.time() - path.stat().st_mtime > _ABANDONED_S]
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _copy(stream: BinaryIO, file: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):  # what fails here is the caller's connection, not our disk
        digest.update(chunk)
        with _told():
            file.write(chunk)
    with _told():
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), file.tell()


def _make(folder: Path) -> None:
    """Make a folder that survives a power cut, with those above it."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    """Raise Unavailable for what the disk refuses."""
    try:
        yield
    except OSError as error:
        raise Unavailable("documents", str(error)) from error
