"""Lines laid by in parts, in a temporary file, so that each part can be gone through without the others in memory."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator

from shared.runtime.sqlite import transaction

PIECE_BYTES = 65_536  # of each part, before they are compressed: repetitive JSON is written at a tenth of its size


class Shelf:
    """So many parts. The file is SQLite's own (in SQLITE_TMPDIR, or /var/tmp), and gone when this is."""

    def __init__(self, parts: int) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript("CREATE TABLE piece (part INTEGER, body BLOB); CREATE INDEX of_part ON piece (part)")
        self._held = [bytearray() for _ in range(parts)]

    def lay(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Lay lines by, each in a part.

        :raises Unavailable: if the disk is full
        """
        with transaction(self._file, "disk") as file:
            for part, line in lines:
                held = self._held[part]
                held += line + b"\n"
                if len(held) >= PIECE_BYTES:
                    file.execute("INSERT INTO piece VALUES (?, ?)", (part, zlib.compress(held, 1)))
                    held.clear()

    def parts(self) -> Iterator[Iterator[bytes]]:
        """The lines of one part after the other, in the order in which they were laid by."""
        for part, held in enumerate(self._held):
            yield self._lines(part, bytes(held))

    def _lines(self, part: int, held: bytes) -> Iterator[bytes]:
        for (body,) in self._file.execute("SELECT body FROM piece WHERE part = ? ORDER BY rowid", (part,)):
            yield from zlib.decompress(body).splitlines()
        yield from held.splitlines()
