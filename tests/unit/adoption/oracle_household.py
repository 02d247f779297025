"""What H5 must be, category by category over raw records and plain registry rows; no code of ours."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption.oracle import in_force
from tests.unit.adoption.oracle_homes import days, device_in, has_refused
from tests.unit.adoption.oracle_months import Told, key_of

Json = dict[str, Any]


def h5(told: Told, t1: date) -> list[Json]:
    """Every dwelling: whether it is handed over, activated, could not be observed, was heard at all, never agreed."""
    found = []
    recent = days(t1 - timedelta(days=30), t1)
    for dwelling in told.city["dwellings"]:
        taken_over = [day for day in recent if in_force(dwelling["handed_over_on"], None, day)]
        agreeing = [day for day in taken_over if not has_refused(told.city, dwelling, day)]
        required: set[str] = set()
        heard: set[str] = set()
        there: dict[str, list[bool]] = {}  # of each category, of each day with a device: was it affected
        for slot in told.city["slots"]:
            retired = slot["retired_on"] is not None and slot["retired_on"] < t1
            if slot["dwelling_ref"] != dwelling["dwelling_ref"] or retired or not slot.get("required", True):
                continue
            required.add(slot["category"])
            for day in agreeing:
                if in_force(slot["installed_on"], slot["retired_on"], day) and device_in(told.city, key_of(slot), day):
                    there.setdefault(slot["category"], []).append(told.affected(slot, day))
                    if told.said(slot, day, "seen"):
                        heard.add(slot["category"])
        needed = {0: 1, 1: 1, 2: 2}.get(len(required), 3)
        hidden = {category for category, days_there in there.items() if all(days_there)} - heard
        activated = len(heard) >= needed
        found.append(
            {"dwelling": dwelling, "handed_over": bool(taken_over), "activated": activated, "any": bool(heard)}
            | {"unknown": not activated and len(heard) + len(hidden) >= needed, "no_consent": not agreeing}
        )
    return found
