"""The civil days on which a VR device was bound to an installation of a scope, each with the calendar in force."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.adoption import strips
from services.adoption.figures.calendars import in_force, open_minutes
from services.adoption.figures.city import City, out_of_service
from services.adoption.figures.counted import Window
from services.adoption.figures.judging import MANUAL
from services.adoption.figures.outages import DeviceId
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Binding, Calendar, Installation


class DeviceDay(NamedTuple):
    """A device at an installation on a day; ``removed`` says why the installation is not in service."""

    binding: Binding
    installation: Installation
    day: int
    removed: str | None
    calendar: Calendar | None

    @property
    def uncounted(self) -> str | None:
        """Why nothing of it is computed: not in service, counted by hand, or without a calendar in force."""
        if self.removed:
            return self.removed
        if self.installation.presence_method == MANUAL:
            return "manual"
        return "no_calendar" if self.calendar is None else None

    def open_strip(self, city: City) -> int:
        """The strip of its opening hours, none where no calendar is in force."""
        if self.calendar is None:
            return strips.EMPTY
        return open_minutes(self.calendar, city.closures_of[self.installation.venue], date_from_day(self.day))

    @property
    def zone(self) -> str:
        """The id of the zone whose calendar it is."""
        return f"{self.installation.venue}/{self.installation.zone}"


def device_days(city: City, scope: Scope, window: Window) -> Iterator[DeviceDay]:
    """Every device-day of a scope in a window."""
    for (vendor, device), bindings in city.of_device.items():
        for binding in bindings:
            if binding.installation is None:
                continue
            installation = city.entities.installations[binding.installation]
            if not holds_vr(scope, city, VrPlace(vendor, device, installation.venue, installation)):
                continue
            yield from of_binding(city, binding, installation, window)


def of_binding(city: City, binding: Binding, installation: Installation, window: Window) -> Iterator[DeviceDay]:
    """The days of a window on which a binding holds, one after another."""
    calendars = city.entities.zones[f"{installation.venue}/{installation.zone}"].calendars
    for day in _days_bound(binding, window):
        date = date_from_day(day)
        yield DeviceDay(binding, installation, day, out_of_service(installation, date), in_force(calendars, date))


def of_devices(days: Iterable[DeviceDay]) -> dict[DeviceId, list[DeviceDay]]:
    """Device-days by their device."""
    found: dict[DeviceId, list[DeviceDay]] = {}
    for one in days:
        found.setdefault((one.binding.vendor, one.binding.device), []).append(one)
    return found


def _days_bound(binding: Binding, window: Window) -> range:
    end = window.end if binding.valid_to is None else min(window.end, binding.valid_to)
    return range(day_from_date(max(window.start, binding.valid_from)), day_from_date(end))
