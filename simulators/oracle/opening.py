"""Which minutes a VR device could have been used: bound to an installation in service, within its opening hours."""

from collections.abc import Iterator
from typing import NamedTuple

from simulators.oracle import Json
from simulators.oracle.calendars import Span, spans_ms, zone_of
from simulators.oracle.minutes import DAY_MINUTES, MINUTE_MS, Minutes
from simulators.oracle.registered import Device, Integers, bindings_by, days_of, in_force, installation_id, on_day

BY_HAND = "MANUAL"


class DeviceDay(NamedTuple):
    """A device at an installation on a civil day, and when that was open."""

    installation: Json
    device: Device
    day: str
    spans: list[Span]

    @property
    def open_minutes(self) -> int:
        """How many minutes it was open."""
        return sum(closes - opens for opens, closes in self.spans) // MINUTE_MS

    def unknown_minutes(self, minutes: Minutes) -> int:
        """How many of these an outage covers and nothing was seen in."""
        strip = 0
        for opens, closes in self.spans:
            first = (opens // MINUTE_MS + 8 * 60) % DAY_MINUTES
            strip |= ((1 << (closes - opens) // MINUTE_MS) - 1) << first
        silent = minutes.in_outage(self.device, self.day) & ~minutes.seen(self.device, self.day)
        return (strip & silent).bit_count()


def device_days(city: Json) -> Iterator[DeviceDay]:
    """Every device-day of the window that counts; what people count by hand observes nothing."""
    bound = bindings_by(city, "installation")
    for installation in city["installations"]:
        if installation["presence_method"] == BY_HAND:
            continue
        zone = zone_of(city, installation)
        for day in days_of(city):
            if in_force(installation.get("installed_on"), installation.get("retired_on"), day):
                spans = spans_ms(zone, day)
                for binding in on_day(bound.get(installation_id(installation), []), day):
                    yield DeviceDay(installation, (binding["vendor"], binding["device"]), day, spans)


def coverage(city: Json, minutes: Minutes) -> dict[str, Integers]:
    """By venue: the open minutes of its devices, and how many of them no outage hides."""
    sites: dict[str, Integers] = {venue["slug"]: {"unaffected": 0, "all": 0} for venue in city["venues"]}
    for one in device_days(city):
        site = sites[one.installation["venue"]]
        site["all"] += one.open_minutes
        site["unaffected"] += one.open_minutes - one.unknown_minutes(minutes)
    return sites
