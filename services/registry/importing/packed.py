"""An XLSX file is a zip: what it would unpack to is looked at in its directory, before anything is unpacked.

Python's zipfile never unpacks more of an entry than its directory says, so a directory that lies gains nothing.
"""

import io
import zipfile

from services.registry.refusal import Refused, fault, pointer
from services.registry.zips import entries_of, has_more_entries

MOST_UNPACKED_BYTES = 100 * 1024 * 1024  # 50,000 rows take some 30 MiB
MOST_ENTRIES = 500
MOST_RATIO = 100  # spreadsheets are packed to a tenth, or a thirtieth where all rows are alike
_SMALL_BYTES = 1024 * 1024  # below which the ratio says nothing
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check(content: bytes) -> None:
    """Do nothing if a file may be unpacked.

    :raises Refused: ``too_large`` if it would unpack to too much; ``invalid_request`` if it is no such file
    """
    if has_more_entries(content, MOST_ENTRIES):
        raise _too_large()
    if (entries := entries_of(io.BytesIO(content))) is None:
        raise not_a_sheet()
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES or any(map(_is_bomb, entries)):
        raise _too_large()
    if any(entry.compress_type not in _METHODS or entry.flag_bits & 1 for entry in entries):
        raise not_a_sheet()


def not_a_sheet() -> Refused:
    """It is neither XLSX nor CSV."""
    return Refused([fault(pointer(), "invalid_request", "rule.not_a_sheet")])


def _too_large() -> Refused:
    most = MOST_UNPACKED_BYTES // 1024 // 1024
    return Refused([fault(pointer(), "too_large", "rule.sheet_unpacks", most=most, ratio=MOST_RATIO)])


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(_SMALL_BYTES, entry.compress_size * MOST_RATIO)
