"""What H12 and H13 must be, slot by slot and day by day over raw records and plain registry rows; no code of ours."""

from datetime import date
from typing import Any

from tests.unit.adoption.oracle import day_of
from tests.unit.adoption.oracle_homes import PASSIVE, days, device_in, has_refused, why_removed
from tests.unit.adoption.oracle_months import Told, key_of

Json = dict[str, Any]


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
