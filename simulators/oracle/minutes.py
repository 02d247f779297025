"""Which minutes a device was seen, online, or under an outage: one bit a minute, from two days before the window."""

from datetime import datetime

from simulators.oracle import Json
from simulators.oracle.lines import SHENZHEN
from simulators.oracle.parameters import Parameters
from simulators.oracle.registered import Device, by_device, on_day

MINUTE_MS = 60_000
DAY_MINUTES = 1_440
CARRIED_IN_DAYS = 2
ONE_DAY = (1 << DAY_MINUTES) - 1
FROM_SIX = ONE_DAY & ~((1 << 360) - 1)

Outages = list[Json]


class Minutes:
    """The minutes of every device of a city, a civil day at a time.

    ``outages`` are approved ones (``vendor feed from_ms to_ms``).
    """

    def __init__(self, city: Json, lines: list[Json], outages: Outages, parameters: Parameters) -> None:
        self._base = _first_minute(city["from"]) - CARRIED_IN_DAYS * DAY_MINUTES
        self._end = _first_minute(city["to"])
        self._outages = [(o["vendor"], o["feed"], self._covered(o)) for o in outages]
        self._feeds = by_device(city["feed_bindings"] + city["late_feed_bindings"])
        devices = city["devices"] + city["late_devices"]
        self._intervals = {(d["vendor"], d["device"]): parameters.interval_minutes(d) for d in devices}
        self._affected_minutes = parameters.affected_minutes
        self._seen = self._strips(lines)
        self._online: dict[tuple[Device, str], int] = {}

    def seen(self, device: Device, day: str) -> int:
        """The minutes of the day in which the device was seen."""
        return self._of_day(self._seen.get(device, 0), day)

    def online(self, device: Device, day: str, since: str) -> int:
        """The minutes of the day covered by what was seen since a civil day: m … m + 2i − 1 for a seen minute m."""
        known = self._online.get((device, since))
        if known is None:
            before = max(0, _first_minute(since) - self._base)
            known = self._dilated(self._seen.get(device, 0) >> before << before, self._intervals.get(device, 1))
            self._online[device, since] = known
        return self._of_day(known, day)

    def in_outage(self, device: Device, day: str) -> int:
        """The minutes of the day in which the feed, to which the device is bound on that day, had an outage."""
        covered = 0
        for binding in on_day(self._feeds.get(device, []), day):
            for vendor, feed, minutes in self._outages:
                if (vendor, feed) == (binding["vendor"], binding["feed"]):
                    covered |= self._of_day(minutes, day)
        return covered

    def affect(self, unknown: int) -> bool:
        """Whether so many unknown minutes of a day, from six on, affect it."""
        return (unknown & FROM_SIX).bit_count() >= self._affected_minutes

    def _of_day(self, minutes: int, day: str) -> int:
        first = _first_minute(day) - self._base
        return minutes >> first & ONE_DAY if first >= 0 else 0

    def _strips(self, lines: list[Json]) -> dict[Device, int]:
        seen: dict[Device, set[int]] = {}
        for line in lines:
            record = line["record"]
            first = last = record["ts"] // MINUTE_MS
            if record["kind"] == "session":
                last = (record["ts"] + record["duration_s"] * 1000 - 1) // MINUTE_MS
            minutes = seen.setdefault((line["vendor"], line["device"]), set())
            minutes.update(range(max(first, self._base), min(last + 1, self._end)))
        return {device: self._strip(minutes) for device, minutes in seen.items()}

    def _strip(self, minutes: set[int]) -> int:
        bits = bytearray((self._end - self._base + 7) // 8)
        for minute in minutes:
            place = minute - self._base
            bits[place // 8] |= 1 << place % 8
        return int.from_bytes(bits, "little")

    def _dilated(self, seen: int, interval: int) -> int:
        """Each minute and the 2i − 1 after it, by doubling: what is covered, moved by as much, covers twice as many."""
        reach = 2 * interval
        covered, width = seen, 1
        while width < reach:
            step = min(width, reach - width)
            covered |= covered << step
            width += step
        return covered

    def _covered(self, outage: Json) -> int:
        """The whole minutes that lie in the outage."""
        first: int = max(self._base, -(-outage["from_ms"] // MINUTE_MS))
        until: int = min(self._end, outage["to_ms"] // MINUTE_MS)
        return ((1 << max(0, until - first)) - 1) << (first - self._base)


def _first_minute(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=SHENZHEN).timestamp()) // 60
