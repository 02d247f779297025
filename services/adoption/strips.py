"""A day strip: one bit for each of the 1,440 minutes of a civil day in Asia/Shanghai.

In memory a strip is an ``int``: bit *m* (value ``1 << m``) is the minute that begins *m* minutes after midnight, so
union, intersection and difference are ``|``, ``&`` and ``& ~``. Stored, it is 180 bytes, little-endian: minute *m* is
bit ``m % 8`` (of value ``1 << (m % 8)``) of byte ``m // 8``. The empty strip is stored as no byte at all, since most
strips of a home are empty. Example: 00:00 and 00:09 are ``01 02 00 …``.

A strip may also run over several days: bit 1,440 is then the first minute of the second day.
"""

from collections.abc import Iterable, Iterator

MINUTES = 1440
BYTES = 180
EMPTY = 0
FULL = (1 << MINUTES) - 1
_NO_MINUTE = bytes(BYTES)


def of(minutes: Iterable[int]) -> int:
    """The strip with these minutes (0–1439) set."""
    strip = EMPTY
    for minute in minutes:
        strip |= 1 << minute
    return strip


def between(first: int, end: int) -> int:
    """The strip with every minute of the half-open [``first``, ``end``) set; nothing where it is empty."""
    return (1 << end) - (1 << first) if first < end else EMPTY


def minutes(strip: int) -> Iterator[int]:
    """The minutes set, ascending."""
    while strip:
        lowest = strip & -strip
        yield lowest.bit_length() - 1
        strip ^= lowest


def count(strip: int) -> int:
    """How many minutes are set."""
    return strip.bit_count()


def without(strip: int, mask: int) -> int:
    """The minutes of ``strip`` that are not in ``mask``."""
    return strip & ~mask


def to_bytes(strip: int) -> bytes:
    """The stored form: 180 bytes, or none for the empty strip.

    :raises OverflowError: if a minute beyond 1439 is set
    """
    return strip.to_bytes(BYTES, "little") if strip else b""


def from_bytes(stored: bytes) -> int:
    """The inverse of :func:`to_bytes`."""
    return int.from_bytes(stored, "little")


def union_of_stored(one: bytes, other: bytes) -> bytes:
    """The union of two stored strips, stored: what SQLite calls ``strip_or``."""
    if not other:
        return one
    if not one:
        return other
    return (int.from_bytes(one, "little") | int.from_bytes(other, "little")).to_bytes(BYTES, "little")


def dilated(strip: int, reach: int) -> int:
    """The strip in which every minute *m* of this one covers *m* to *m* + ``reach`` − 1 (``reach`` at least 1)."""
    covered = 1
    while covered * 2 <= reach:
        strip |= strip << covered
        covered *= 2
    return strip | strip << (reach - covered)


def by_day(strip: int, days: int) -> list[int]:
    """A strip over several days, taken apart: the strip of each.

    :raises OverflowError: if a minute beyond the last day is set
    """
    whole = strip.to_bytes(BYTES * days, "little")
    return [int.from_bytes(whole[at : at + BYTES], "little") for at in range(0, BYTES * days, BYTES)]


def joined(stored: Iterable[tuple[int, bytes]], days: int) -> int:
    """One strip over several days from stored ones, each with the number of its day (0 is the first)."""
    of_day: dict[int, bytes] = {}
    for day, strip in stored:
        of_day[day] = union_of_stored(of_day[day], strip) if day in of_day else strip
    return int.from_bytes(b"".join([of_day.get(day) or _NO_MINUTE for day in range(days)]), "little")
