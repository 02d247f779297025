"""What V5 and the late list must be, over raw records and plain registry rows; shares no code with us.

V5 by pieces of time in which nothing changes.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from tests.unit.adoption import oracle
from tests.unit.adoption.oracle_homes import Interval, as_known, days, minutes_marked, minutes_of, silences, silent

Json = dict[str, Any]
LONGEST = 3_600_000


def standing(records: list[Json]) -> list[Json]:
    """The sessions that count: of each identity the greatest content, none that was withdrawn."""
    gone = {
        (void["vendor"], void["device"], void["of"]["ts"], void["of"]["seq"])
        for void in oracle.counting([record for record in records if record["kind"] == "void"])
        if void["of"]["kind"] == "session"
    }
    sessions = oracle.counting([record for record in records if record["kind"] == "session"])
    return [s for s in sessions if (s["vendor"], s["device"], s["ts"], s["seq"]) not in gone]


def device_days(
    city: Json, records: list[Json], own: list[Interval], start: date, end: date, on: date | None = None
) -> list[Json]:
    """Every day on which a device was bound to an installation: why it is removed, or its seconds."""
    runs = oracle.merged(city, standing(as_known(records, on)))
    spans = [(run[0], run[0]["ts"], max(oracle.end_of(record) for record in run)) for run in runs]
    valid = [(first, begins, min(ends, begins + LONGEST)) for first, begins, ends in spans if ends - begins >= 60_000]
    marked = minutes_marked(records, on)
    found = []
    for binding in city["bindings"]:
        device = binding["vendor"], binding["device"]
        mine = [(begins, ends) for first, begins, ends in valid if (first["vendor"], first["device"]) == device]
        for day in days(start, end):
            if not oracle.in_force(binding["valid_from"], binding["valid_to"], day):
                continue
            for installation in city["installations"]:
                key = f"{installation['venue']}/{installation['zone']}/{installation['code']}"
                if key == binding.get("installation"):
                    row = {"vendor": device[0], "device": device[1], "installation": key, "day": day}
                    row |= {"site": installation["venue"], "removed": why_removed(city, installation, day)}
                    if row["removed"] is None:
                        opened = open_minutes(city, installation, day)
                        seen = marked.get(device, {}).get("seen", set())
                        gone = silences(city, own, *device, day)
                        unknown = [m for m in opened if silent(gone, m) and m not in seen]
                        row |= used(mine, opened, day) | {"open": 60 * len(opened), "unknown": 60 * len(unknown)}
                        row["in_use"] = used(mine, set(minutes_of(day)), day)["used"]
                        shut = [m for m in minutes_of(day) if m not in opened and m not in seen and silent(gone, m)]
                        row["missed"] = 60 * len(shut)
                    found.append(row)
    return found


def open_minutes(city: Json, installation: Json, day: date) -> set[int]:
    calendar = oracle.calendar_of(city, installation, day)
    return {start for minute, start in enumerate(minutes_of(day)) if oracle.is_open(calendar, day, minute)}


def why_removed(city: Json, installation: Json, day: date) -> str | None:
    if installation["installed_on"] is None or day < installation["installed_on"]:
        return "not_installed"
    if installation["retired_on"] is not None and installation["retired_on"] <= day:
        return "retired"
    if installation["presence_method"] == "MANUAL":
        return "manual"
    return None if oracle.calendar_of(city, installation, day) else "no_calendar"


def used(times: list[tuple[int, int]], opened: set[int], day: date) -> Json:
    """The seconds in which a session was on, once and beyond once, piece by piece."""
    minutes = minutes_of(day)
    edges = sorted({*minutes, minutes[-1] + 60_000, *(edge for time in times for edge in time)})
    once = more = 0
    for piece, following in pairwise(edges):
        if piece // 60_000 * 60_000 in opened:
            covering = sum(begins <= piece < ends for begins, ends in times)
            once += (following - piece) * (covering > 0)
            more += (following - piece) * max(covering - 1, 0)
    return {"used": once // 1000, "doubled": more // 1000}


def arrivals(records: list[Json], start: date, end: date, since: date, last: date) -> set[Any]:
    """What became known of each device-day on each day after ``since``: (added, withdrawn) of strips and sessions."""
    devices = {(record["vendor"], record["device"]) for record in records}
    found = set()
    for on in days(since + timedelta(days=1), last + timedelta(days=1)):
        then, now = state(records, on - timedelta(days=1)), state(records, on)
        for device in devices:
            for day in days(start, end):
                changes = []
                for kind in (*oracle.NAMES, "session"):
                    old, new = then.get((*device, day, kind), set()), now.get((*device, day, kind), set())
                    changes.append((len(new - old), len(old - new)))
                if any(any(change) for change in changes):
                    found.add((*device, day, on, *changes))
    return found


def state(records: list[Json], on: date) -> dict[Any, set[Any]]:
    """Of each device, day and kind the minutes marked, and the sessions that count."""
    found: dict[Any, set[Any]] = {}
    for device, strips in minutes_marked(records, on).items():
        for name, minutes in strips.items():
            for minute in minutes:
                found.setdefault((*device, oracle.day_of(minute), name), set()).add(minute)
    for session in standing(as_known(records, on)):
        where = session["vendor"], session["device"], oracle.day_of(session["ts"]), "session"
        found.setdefault(where, set()).add((session["ts"], session["seq"], session["sha"]))
    return found
