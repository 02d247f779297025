"""What looks like the number of a room: it names a household, and must never reach the registry; pure."""

import re
import unicodedata

_IN_WORDS = re.compile(
    r"(?:\d|[a-z])\s*(?:栋|幢|号楼|座|单元)"  # 3栋, A座, 2单元
    r"|(?:栋|幢|座|楼|单元)\s*\d"
    r"|\d\s*(?:室|房|户|号房)",  # 1201室, 1201房
    re.IGNORECASE,
)
_BUILDING = r"(?:(?:building|bldg|block|blk|tower|unit|room|rm|apt|flat|no|dong|zuo|dan)[-_]?)?[a-z]?\d{0,3}"
_IN_DIGITS = re.compile(rf"(?=.*\d){_BUILDING}(?:[-_]{_BUILDING})?[-_](?:room|rm|apt|flat)?[-_]?\d{{3,4}}[a-z]?", re.I)


def in_words(written: str) -> bool:
    """Whether it says so in Chinese: 3栋2单元1201, A座1201室, 1201房."""
    return not written.isascii() and _IN_WORDS.search(unicodedata.normalize("NFKC", written)) is not None


def in_digits(written: str) -> bool:
    """Whether all of it is a building, perhaps a unit, and a room: 3-2-1201, A-1201, block3-unit2-1201."""
    return _IN_DIGITS.fullmatch(written) is not None
