"""What V7, V7a and V10 must be, minute by minute and day by day; shares no code with us."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption import oracle, oracle_sessions, oracle_venues
from tests.unit.adoption.oracle_homes import (
    Interval,
    days,
    faulty,
    minutes_marked,
    silences,
    silent,
    standing_faults,
)

Json = dict[str, Any]
BATTERY = ["HMD_STANDALONE", "AR_GLASSES"]
MINUTE = 60_000


def of_id(city: Json, name: str) -> Json:
    (found,) = [i for i in city["installations"] if f"{i['venue']}/{i['zone']}/{i['code']}" == name]
    return dict(found)


def bound_days(city: Json, start: date, end: date) -> list[Json]:
    """Every day on which a device is bound to an installation, and why it is removed."""
    found = []
    for binding in city["bindings"]:
        for day in days(start, end):
            if binding.get("installation") and oracle.in_force(binding["valid_from"], binding["valid_to"], day):
                place = of_id(city, binding["installation"])
                row = {"vendor": binding["vendor"], "device": binding["device"], "day": day, "place": place}
                row |= {"installation": binding["installation"], "site": place["venue"], "since": binding["valid_from"]}
                found.append(row | {"removed": oracle_venues.why_removed(city, place, day)})
    return found


def minute_days(city: Json, records: list[Json], own: list[Interval], start: date, end: date) -> list[Json]:
    """V7: the minutes of each device-day that are open, online, healthy and UNKNOWN."""
    marked, faults = minutes_marked(records, None), standing_faults(records, None)
    found = []
    for row in bound_days(city, start, end):
        row |= {"opened": 0, "online": 0, "healthy": 0, "unknown": 0}
        device = row["vendor"], row["device"]
        if row["place"]["vr_device_kind"] in BATTERY:
            row["removed"] = "battery"
        if row["removed"] is None:
            seen = marked.get(device, {}).get("seen", set())
            seen = {minute for minute in seen if oracle.day_of(minute) >= row["since"]}
            covers = interval(city, *device)
            gone = silences(city, own, *device, row["day"])
            for minute in oracle_venues.open_minutes(city, row["place"], row["day"]):
                row["opened"] += 1
                if any(minute - n * MINUTE in seen for n in range(covers)):
                    row["online"] += 1
                    row["healthy"] += not faulty(faults.get(device, []), minute)
                elif silent(gone, minute):
                    row["unknown"] += 1
        found.append(row)
    return found


def interval(city: Json, vendor: str, device: str) -> int:
    """Twice the reporting interval in whole minutes, at most a quarter of an hour each."""
    (declared,) = [
        d.get("reporting_interval_s") for d in city["devices"] if (d["vendor"], d["device"]) == (vendor, device)
    ]
    whole = 1
    while whole * 60 < min(900 if declared is None else declared, 900):
        whole += 1
    return 2 * whole


def headset_days(city: Json, records: list[Json], own: list[Interval], start: date, end: date) -> list[Json]:
    """V7a: whether each device-day's headset was available, or why not."""
    marked, faults = minutes_marked(records, None), standing_faults(records, None)
    found = []
    for row in bound_days(city, start, end):
        device = row["vendor"], row["device"]
        opened = oracle_venues.open_minutes(city, row["place"], row["day"])
        if row["place"]["vr_device_kind"] not in BATTERY:
            row["removed"] = "mains"
        elif row["removed"] is None and not opened:
            row["removed"] = "closed"
        if row["removed"] is None:
            seen = marked.get(device, {}).get("seen", set())
            row["affected"] = is_affected(opened, seen, silences(city, own, *device, row["day"]))
            time = range(min(opened) - 60 * MINUTE, max(opened) + MINUTE, MINUTE)
            heard = any(minute in seen and oracle.day_of(minute) >= row["since"] for minute in time)
            broken = any(faulty(faults.get(device, []), minute) for minute in time)
            row["why"] = ("fault" if broken else "available") if heard else "not_heard"
            if not heard and row["affected"]:
                row["why"] = "unknown"
        found.append(row)
    return found


def is_affected(opened: set[int], seen: set[int], gone: list[Interval]) -> bool:
    unknown = {minute for minute in opened if minute not in seen and silent(gone, minute)}
    return bool(opened) and (len(unknown) >= 60 or unknown == opened)


def idle(city: Json, records: list[Json], own: list[Interval], t1: date) -> list[Json]:
    """V10: every device that is bound on the last day: why it is removed, or whether it is idle."""
    last, earliest = t1 - timedelta(days=1), t1 - timedelta(days=60)
    marked = minutes_marked(records, None)
    sessions = oracle_sessions.uses(city, records, earliest, t1)
    history = bound_days(city, earliest, t1)
    found = []
    for row in [day for day in history if day["day"] == last]:
        device = row["vendor"], row["device"]
        if row["removed"] is None:
            mine = [day for day in history if (day["vendor"], day["device"]) == device]
            mine = [day for day in mine if day["removed"] in (None, "no_calendar")]
            tells: list[date] = []
            hidden: list[date] = []
            for day in mine:
                opened = oracle_venues.open_minutes(city, day["place"], day["day"])
                seen, gone = marked.get(device, {}).get("seen", set()), silences(city, own, *device, day["day"])
                if opened:
                    (hidden if is_affected(opened, seen, gone) else tells).append(day["day"])
            enough = len(tells) >= 30
            back_to = sorted(tells)[-30] if enough else earliest
            begun = [oracle.day_of(s["start"]) for s in sessions if (s["vendor"], s["device"]) == device]
            if any(day >= back_to for day in begun):
                row["why"] = "used"
            elif enough or (len(mine) == 60 and not hidden):
                row["why"] = "idle"
            else:
                may_be = len(mine) == 60 or len(tells) + len(hidden) >= 30
                row["why"] = "unknown" if may_be else "too_new"
        found.append(row)
    return found
