"""V7a, availability of battery headsets: device-open-days on which one was heard and had no fault / all of them.

Heard once from an hour before the first opening to the last close of the day, and no fault active in any minute of that
time. Source: policy 7.3 and 7.5.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import AVAILABLE_DAYS, BATTERY_KINDS
from services.adoption.figures import faulty, open_days
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.device_days import DeviceDay, device_days
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.open_days import OpenDay
from services.adoption.figures.scopes import Scope
from shared.contracts.civil_time import day_from_date, start_of
from shared.contracts.registry import Binding

LEAD_MINUTES = AVAILABLE_DAYS.parameter("before_opening")
AVAILABLE = "available"


class _Day(NamedTuple):
    """A device-day, and whether the device was available or why not."""

    of: OpenDay
    why: str


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the device-open-days of the window."""
    bound = groupby(device_days(city, scope, window), key=lambda one: one.binding)
    days = [day for binding, of_binding in bound for day in _judge(city, facts, binding, list(of_binding))]
    counted = [day for day in days if day.of.removed is None]
    unaffected = [day for day in counted if not day.of.affected]

    def rows(part: Part) -> Iterable[Row]:
        if part == "removed":
            return (open_days.row_of(day.of.of, day.why) for day in days if day.of.removed)
        return (
            open_days.row_of(day.of.of, day.why) for day in counted if part == "denominator" or day.why == AVAILABLE
        )

    return Counted(
        total=Ratio(_available(counted), len(counted)),
        observed=Ratio(_available(unaffected), len(unaffected)),
        coverage=Coverage(AVAILABLE_DAYS.coverage_unit, len(unaffected), len(counted)),
        removed=open_days.removed(day.of for day in days),
        applicable=bool(counted),
        rows=rows,
        inputs=([*open_days.inputs_of(day.of), day.why] for day in days),
    )


def _available(days: list[_Day]) -> int:
    return sum(day.why == AVAILABLE for day in days)


def _judge(city: City, facts: KnownFacts, binding: Binding, days: list[DeviceDay]) -> Iterator[_Day]:
    if days[0].installation.vr_device_kind not in BATTERY_KINDS:
        for one in days:
            yield _Day(OpenDay(one, "mains", strips.EMPTY, strips.EMPTY), "mains")
        return
    # strips that begin a day early, for zones that open in the first hour of a day; heard only since the binding
    first, end = days[0].day - 1, days[-1].day + 1
    since = max(first, day_from_date(binding.valid_from))
    seen = facts.seen(binding.vendor, binding.device, since, end) << (since - first) * strips.MINUTES
    faults = faulty.minutes(facts.faults(binding.vendor, binding.device, start_of(end)), first, end)
    for day in open_days.open_days(city, facts, days):
        time = _time(day.open_strip) << (day.of.day - first - 1) * strips.MINUTES
        yield _Day(day, day.removed or _why(seen & time, faults & time, day))


def _time(open_strip: int) -> int:
    """From before the first opening to the last close, over two days, of which the second is the day."""
    opened = open_strip << strips.MINUTES
    lowest = (opened & -opened).bit_length() - 1
    return strips.between(lowest - LEAD_MINUTES, opened.bit_length()) if opened else strips.EMPTY


def _why(seen: int, faults: int, one: OpenDay) -> str:
    if seen:
        return "fault" if faults else AVAILABLE
    return "unknown" if one.affected else "not_heard"
