"""V7, availability of devices on mains: healthy open minutes / open minutes. Source: policy 4.3, 7.3 and 7.5.

As H6: a minute is online where a seen one covers it, for twice the reporting interval, from the binding on and past
midnight; healthy where no fault is active besides; UNKNOWN where an outage covers it and it is not online.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import AVAILABLE_MINUTES, BATTERY_KINDS
from services.adoption.figures import faulty, open_days
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.device_days import DeviceDay, device_days
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope
from services.adoption.figures.states import covered, reporting_minutes
from shared.contracts.civil_time import date_from_day, start_of
from shared.contracts.registry import Binding

LONGEST_S = AVAILABLE_MINUTES.parameter("interval_max_s")


class _Minutes(NamedTuple):
    """A device-day's minutes: open, and of these online, healthy and UNKNOWN; or why it is removed."""

    of: DeviceDay
    removed: str | None
    opened: int = 0
    online: int = 0
    healthy: int = 0
    unknown: int = 0


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the healthy minutes of the window's days."""
    bound = groupby(device_days(city, scope, window), key=lambda one: one.binding)
    days = [day for binding, of_binding in bound for day in _measure(city, facts, binding, list(of_binding))]
    opened, online, healthy, unknown = (
        sum(getattr(day, name) for day in days) for name in ("opened", "online", "healthy", "unknown")
    )
    removed = Counter(day.removed for day in days if day.removed)

    def rows(part: Part) -> Iterable[Row]:
        return (row for day in days for row in _rows(day, part))

    return Counted(
        total=Ratio(healthy, opened),
        observed=Ratio(healthy, opened - unknown),
        coverage=Coverage(AVAILABLE_MINUTES.coverage_unit, opened - unknown, opened),
        removed={why: removed[why] for why in AVAILABLE_MINUTES.exclusions},
        applicable=opened > 0,
        rows=rows,
        inputs=map(_input, days),
        apart={"online": online},
    )


def _measure(city: City, facts: KnownFacts, binding: Binding, days: list[DeviceDay]) -> Iterator[_Minutes]:
    first, end = days[0].day, days[-1].day + 1
    removed = [
        "battery" if one.installation.vr_device_kind in BATTERY_KINDS else one.uncounted for one in days
    ]  # fmt: skip
    if all(removed):
        yield from map(_Minutes, days, removed)
        return
    online = covered(facts, binding, 2 * reporting_minutes(city, binding, LONGEST_S), first, end)
    faults = facts.faults(binding.vendor, binding.device, start_of(end))
    healthy = strips.without(online, faulty.minutes(faults, first, end))
    unknown = strips.without(city.outages.minutes(binding.vendor, binding.device, first, end), online)
    by_day = zip(*(strips.by_day(strip, end - first) for strip in (online, healthy, unknown)), strict=True)
    for one, reason, strips_of_day in zip(days, removed, by_day, strict=True):
        if reason:
            yield _Minutes(one, reason)
        else:
            opened = one.open_strip(city)
            yield _Minutes(one, None, strips.count(opened), *(strips.count(opened & strip) for strip in strips_of_day))


def _rows(day: _Minutes, part: Part) -> Iterator[Row]:
    if (part == "removed") != (day.removed is not None):
        return
    amount = {"numerator": day.healthy, "denominator": day.opened, "removed": 1}[part]
    if amount:
        yield open_days.row_of(day.of, day.removed or _why(day), amount)


def _why(day: _Minutes) -> str:
    if day.healthy:
        return "healthy"
    if day.online:
        return "faulty"
    return "unknown" if day.unknown else "offline"


def _input(day: _Minutes) -> list[object]:
    of = day.of
    minutes = [day.opened, day.online, day.healthy, day.unknown]
    return ["device-day", binding_id(of.binding), of.zone, date_from_day(of.day), day.removed, *minutes]
