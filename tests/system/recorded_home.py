"""The recorded home, read by brute force: what anybody would count in the file, by plain loops over its rows.

``shared/data/OrdonezA_Sensors.txt`` stands beside the project. Dates are shifted by whole days so that the last end
falls on a given day; the clock is read as Asia/Shanghai.
"""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "OrdonezA_Sensors.txt"
SHANGHAI = ZoneInfo("Asia/Shanghai")
WITH_OFF = ("Bed", "Seat", "Toaster", "Microwave")  # pressure and electric sensors say when they are left, too
_ROW = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(\S+)\s+(\S+)\s+(\S+)\s*$")


class Activation(NamedTuple):
    """One row: the sensor as (place, location), and when it began and ended, in whole seconds of wall-clock time."""

    sensor: tuple[str, str]
    begins: datetime
    ends: datetime


def activations(last_day: date) -> list[Activation]:
    """The file's rows, in its order, shifted."""
    rows = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if found := _ROW.match(line):
            begins, ends = (datetime.fromisoformat(found[n]).replace(tzinfo=SHANGHAI) for n in (1, 2))
            rows.append(Activation((found[5], found[3]), begins, ends))
    shift = timedelta(days=(last_day - max(row.ends for row in rows).date()).days)
    return [Activation(row.sensor, row.begins + shift, row.ends + shift) for row in rows]


def local_minutes(last_day: date) -> dict[tuple[str, str], set[int]]:
    """Of each sensor the epoch minutes in which somebody operated it: each start, and each end where it tells one."""
    minutes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for sensor, begins, ends in activations(last_day):
        minutes[sensor].add(int(begins.timestamp()) // 60)
        if sensor[1] in WITH_OFF and ends > begins:
            minutes[sensor].add(int(ends.timestamp()) // 60)
    return minutes


def day_of(minute: int) -> date:
    """The civil day of an epoch minute."""
    return datetime.fromtimestamp(minute * 60, SHANGHAI).date()


def days_with_use(last_day: date) -> dict[tuple[str, str], set[date]]:
    """Of each sensor the civil days with such a minute."""
    return {sensor: {day_of(minute) for minute in minutes} for sensor, minutes in local_minutes(last_day).items()}


def visits(last_day: date) -> dict[tuple[str, str], list[tuple[datetime, datetime]]]:
    """Of each sensor, as a headset: its valid sessions by policy 7.5, cut at an hour.

    Presence at most 60 s apart is one session; one shorter than 60 s is none.
    """
    by_sensor: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for sensor, begins, ends in sorted(activations(last_day), key=lambda row: (row.sensor, row.begins, row.ends)):
        if (ends - begins).total_seconds() < 1:
            continue
        sessions = by_sensor[sensor]
        if sessions and (begins - sessions[-1][1]).total_seconds() <= 60:
            sessions[-1] = (sessions[-1][0], max(sessions[-1][1], ends))
        else:
            sessions.append((begins, ends))
    return {
        sensor: [
            (begins, min(ends, begins + timedelta(hours=1)))
            for begins, ends in sessions
            if (ends - begins).total_seconds() >= 60
        ]
        for sensor, sessions in by_sensor.items()
    }


def uses_per_day(last_day: date) -> dict[tuple[str, str], dict[date, int]]:
    """Sessions by the day they begin on."""
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for sensor, sessions in visits(last_day).items():
        for begins, _ in sessions:
            found[sensor][begins.date()] += 1
    return found


def seconds_per_day(last_day: date) -> dict[tuple[str, str], dict[date, int]]:
    """Seconds of sessions by the day they lie in, counted one by one."""
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for sensor, sessions in visits(last_day).items():
        for begins, ends in sessions:
            second = begins
            while second < ends:
                found[sensor][second.date()] += 1
                second += timedelta(seconds=1)
    return found
