"""Device-open-minutes: the minutes in which a bound VR device could have been used, and how many were observable."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from services.adoption import strips
from services.adoption.definitions import USES
from services.adoption.figures.calendars import in_force, open_minutes
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Coverage, Window
from services.adoption.figures.judging import MANUAL
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr, installation_id
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Binding, Calendar, Installation


class Opening(NamedTuple):
    """Coverage in device-open-minutes, the registry rows that entered, and whether there is anything to observe."""

    coverage: Coverage
    inputs: list[list[object]]
    anything: bool


class _DeviceDay(NamedTuple):
    binding: Binding
    installation: Installation
    day: int
    calendar: Calendar | None


def opening(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Opening:
    """The open minutes of every device in scope on the days of a window.

    A minute is UNKNOWN only where an approved outage covers it and nothing was seen. Manual counts observe nothing.
    """
    opened = unaffected = 0
    strips_of: dict[tuple[str, int], int] = {}
    inputs: dict[bytes, list[object]] = {}
    for binding, installation, day, calendar in _device_days(city, scope, window):
        zone = f"{installation.venue}/{installation.zone}"
        for row in _inputs(binding, installation, zone, calendar):
            inputs[msgspec.json.encode(row)] = row
        if calendar is None or installation.presence_method == MANUAL:
            continue
        strip = strips_of.get((zone, day))
        if strip is None:
            strip = strips_of[zone, day] = open_minutes(calendar, date_from_day(day))
        opened += strips.count(strip)
        unaffected += strips.count(strips.without(strip, _unknown(city, facts, binding, day)))
    coverage = Coverage(USES.coverage_unit, unaffected, opened)
    return Opening(coverage, list(inputs.values()), bool(inputs) or _has_installation(city, scope))


def _device_days(city: City, scope: Scope, window: Window) -> Iterator[_DeviceDay]:
    for (vendor, device), bindings in city.of_device.items():
        for binding in bindings:
            if binding.installation is None:
                continue
            installation = city.entities.installations[binding.installation]
            if not holds_vr(scope, city, VrPlace(vendor, device, installation.venue, installation)):
                continue
            calendars = city.entities.zones[f"{installation.venue}/{installation.zone}"].calendars
            for day in _days_in_service(binding, installation, window):
                yield _DeviceDay(binding, installation, day, in_force(calendars, date_from_day(day)))


def _days_in_service(binding: Binding, installation: Installation, window: Window) -> range:
    """The days of the window on which the device was bound and the installation in service."""
    if installation.installed_on is None:
        return range(0)
    ends = [end for end in (window.end, binding.valid_to, installation.retired_on) if end is not None]
    starts = (window.start, binding.valid_from, installation.installed_on)
    return range(day_from_date(max(starts)), day_from_date(min(ends)))


def _unknown(city: City, facts: KnownFacts, binding: Binding, day: int) -> int:
    outage = city.outages.get((binding.vendor, binding.device), {}).get(day, strips.EMPTY)
    if not outage:
        return strips.EMPTY
    return strips.without(outage, facts.seen(binding.vendor, binding.device, day))


def _inputs(
    binding: Binding, installation: Installation, zone: str, calendar: Calendar | None
) -> Iterator[list[object]]:
    name = installation_id(installation)
    yield ["binding", binding_id(binding), name, binding.valid_to]
    service = [installation.installed_on, installation.retired_on]
    yield [
        "installation",
        name,
        installation.vr_device_kind,
        installation.presence_method,
        installation.seats,
        *service,
    ]
    if calendar:
        yield ["calendar", zone, msgspec.to_builtins(calendar)]


def _has_installation(city: City, scope: Scope) -> bool:
    return any(
        holds_vr(scope, city, VrPlace("", "", installation.venue, installation))
        for installation in city.entities.installations.values()
    )
