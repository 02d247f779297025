"""Which ``seq`` of a device have come, as intervals: whatever the order in which they came, and however often. Pure.

A gap between two intervals is what was lost on the way to us, or has not come yet; it is counted on the civil day of
the record after it. What lies before the first interval nobody can know, and a jump further than ``MOST_LOST`` is no
loss: the device began to count elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from shared.contracts.civil_time import day_of
from shared.contracts.telemetry import MAX_AGE_MS

MOST_LOST = MAX_AGE_MS // 1000  # a record a second, for as long as one may be late


class Interval(NamedTuple):
    """``first`` to ``last`` have come, both included; ``first_ts`` is the earliest ``ts`` told with ``first``."""

    first: int
    last: int
    first_ts: int


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """The same numbers in as few intervals as there can be, ascending."""
    found: list[Interval] = []
    for interval in sorted(intervals):
        if found and interval.first <= found[-1].last + 1:
            if interval.last > found[-1].last:
                found[-1] = found[-1]._replace(last=interval.last)
        else:
            found.append(interval)
    return found


def of_records(numbers: Iterable[tuple[int, int]]) -> list[Interval]:
    """The intervals of some records, as (seq, ts): :func:`joined`, without an interval for each record."""
    found: list[Interval] = []
    first = first_ts = 0
    last: int | None = None
    for seq, ts in sorted(numbers):
        if last is None or seq > last + 1:
            if last is not None:
                found.append(Interval(first, last, first_ts))
            first, first_ts = seq, ts
        last = seq
    return found if last is None else [*found, Interval(first, last, first_ts)]


def missing(intervals: Sequence[Interval]) -> Counter[int]:
    """How many numbers the gaps between intervals lack, by civil day of the record after each gap."""
    gaps: Counter[int] = Counter()
    for before, after in pairwise(intervals):
        lost = after.first - before.last - 1
        if lost <= MOST_LOST:
            gaps[day_of(after.first_ts)] += lost
    return gaps
