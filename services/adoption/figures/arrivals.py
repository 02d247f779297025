"""What became known late: for a device-day and the day on which it became known, what was added and what withdrawn.

The state as known on that day is compared with the state as known the day before. What came late and says nothing new
is not listed. Source: policy 4.1 (cut-off).
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, Protocol

from services.adoption.figures.city import City, bound_on
from services.adoption.figures.counted import Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.outages import DeviceId
from services.adoption.figures.scopes import Scope, VrPlace, holds_slot, holds_vr
from shared.contracts.civil_time import date_from_day, day_from_date, start_of
from shared.contracts.registry import Binding

_OF_DEVICES = ("programme", "vendor", "device")


class ChangingFacts(KnownFacts, Protocol):
    """Facts that tell when they changed."""

    def known_before(self, before: int) -> "ChangingFacts":
        """Of the same moment, what was known before an earlier day."""

    def changes(self, vendor: str, device: str, from_day: int, to_day: int, after: int) -> list[tuple[int, int]]:
        """Which days' facts changed, or may have, on a day later than ``after``: (day, day it became known)."""

    def minutes(self, vendor: str, device: str, day: int) -> tuple[int, ...]:
        """A day's strips: seen, local, smart, automated, ack."""


class Change(NamedTuple):
    """How many came, and how many were withdrawn."""

    added: int
    withdrawn: int


class Arrival(NamedTuple):
    """What became known of a device-day on one day: minutes of each strip, and sessions by the day they start on."""

    vendor: str
    device: str
    day: date
    known: date
    seen: Change
    local: Change
    smart: Change
    automated: Change
    ack: Change
    sessions: Change


def arrivals(city: City, facts: ChangingFacts, scope: Scope, window: Window, since: date) -> Iterator[Arrival]:
    """What of a scope's device-days in a window became known after the day ``since``; by device, day, day known."""
    first, end = day_from_date(window.start), day_from_date(window.end)
    for vendor, device in sorted(_devices(city, scope)):
        for day, known in sorted(facts.changes(vendor, device, first, end, day_from_date(since))):
            if _belongs(city, scope, (vendor, device), date_from_day(day)):
                arrival = _compare(facts, vendor, device, day, known)
                if any(any(change) for change in arrival[4:]):
                    yield arrival


def _compare(facts: ChangingFacts, vendor: str, device: str, day: int, known: int) -> Arrival:
    earlier, later = facts.known_before(known), facts.known_before(known + 1)
    strips_of = zip(earlier.minutes(vendor, device, day), later.minutes(vendor, device, day), strict=True)
    minutes = [Change((now & ~then).bit_count(), (then & ~now).bit_count()) for then, now in strips_of]
    then, now = _sessions(earlier, vendor, device, day), _sessions(later, vendor, device, day)
    sessions = Change(len(now - then), len(then - now))
    seen, local, smart, automated, ack = minutes
    dates = date_from_day(day), date_from_day(known)
    return Arrival(vendor, device, *dates, seen, local, smart, automated, ack, sessions)


def _sessions(facts: ChangingFacts, vendor: str, device: str, day: int) -> set[tuple[int, int, str]]:
    found = facts.sessions(vendor, device, start_of(day), start_of(day + 1))
    return {(raw.ts, raw.seq, raw.content_sha256) for raw in found if not raw.voided}


def _devices(city: City, scope: Scope) -> Iterator[DeviceId]:
    registered = {(device.vendor, device.device) for device in city.entities.devices.values()}
    for device in registered | city.of_device.keys():
        if scope.kind in _OF_DEVICES:
            if _is_of(scope, device):
                yield device
        elif any(_holds(city, scope, binding) for binding in city.of_device.get(device, ())):
            yield device


def _belongs(city: City, scope: Scope, device: DeviceId, day: date) -> bool:
    if scope.kind in _OF_DEVICES:
        return _is_of(scope, device)
    binding = bound_on(city.of_device.get(device, ()), day)
    return binding is not None and _holds(city, scope, binding)


def _is_of(scope: Scope, device: DeviceId) -> bool:
    return scope.id in {"programme": (None,), "vendor": (device[0],), "device": ("/".join(device),)}[scope.kind]


def _holds(city: City, scope: Scope, binding: Binding) -> bool:
    if binding.slot is not None:
        return holds_slot(scope, city, city.entities.slots[binding.slot], binding)
    if binding.installation is None:
        return False
    installation = city.entities.installations[binding.installation]
    return holds_vr(scope, city, VrPlace(binding.vendor, binding.device, installation.venue, installation))
