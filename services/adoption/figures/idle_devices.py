"""V10, idle device rate: devices that nobody used on their last open days / devices in service at t1.

Back from t1 to the 30th observable device-open-day, at most 60 calendar days. Less is better: a device of which UNKNOWN
days do not let this be said counts as idle. Source: policy 4.3, 7.3, 7.4 (H13) and 7.5.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from services.adoption.definitions import IDLE_DEVICES
from services.adoption.figures import begun, open_days
from services.adoption.figures.city import City, bound_on
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.device_days import DeviceDay, of_binding
from services.adoption.figures.judging import VALID, Session
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.open_days import OpenDay
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr
from shared.contracts.civil_time import day_from_date, day_of

OPEN_DAYS = IDLE_DEVICES.parameter("idle_open_days")
CALENDAR_DAYS = IDLE_DEVICES.parameter("idle_calendar_days")
IN_SERVICE = (None, "closed", "no_calendar")  # what an open day in service may be removed for


class _Device(NamedTuple):
    """A device where it is on the last day: why it is removed, or whether it is idle; and the days looked back on."""

    at: DeviceDay
    why: str
    days: list[OpenDay]
    sessions: list[Session]


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the devices in service on the window's last day."""
    last = Window(window.last, window.end)
    devices = [_look_back(city, facts, at, window) for at in _there(city, scope, last)]
    counted = [one for one in devices if one.at.uncounted is None]
    idle, unknown = (sum(one.why == why for one in counted) for why in ("idle", "unknown"))

    def rows(part: Part) -> Iterable[Row]:
        kept = [one for one in devices if one.at.uncounted] if part == "removed" else counted
        return (
            open_days.row_of(one.at, one.why) for one in kept if part != "numerator" or one.why in ("idle", "unknown")
        )

    return Counted(
        total=Ratio(idle + unknown, len(counted)),
        observed=Ratio(idle, len(counted) - unknown),
        coverage=Coverage(IDLE_DEVICES.coverage_unit, len(counted) - unknown, len(counted)),
        removed=Counter(one.at.uncounted for one in devices if one.at.uncounted),
        applicable=bool(counted),
        rows=rows,
        inputs=(row for one in devices for row in _inputs(one)),
        apart={"too_new": sum(one.why == "too_new" for one in counted)},
    )


def _there(city: City, scope: Scope, last: Window) -> Iterator[DeviceDay]:
    for (vendor, device), bindings in city.of_device.items():
        binding = bound_on(bindings, last.start)
        if binding and binding.installation:
            installation = city.entities.installations[binding.installation]
            if holds_vr(scope, city, VrPlace(vendor, device, installation.venue, installation)):
                yield from of_binding(city, binding, installation, last)


def _look_back(city: City, facts: KnownFacts, at: DeviceDay, window: Window) -> _Device:
    if at.uncounted:
        return _Device(at, at.uncounted, [], [])
    vendor, device = at.binding.vendor, at.binding.device
    span = Window(window.end - timedelta(days=CALENDAR_DAYS), window.end)
    bound = (
        one
        for binding in city.of_device[vendor, device]
        if binding.installation
        for one in of_binding(city, binding, city.entities.installations[binding.installation], span)
    )
    days = list(open_days.open_days(city, facts, bound))
    sessions = [one for one in begun.of_device(city, facts, vendor, device, span) if one.why == VALID]
    used = {day_of(session.run.start) for session in sessions}
    return _Device(at, _why({one.of.day: one for one in days}, used, day_from_date(window.end)), days, sessions)


def _why(days: dict[int, OpenDay], used: Collection[int], t1: int) -> str:
    in_service = observable = affected = 0
    for day in range(t1 - 1, t1 - 1 - CALENDAR_DAYS, -1):
        if day in used:
            return "used"
        one = days.get(day)
        if one is None or one.removed not in IN_SERVICE:
            continue
        in_service += 1
        affected += one.affected
        observable += one.removed is None and not one.affected
        if observable == OPEN_DAYS:
            return "idle"
    if in_service == CALENDAR_DAYS:
        return "unknown" if affected else "idle"
    return "unknown" if observable + affected >= OPEN_DAYS else "too_new"


def _inputs(one: _Device) -> Iterator[list[object]]:
    yield ["device", one.at.binding.vendor, one.at.binding.device, one.why]
    yield from map(open_days.inputs_of, one.days)
    for session in one.sessions:
        yield from begun.inputs_of(session)
