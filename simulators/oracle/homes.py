"""Figures of homes (policy 7.3 and 7.4): H1, H4, H6, H7 and H7a, by loops over slots, dwellings and days."""

from simulators.oracle import Json
from simulators.oracle.lines import day_of
from simulators.oracle.minutes import DAY_MINUTES, Minutes
from simulators.oracle.registered import (
    Integers,
    bindings_by,
    days_between,
    days_of,
    in_all,
    in_force,
    on_day,
    slot_id,
)

PASSIVE = ("GATEWAY", "LIFE_SAFETY", "ENVIRONMENT", "INTRUSION_PRESENCE", "VIDEO_INTERCOM")
COUNTED = ("numerator", "denominator", "observed_numerator", "unaffected", "all")


def h1(city: Json) -> Json:
    """Pilots with a selection document (taken as verified) by the end of the window; nothing hides a document."""
    sites: dict[str, Integers] = {p["slug"]: {"numerator": 0, "unaffected": 1, "all": 1} for p in city["pilots"]}
    for selection in city["selections"]:
        if selection["issued_on"] < city["to"]:
            sites[selection["pilot"]]["numerator"] = 1
    return in_all(city, "pilots", sites)


def h4(city: Json, lines: list[Json], minutes: Minutes) -> Json:
    """Slots whose device at the end has spoken since its binding, over the slots installed at the end.

    Affected is one that never spoke where outages affect every day since its binding.
    """
    spoken: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        spoken.setdefault((line["vendor"], line["device"]), []).append(line["record"]["ts"])
    bindings = bindings_by(city, "slot")
    sites: dict[str, Integers] = {pilot["slug"]: dict.fromkeys(COUNTED, 0) for pilot in city["pilots"]}
    last_day = days_of(city)[-1]
    for slot in city["slots"]:
        if not in_force(slot.get("installed_on"), slot.get("retired_on"), last_day):
            continue
        heard = affected = False
        for binding in on_day(bindings.get(slot_id(slot), []), last_day):
            device = binding["vendor"], binding["device"]
            heard = any(binding["valid_from"] <= day_of(ts) < city["to"] for ts in spoken.get(device, []))
            since = days_between(binding["valid_from"], city["to"])
            affected = not heard and all(minutes.affect(minutes.in_outage(device, day)) for day in since)
        _add(sites[slot["pilot"]], int(heard), 1, affected=affected)
    return in_all(city, "pilots", sites)


def h6(city: Json, minutes: Minutes) -> Json:
    """Online minutes over exposure minutes: of slots installed, in dwellings handed over, from civil day to civil day.

    Unaffected are the minutes that no approved outage hides.
    """
    sites: dict[str, Integers] = {pilot["slug"]: dict.fromkeys(COUNTED, 0) for pilot in city["pilots"]}
    for slot, _, online, unknown in _slot_days(city, minutes):
        site = sites[slot["pilot"]]
        site["numerator"] += online.bit_count()
        site["observed_numerator"] += online.bit_count()
        site["denominator"] += DAY_MINUTES
        site["all"] += DAY_MINUTES
        site["unaffected"] += DAY_MINUTES - unknown.bit_count()
    return in_all(city, "pilots", sites)


def h7(city: Json, lines: list[Json], minutes: Minutes, *, occupied_only: bool) -> Json:
    """Active dwelling-days over occupied ones, where there is a legal basis (H7), or over handed-over ones (H7a)."""
    active = _active_days(city, lines)
    affected = {
        (place_of(slot), day)
        for slot, day, _, unknown in _slot_days(city, minutes)
        if slot["category"] not in PASSIVE and minutes.affect(unknown)
    }
    occupied = {(place_of(row), row["month"]) for row in city["occupancies"] if row["occupied"]}
    sites: dict[str, Integers] = {pilot["slug"]: dict.fromkeys(COUNTED, 0) for pilot in city["pilots"]}
    for dwelling in city["dwellings"]:
        for day in days_of(city):
            counted = in_force(dwelling.get("handed_over_on"), None, day)
            if occupied_only:
                lawful = _lawful(city, dwelling["pilot"], day)
                counted = counted and lawful and (place_of(dwelling), day[:7]) in occupied
            if counted:
                unit = place_of(dwelling), day
                _add(sites[dwelling["pilot"]], int(unit in active), 1, affected=unit in affected)
    return in_all(city, "pilots", sites)


def place_of(row: Json) -> str:
    """``pilot/dwelling_ref``."""
    return f"{row['pilot']}/{row['dwelling_ref']}"


def _slot_days(city: Json, minutes: Minutes) -> list[tuple[Json, str, int, int]]:
    """Slot, day, online minutes and unknown minutes of each slot-day in exposure."""
    handed_over = {place_of(dwelling): dwelling.get("handed_over_on") for dwelling in city["dwellings"]}
    bindings = bindings_by(city, "slot")
    found = []
    for slot in city["slots"]:
        bound = bindings.get(slot_id(slot), [])
        for day in days_of(city):
            installed = in_force(slot.get("installed_on"), slot.get("retired_on"), day)
            if installed and in_force(handed_over[place_of(slot)], None, day):
                online = outage = 0
                for binding in on_day(bound, day):
                    device = binding["vendor"], binding["device"]
                    online |= minutes.online(device, day, binding["valid_from"])
                    outage |= minutes.in_outage(device, day)
                found.append((slot, day, online, outage & ~online))
    return found


def _active_days(city: Json, lines: list[Json]) -> set[tuple[str, str]]:
    """Dwelling and day with a smart (or ack) minute, or local ones in two interactive categories but the lock."""
    slots = {slot_id(slot): slot for slot in city["slots"]}
    bound: dict[tuple[str, str], list[Json]] = {}
    for rows in bindings_by(city, "slot").values():
        for row in rows:
            bound.setdefault((row["vendor"], row["device"]), []).append(row)
    smart: set[tuple[str, str]] = set()
    local: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        record = line["record"]
        if record["kind"] != "usage":
            continue
        day = day_of(record["ts"])
        for binding in on_day(bound.get((line["vendor"], line["device"]), []), day):
            slot = slots[binding["slot"]]
            if not in_force(slot.get("installed_on"), slot.get("retired_on"), day):
                continue
            unit, interactive = (place_of(slot), day), slot["category"] not in PASSIVE
            if record["action"] == "ack" or (interactive and record["trigger"] in {"app", "voice", "scene"}):
                smart.add(unit)
            elif interactive and record["trigger"] == "local" and slot["category"] != "ACCESS_LOCK":
                local.setdefault(unit, set()).add(slot["category"])
    return smart | {unit for unit, categories in local.items() if len(categories) >= 2}


def _lawful(city: Json, pilot: str, day: str) -> bool:
    return any(
        basis["pilot"] == pilot and in_force(basis["valid_from"], basis.get("valid_to"), day)
        for basis in city["legal_bases"]
    )


def _add(site: Integers, numerator: int, denominator: int, *, affected: bool) -> None:
    site["numerator"] += numerator
    site["denominator"] += denominator
    site["observed_numerator"] += 0 if affected else numerator
    site["unaffected"] += 0 if affected else denominator
    site["all"] += denominator
