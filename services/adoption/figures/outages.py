"""What could not be observed: approved outages of feeds, and our own, as the minutes they cover.

A minute counts as covered only if it is wholly covered. Outages that touch or overlap are one, so that a minute may be
covered by two; of a feed's, only the days on which the registry binds the device to that feed count. An approved outage
that has no end yet covers nothing. Source: policy 4.1 and 7.3.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from services.adoption import strips
from services.adoption.figures.intervals import Interval, merged
from shared.contracts.civil_time import MINUTE_MS, day_from_date, start_of
from shared.contracts.registry_evidence import FeedBinding, Outage

DeviceId = tuple[str, str]  # vendor, device


class Outages(NamedTuple):
    """When devices could not be heard: each device by its feeds, and ``ours``, when none could."""

    of_device: Mapping[DeviceId, tuple[Interval, ...]]
    ours: tuple[Interval, ...]

    def minutes(self, vendor: str, device: str, from_day: int, to_day: int) -> int:
        """The strip over the days [``from_day``, ``to_day``) of the minutes that outages cover."""
        of_feeds = self.of_device.get((vendor, device), ())
        return _minutes(of_feeds, self.ours, from_day, to_day) if of_feeds or self.ours else strips.EMPTY


def of_devices(feed_bindings: Iterable[FeedBinding], outages: Iterable[Outage]) -> dict[DeviceId, tuple[Interval, ...]]:
    """The approved outages of each device's feeds, while it was bound to them."""
    of_feed: dict[tuple[str, str], list[Interval]] = defaultdict(list)
    for outage in outages:
        if outage.state == "APPROVED" and outage.to_ms is not None:
            of_feed[outage.vendor, outage.feed].append((outage.from_ms, outage.to_ms))
    found: dict[DeviceId, list[Interval]] = defaultdict(list)
    for bound in feed_bindings:
        for interval in of_feed.get((bound.vendor, bound.feed), ()):
            found[bound.vendor, bound.device].append(_while_bound(interval, bound))
    return {device: merged(intervals) for device, intervals in found.items()}


def _while_bound(interval: Interval, bound: FeedBinding) -> Interval:
    begins = max(interval[0], start_of(day_from_date(bound.valid_from)))
    if bound.valid_to is None:
        return begins, interval[1]
    return begins, min(interval[1], start_of(day_from_date(bound.valid_to)))


# Devices of one feed share their outages, and of one request all share the days.
@lru_cache(maxsize=1024)
def _minutes(of_feeds: tuple[Interval, ...], ours: tuple[Interval, ...], from_day: int, to_day: int) -> int:
    origin, end = start_of(from_day), start_of(to_day)
    strip = strips.EMPTY
    for begins, ends in merged((*of_feeds, *ours)):
        first = -((origin - max(begins, origin)) // MINUTE_MS)  # rounded up
        strip |= strips.between(first, (min(ends, end) - origin) // MINUTE_MS)
    return strip
