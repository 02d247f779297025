"""Which minutes a device was seen, online, or unknown: one bit a minute, from two days before the window."""

from datetime import datetime

from simulators.oracle import Json
from simulators.oracle.lines import SHENZHEN
from simulators.oracle.registered import Device, by_device, on_day

MINUTE_MS = 60_000
DAY_MINUTES = 1_440
CARRIED_IN_DAYS = 2
ONE_DAY = (1 << DAY_MINUTES) - 1
FROM_SIX = ONE_DAY & ~((1 << 360) - 1)

Outages = list[Json]
Caps = dict[str, int]


class Minutes:
    """The minutes of every device of a city, a civil day at a time.

    ``outages`` are approved ones (``vendor feed from_ms to_ms``); ``caps`` the longest reporting interval, in minutes,
    that is believed of a category.
    """

    def __init__(self, city: Json, lines: list[Json], outages: Outages, caps: Caps) -> None:
        self._base = _first_minute(city["from"]) - CARRIED_IN_DAYS * DAY_MINUTES
        self._end = _first_minute(city["to"])
        self._outages = [(o["vendor"], o["feed"], self._covered(o)) for o in outages]
        self._feeds = by_device(city["feed_bindings"] + city["late_feed_bindings"])
        intervals: dict[Device, int] = {}
        for device in city["devices"] + city["late_devices"]:
            minutes = max(1, int(device.get("reporting_interval_s") or 60) // 60)
            minutes = min(minutes, caps.get(device.get("category", ""), minutes))
            intervals[device["vendor"], device["device"]] = minutes
        self._online = {
            device: self._dilated(seen, intervals.get(device, 1)) for device, seen in self._seen(lines).items()
        }

    def online(self, device: Device, day: str) -> int:
        """The minutes of the day covered by what was seen: m … m + 2i − 1 for a seen minute m."""
        return self._of_day(self._online.get(device, 0), day)

    def in_outage(self, device: Device, day: str) -> int:
        """The minutes of the day in which the feed, to which the device is bound on that day, had an outage."""
        covered = 0
        for binding in on_day(self._feeds.get(device, []), day):
            for vendor, feed, minutes in self._outages:
                if (vendor, feed) == (binding["vendor"], binding["feed"]):
                    covered |= self._of_day(minutes, day)
        return covered

    def _of_day(self, minutes: int, day: str) -> int:
        return minutes >> (_first_minute(day) - self._base) & ONE_DAY

    def _seen(self, lines: list[Json]) -> dict[Device, set[int]]:
        seen: dict[Device, set[int]] = {}
        for line in lines:
            record = line["record"]
            first = last = record["ts"] // MINUTE_MS
            if record["kind"] == "session":
                last = (record["ts"] + record["duration_s"] * 1000 - 1) // MINUTE_MS
            seen.setdefault((line["vendor"], line["device"]), set()).update(range(first, last + 1))
        return seen

    def _dilated(self, seen: set[int], interval: int) -> int:
        online, covered = 0, (1 << 2 * interval) - 1
        for minute in seen:
            if self._base <= minute < self._end:
                online |= covered << (minute - self._base)
        return online

    def _covered(self, outage: Json) -> int:
        """The whole minutes that lie in the outage."""
        first: int = max(self._base, -(-outage["from_ms"] // MINUTE_MS))
        until: int = min(self._end, outage["to_ms"] // MINUTE_MS)
        return ((1 << max(0, until - first)) - 1) << (first - self._base)


def _first_minute(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=SHENZHEN).timestamp()) // 60
