"""V6, out-of-hours share: device-seconds of valid sessions outside the calendar / all of them.

The seconds are those of V5, on its device-days: within and outside sum to all, so that V5's numerator and V6's are V6's
denominator. Less is better: every UNKNOWN second outside the hours counts as one of use. Source: policy 4.3, 7.3, 7.5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import OUT_OF_HOURS
from services.adoption.figures import open_days
from services.adoption.figures.begun import inputs_of_run
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.device_days import DeviceDay, device_days, of_devices
from services.adoption.figures.in_use import counted_time, valid_runs
from services.adoption.figures.intervals import common_ms, merged, of_strip
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.merging import Run
from services.adoption.figures.opening import unknown
from services.adoption.figures.scopes import Scope
from shared.contracts.civil_time import date_from_day

LIMIT = OUT_OF_HOURS.parameter("most_out_of_hours")


class _Seconds(NamedTuple):
    """A device-day's seconds in use within and outside opening hours, UNKNOWN outside them, and UNKNOWN at all."""

    of: DeviceDay
    within: int = 0
    outside: int = 0
    missed: int = 0
    unknown: int = 0


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the seconds in use of the window's days."""
    by_device = of_devices(device_days(city, scope, window))
    valid = valid_runs(city, facts, by_device, window)
    days = [_measure(city, facts, one, valid[device]) for device, found in by_device.items() for one in found]
    within, outside, missed = (sum(getattr(day, name) for day in days) for name in ("within", "outside", "missed"))
    removed = Counter(day.of.uncounted for day in days if day.of.uncounted)
    everything = (len(days) - removed.total()) * strips.MINUTES * 60

    def rows(part: Part) -> Iterable[Row]:
        return (row for day in days for row in _rows(day, part))

    return Counted(
        total=Ratio(outside + missed, within + outside + missed),
        observed=Ratio(outside, within + outside),
        coverage=Coverage(OUT_OF_HOURS.coverage_unit, everything - sum(day.unknown for day in days), everything),
        removed={why: removed[why] for why in OUT_OF_HOURS.exclusions},
        applicable=within + outside > 0,
        rows=rows,
        inputs=_inputs(days, valid.items()),
        findings={"above_limit": int(outside * 100 > LIMIT * (within + outside))},
        note="no_calendar" if removed["no_calendar"] and not everything else None,
    )


def _measure(city: City, facts: KnownFacts, one: DeviceDay, valid: list[Run]) -> _Seconds:
    if one.uncounted:
        return _Seconds(one)
    opened = one.open_strip(city)
    times = merged(counted_time(run) for run in valid)
    within = common_ms(times, of_strip(opened, one.day)) // 1000
    missed = unknown(city, facts, one.binding, one.day)
    return _Seconds(
        of=one,
        within=within,
        outside=common_ms(times, of_strip(strips.FULL, one.day)) // 1000 - within,
        missed=strips.count(strips.without(missed, opened)) * 60,
        unknown=strips.count(missed) * 60,
    )


def _rows(day: _Seconds, part: Part) -> Iterator[Row]:
    if day.of.uncounted:
        if part == "removed":
            yield open_days.row_of(day.of, day.of.uncounted)
        return
    amounts = {
        "numerator": {"outside": day.outside, "unknown": day.missed},
        "denominator": {"within": day.within, "outside": day.outside, "unknown": day.missed},
        "removed": {},
    }
    for why, amount in amounts[part].items():
        if amount:
            yield open_days.row_of(day.of, why, amount)


def _inputs(days: list[_Seconds], valid: Iterable[tuple[tuple[str, str], list[Run]]]) -> Iterator[list[object]]:
    for day in days:
        seconds = [day.within, day.outside, day.missed, day.unknown]
        yield ["device-day", binding_id(day.of.binding), date_from_day(day.of.day), day.of.uncounted, *seconds]
    for device, found in valid:
        for run in found:
            yield from inputs_of_run(*device, run)
