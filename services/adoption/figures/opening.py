"""Device-open-minutes: the minutes in which a bound VR device could have been used, and how many were observable."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from services.adoption import strips
from services.adoption.definitions import USES
from services.adoption.figures.calendars import closed_by
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Coverage, Window
from services.adoption.figures.device_days import DeviceDay, device_days
from services.adoption.figures.judging import MANUAL
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr, installation_id
from shared.contracts.civil_time import date_from_day
from shared.contracts.registry import Binding


class Opening(NamedTuple):
    """Coverage in device-open-minutes, the registry rows that entered, and whether there is anything to observe."""

    coverage: Coverage
    inputs: list[list[object]]
    anything: bool


def opening(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Opening:
    """The open minutes of every device in scope on the days of a window.

    A minute is UNKNOWN only where an approved outage covers it and nothing was seen. Manual counts observe nothing.
    """
    opened = unaffected = 0
    strips_of: dict[tuple[str, int], int] = {}
    inputs: dict[bytes, list[object]] = {}
    for one in device_days(city, scope, window):
        if one.removed:
            continue
        for row in _inputs(city, one):
            inputs[msgspec.json.encode(row)] = row
        if one.calendar is None or one.installation.presence_method == MANUAL:
            continue
        strip = strips_of.get((one.zone, one.day))
        if strip is None:
            strip = strips_of[one.zone, one.day] = one.open_strip(city)
        opened += strips.count(strip)
        unaffected += strips.count(strips.without(strip, unknown(city, facts, one.binding, one.day)))
    coverage = Coverage(USES.coverage_unit, unaffected, opened)
    return Opening(coverage, list(inputs.values()), bool(inputs) or _has_installation(city, scope))


def unknown(city: City, facts: KnownFacts, binding: Binding, day: int) -> int:
    """The strip of a day's minutes that an outage covers and in which a device was not seen."""
    outage = city.outages.minutes(binding.vendor, binding.device, day, day + 1)
    if not outage:
        return strips.EMPTY
    return strips.without(outage, facts.seen(binding.vendor, binding.device, day, day + 1))


def _inputs(city: City, one: DeviceDay) -> Iterator[list[object]]:
    binding, installation = one.binding, one.installation
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
    if one.calendar:
        yield ["calendar", one.zone, msgspec.to_builtins(one.calendar)]
    for closure in closed_by(city.closures_of[installation.venue], date_from_day(one.day)):
        yield ["closure", closure.code, installation.venue, closure.valid_from, closure.valid_to]


def _has_installation(city: City, scope: Scope) -> bool:
    return any(
        holds_vr(scope, city, VrPlace("", "", installation.venue, installation))
        for installation in city.entities.installations.values()
    )
