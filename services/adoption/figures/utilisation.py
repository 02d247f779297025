"""V5, utilisation: device-seconds of valid sessions / seconds of devices in service, both within opening hours.

A second counts where a valid run of the device covers it, on the civil day it lies in, with the calendar of the
installation the device is bound to on that day. Milliseconds inside; of the sum of a device-day a part of a second is
dropped, so that days sum to the whole. Source: policy 4.3 and 7.5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import UTILISATION
from services.adoption.figures import open_days
from services.adoption.figures.begun import inputs_of_run
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, RecordKey, Row, Window
from services.adoption.figures.device_days import DeviceDay, device_days, of_devices
from services.adoption.figures.in_use import counted_time, valid_runs
from services.adoption.figures.intervals import common_ms, merged, of_strip
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.merging import Run
from services.adoption.figures.opening import unknown
from services.adoption.figures.outages import DeviceId
from services.adoption.figures.scopes import Scope, installation_id
from shared.contracts.civil_time import date_from_day


class _Measured(NamedTuple):
    """A device-day in seconds: open, used, and UNKNOWN; ``doubled_s`` more sessions covered than one."""

    of: DeviceDay
    removed: str | None
    open_s: int = 0
    used_s: int = 0
    doubled_s: int = 0
    unknown_s: int = 0
    records: tuple[RecordKey, ...] = ()


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the seconds in use of the window's days."""
    by_device = of_devices(device_days(city, scope, window))
    valid = valid_runs(city, facts, by_device, window)
    measured = [_measure(city, facts, one, valid[device]) for device, days in by_device.items() for one in days]
    used, opened = sum(one.used_s for one in measured), sum(one.open_s for one in measured)
    known = opened - sum(one.unknown_s for one in measured)
    removed = Counter(one.removed for one in measured if one.removed)
    uncounted = removed["no_calendar"]

    def rows(part: Part) -> Iterable[Row]:
        return (row for one in measured for row in _rows(one, part))

    return Counted(
        total=Ratio(used, opened),
        observed=Ratio(used, known),
        coverage=Coverage(UTILISATION.coverage_unit, known, opened),
        removed={why: removed[why] for why in UTILISATION.exclusions},
        applicable=opened > 0,
        rows=rows,
        inputs=_inputs(measured, valid),
        apart={"no_calendar": uncounted, "overlapping_s": sum(one.doubled_s for one in measured)},
        note="no_calendar" if uncounted and not opened else None,
    )


def _measure(city: City, facts: KnownFacts, one: DeviceDay, valid: list[Run]) -> _Measured:
    if one.uncounted:
        return _Measured(one, one.uncounted)
    open_strip = one.open_strip(city)
    opened = list(of_strip(open_strip, one.day))
    within = [run for run in valid if common_ms([counted_time(run)], opened)]
    times = [counted_time(run) for run in within]
    used_ms = common_ms(merged(times), opened)
    return _Measured(
        of=one,
        removed=None,
        open_s=strips.count(open_strip) * 60,
        used_s=used_ms // 1000,
        doubled_s=(common_ms(times, opened) - used_ms) // 1000,
        unknown_s=strips.count(open_strip & unknown(city, facts, one.binding, one.day)) * 60,
        records=tuple(RecordKey(raw.ts, raw.seq) for run in within for raw in run.sessions),
    )


def _rows(one: _Measured, part: Part) -> Iterator[Row]:
    if (part == "removed") != (one.removed is not None):
        return
    amount = {"numerator": one.used_s, "denominator": one.open_s, "removed": 1}[part]
    if amount:
        why = one.removed or ("used" if one.used_s else "idle")
        yield open_days.row_of(one.of, why, amount)._replace(records=one.records)


def _inputs(measured: list[_Measured], valid: dict[DeviceId, list[Run]]) -> Iterator[list[object]]:
    for one in measured:
        day = date_from_day(one.of.day)
        place = installation_id(one.of.installation)
        seconds = [one.open_s, one.used_s, one.doubled_s, one.unknown_s]
        yield ["device-day", binding_id(one.of.binding), place, day, one.removed, *seconds]
    for device, found in valid.items():
        for run in found:
            yield from inputs_of_run(*device, run)
