"""What the figures of homes over months must be, day by day over raw records and registry rows; no code of ours."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption.oracle import day_of, in_force, moment
from tests.unit.adoption.oracle_homes import (
    MINUTE,
    PASSIVE,
    days,
    device_in,
    has_refused,
    minutes_marked,
    minutes_of,
    reach,
    silences,
    silent,
    why_not_occupied,
)

Json = dict[str, Any]
Interval = tuple[int, int]
ONE = timedelta(days=1)


def key_of(slot: Json) -> str:
    return f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"


class Told:
    """What devices said, as days and minutes, and what could not be heard of them."""

    def __init__(self, city: Json, records: list[Json], own: list[Interval], on: date | None = None) -> None:
        self.city, self.own = city, own
        self.minutes = minutes_marked(records, on)
        self.days = {
            device: {name: {day_of(minute) for minute in minutes} for name, minutes in strips.items()}
            for device, strips in self.minutes.items()
        }

    def said(self, slot: Json, day: date, name: str) -> bool:
        """Whether the device that is in a slot on a day said something of a kind on it."""
        bound = device_in(self.city, key_of(slot), day)
        return bound is not None and day in self.days.get((bound["vendor"], bound["device"]), {}).get(name, set())

    def affected(self, slot: Json, day: date) -> bool:
        """Whether sixty minutes from six on are UNKNOWN of a slot's device."""
        bound = device_in(self.city, key_of(slot), day)
        if bound is None:
            return False
        gone = silences(self.city, self.own, bound["vendor"], bound["device"], day)
        minutes = minutes_of(day)
        gone = [(begins, ends) for begins, ends in gone if begins < minutes[-1] + MINUTE and ends > minutes[0]]
        unknown = [m for m in minutes if moment(m).hour >= 6 and silent(gone, m)] if gone else []
        return len([m for m in unknown if not self.online_in(slot, bound, m)]) >= 60

    def online_in(self, slot: Json, bound: Json, minute: int) -> bool:
        since = minutes_of(bound["valid_from"])[0]
        seen = self.minutes.get((bound["vendor"], bound["device"]), {}).get("seen", set())
        return any(since <= m <= minute < m + reach(self.city, slot, bound) * MINUTE for m in seen)


def judged(told: Told, dwelling: Json, day: date) -> Json:
    """A dwelling on a day: active, in use and by what categories, affected, without consent; why it is not occupied."""
    slots = [slot for slot in told.city["slots"] if slot["dwelling_ref"] == dwelling["dwelling_ref"]]
    there = [slot for slot in slots if in_force(slot["installed_on"], slot["retired_on"], day)]
    refused = has_refused(told.city, dwelling, day)
    smart, local = set(), set()
    for slot in there:
        interactive = slot["category"] not in PASSIVE
        if told.said(slot, day, "ack") or (interactive and told.said(slot, day, "smart")):
            smart.add(slot["category"])
        if interactive and told.said(slot, day, "local"):
            local.add(slot["category"])
    active = bool(smart) or len(local - {"ACCESS_LOCK"}) >= 2
    return {
        "day": day,
        "active": active and not refused,
        "any_use": bool(smart or local) and not refused,
        "used_in": set() if refused else {c for c in smart | local if c not in PASSIVE},
        "affected": any(slot["category"] not in PASSIVE and told.affected(slot, day) for slot in there),
        "no_consent": refused,
        "why": why_not_occupied(told.city, dwelling, day),
        "in_service": bool(there),
    }


def months(start: date, end: date) -> list[tuple[date, date, bool]]:
    """Each month that has a day in the window: its first day, the next month's, and whether all of it is there."""
    found = []
    for first in sorted({day.replace(day=1) for day in days(start, end)}):
        following = first
        while following.month == first.month:
            following += ONE
        found.append((first, following, start <= first and following <= end))
    return found


def dwelling_months(told: Told, start: date, end: date, reasons: list[str]) -> list[Json]:
    """Every dwelling in every month: why it is removed, or its days that count."""
    found = []
    for dwelling in told.city["dwellings"]:
        for first, following, whole in months(start, end):
            row: Json = {
                "dwelling": dwelling,
                "first": first,
                "removed": None if whole else "partial_month",
                "days": [],
            }
            if whole:
                month = [judged(told, dwelling, day) for day in days(first, following)]
                row["days"] = [day for day in month if day["why"] not in reasons]
                for number, why in enumerate(reasons):
                    if row["removed"] is None and len([d for d in month if d["why"] not in reasons[: number + 1]]) < 15:
                        row["removed"] = why
            found.append(row)
    return found


def active_on_four(found: list[Json]) -> bool:
    return len([day for day in found if day["active"]]) >= 4


def clear(found: list[Json]) -> list[Json]:
    return [day for day in found if not day["affected"]]
