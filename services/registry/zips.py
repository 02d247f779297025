"""The directory of a zip: counted before it is read, since each entry takes a kilobyte; nothing is unpacked."""

import mmap
import re
import zipfile
from itertools import islice
from typing import IO

_ENTRY = re.compile(rb"PK\x01\x02")  # APPNOTE 4.3.12


def has_more_entries(content: bytes | mmap.mmap, most: int) -> bool:
    """Whether there are more entries than that."""
    return sum(1 for _ in islice(_ENTRY.finditer(content), most + 1)) > most


def entries_of(file: IO[bytes]) -> list[zipfile.ZipInfo] | None:
    """What a zip holds; None if it is no zip that can be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
