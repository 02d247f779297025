"""What H12 and H13 must be, slot by slot and day by day over raw records and plain registry rows; no code of ours."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption.oracle import day_of
from tests.unit.adoption.oracle_homes import (
    PASSIVE,
    days,
    device_in,
    has_refused,
    minutes_of,
    why_not_occupied,
    why_removed,
)
from tests.unit.adoption.oracle_months import Told, key_of

Json = dict[str, Any]
ONE = timedelta(days=1)


def home_of(city: Json, slot: Json) -> Json:
    (found,) = [home for home in city["dwellings"] if home["dwelling_ref"] == slot["dwelling_ref"]]
    dwelling: Json = found
    return dwelling


def h12(told: Told, start: date, end: date) -> list[Json]:
    """Every slot on every day: why it is removed, or its minutes automated, of persons, and both."""
    found = []
    for slot in told.city["slots"]:
        for day in days(start, end):
            bound = device_in(told.city, key_of(slot), day)
            device = (bound["vendor"], bound["device"]) if bound else ("", "")
            row = {"slot": slot, "key": key_of(slot), "day": day, "vendor": device[0], "device": device[1]}
            removed = why_removed(told.city, slot, day)
            if removed is None and slot["category"] in PASSIVE:
                removed = "not_interactive"
            if removed is None and has_refused(told.city, home_of(told.city, slot), day):
                removed = "no_consent"
            if removed is None and told.affected(slot, day):
                removed = "affected"
            row |= {"removed": removed, "automated": 0, "both": 0, "any": 0}
            if removed is None and bound:
                kinds = told.minutes.get(device, {})
                automated = {m for m in kinds.get("automated", set()) if day_of(m) == day}
                persons = {m for k in ("local", "smart", "ack") for m in kinds.get(k, set()) if day_of(m) == day}
                row |= {"automated": len(automated), "both": len(automated & persons), "any": len(automated | persons)}
            found.append(row)
    return found


def h13(told: Told, start: date, end: date) -> list[Json]:
    """Every slot: on which day of the window it last served, and what its last observable days say; else why not."""
    found = []
    for slot in told.city["slots"]:
        serving = [day for day in days(start, end) if why_removed(told.city, slot, day) is None]
        last = serving[-1] if serving else end - ONE
        bound = device_in(told.city, key_of(slot), last)
        row = {"slot": slot, "key": key_of(slot), "vendor": bound and bound["vendor"]}
        row |= {"device": bound and bound["device"], "served": bool(serving)}
        found.append(row | (looked_at(told, slot, last) if serving else {"why": why_removed(told.city, slot, last)}))
    return found


def looked_at(told: Told, slot: Json, last: date) -> Json:
    """Back from a slot's last day in service, day by day, until enough could be observed."""
    home = home_of(told.city, slot)
    wanted = 365 if slot["category"] == "HVAC_AIR" else 30
    observable: list[date] = []
    skipped: list[date] = []
    day = last
    while len(observable) < wanted and why_removed(told.city, slot, day) is None:
        (skipped if told.affected(slot, day) else observable).append(day)
        day -= ONE
    if len(observable) == wanted:
        skipped = [each for each in skipped if each > observable[-1]]
    used = [each for each in observable if was_used(told, slot, home, each)]
    why = "used" if used else "idle" if len(observable) == wanted else "too_new"
    if why == "too_new" and len(observable) + len(skipped) >= wanted:
        why = "unknown"
    noticed = {
        "no_consent": any(has_refused(told.city, home, each) for each in observable),
        "no_device": not any(device_in(told.city, key_of(slot), each) for each in observable + skipped),
        "used_on_skipped": any(was_used(told, slot, home, each) for each in skipped),
    }
    lives = {None: "occupied", "vacant": "vacant"}.get(why_not_occupied(told.city, home, last), "untold")
    row: Json = {"why": why, "observable": len(observable), "skipped": len(skipped), "first": min(observable + skipped)}
    return row | {"noticed": noticed, "lives": lives}


def was_used(told: Told, slot: Json, home: Json, day: date) -> bool:
    if has_refused(told.city, home, day):
        return False
    if slot["category"] not in PASSIVE:
        return any(told.said(slot, day, kind) for kind in ("local", "smart", "ack"))
    bound = device_in(told.city, key_of(slot), day)
    return bound is not None and any(told.online_in(slot, bound, minute) for minute in minutes_of(day))
