"""Time as intervals: pairs of epoch milliseconds, half-open."""

from collections.abc import Iterable, Iterator

from services.adoption import strips
from shared.contracts.civil_time import MINUTE_MS, start_of

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time as disjoint intervals, ascending; those that touch are one, empty ones are gone."""
    found: list[Interval] = []
    for begins, ends in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((begins, ends))
    return tuple(found)


def of_strip(strip: int, day: int) -> Iterator[Interval]:
    """The minutes of a day's strip as disjoint intervals, ascending."""
    origin = start_of(day)
    while strip:
        first = (strip & -strip).bit_length() - 1
        rest = strip >> first
        end = first + (~rest & (rest + 1)).bit_length() - 1
        yield origin + first * MINUTE_MS, origin + end * MINUTE_MS
        strip = strips.without(strip, strips.between(first, end))


def common_ms(some: Iterable[Interval], others: Iterable[Interval]) -> int:
    """How long each of some intervals lies in each of others, summed: time that two of ``some`` cover counts twice."""
    others = list(others)
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in some for b in others)
