"""What the figures of homes must be, minute by minute over raw records and plain registry rows; no code of ours."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption.oracle import counting, day_of, in_force, marks, moment
from tests.unit.adoption.oracle_strips import standing as not_withdrawn

Json = dict[str, Any]
Interval = tuple[int, int]
MINUTE = 60_000
BATTERY = ["ACCESS_LOCK", "INTRUSION_PRESENCE", "ENVIRONMENT", "CARE_ACCESSIBLE"]
PASSIVE = ["GATEWAY", "LIFE_SAFETY", "ENVIRONMENT", "INTRUSION_PRESENCE", "VIDEO_INTERCOM"]


def days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days)]


def minutes_of(day: date) -> range:
    """The first milliseconds of a day's minutes."""
    midnight = int((day - date(1970, 1, 1)).total_seconds()) * 1000 - 8 * 3_600_000
    return range(midnight, midnight + 86_400_000, MINUTE)


def known_on(record: Json, ts: int) -> date:
    return max(day_of(record["received_ms"]), day_of(ts) + timedelta(days=1))


def as_known(records: list[Json], on: date | None) -> list[Json]:
    """The records known on a day."""
    return [record for record in records if on is None or known_on(record, record["ts"]) <= on]


def minutes_marked(records: list[Json], on: date | None) -> dict[tuple[str, str], dict[str, set[int]]]:
    """Of each device the minutes of each strip, as known on a day; also of a record ``withdrawn_on`` a later one."""
    found: dict[tuple[str, str], dict[str, set[int]]] = {}
    for record in not_withdrawn(records, on):
        device = found.setdefault((record["vendor"], record["device"]), {})
        for name, minute in marks(record):
            standing = record.get("withdrawn_on") is None or (on is not None and on < record["withdrawn_on"])
            if standing and (on is None or known_on(record, minute) <= on):
                device.setdefault(name, set()).add(minute)
    return found


def h1(city: Json, t1: date) -> dict[str, str]:
    """Each pilot, and whether it counts or why not."""
    found = {}
    for pilot in city["pilots"]:
        reasons = set()
        for paper in city["selections"]:
            if paper["pilot"] == pilot["slug"]:
                if paper["issued_on"] >= t1:
                    reasons.add("not_yet_issued")
                elif paper["verified_by"] in (None, paper["recorded_by"]):
                    reasons.add("unverified")
                elif paper["withdrawn_on"] is not None and paper["withdrawn_on"] < t1:
                    reasons.add("withdrawn")
                else:
                    reasons.add("selected")
        order = ["selected", "withdrawn", "unverified", "not_yet_issued"]
        found[pilot["slug"]] = next((why for why in order if why in reasons), "undocumented")
    return found


def silences(city: Json, own: list[Interval], vendor: str, device: str, day: date) -> list[Interval]:
    """The outages that concern a device on a day."""
    intervals = list(own)
    for bound in city["feed_bindings"]:
        of_device = (bound["vendor"], bound["device"]) == (vendor, device)
        if of_device and in_force(bound["valid_from"], bound["valid_to"], day):
            for outage in city["outages"]:
                if (outage["vendor"], outage["feed"], outage["state"]) == (vendor, bound["feed"], "APPROVED"):
                    intervals += [(outage["from_ms"], outage["to_ms"])] if outage["to_ms"] is not None else []
    return intervals


def silent(intervals: list[Interval], minute: int) -> bool:
    """Whether outages cover the whole of a minute."""
    at = minute
    while at < minute + MINUTE:
        ends = [stop for begin, stop in intervals if begin <= at < stop]
        if not ends:
            return False
        at = max(ends)
    return True


def device_in(city: Json, slot: str, day: date) -> Json | None:
    for binding in city["bindings"]:
        if binding.get("slot") == slot and in_force(binding["valid_from"], binding["valid_to"], day):
            found: Json = binding
            return found
    return None


def reach(city: Json, slot: Json, binding: Json) -> int:
    """How many minutes a seen one covers."""
    cap = 86_400 if slot["category"] == "LIFE_SAFETY" else 14_400 if slot["category"] in BATTERY else 900
    for device in city["devices"]:
        if (device["vendor"], device["device"]) == (binding["vendor"], binding["device"]):
            declared = device["reporting_interval_s"]
            seconds = cap if declared is None else min(declared, cap)
            whole = seconds // 60 + (1 if seconds % 60 else 0)
            return 2 * max(whole, 1)
    return 2 * cap // 60


def faulty(faults: list[Json], minute: int) -> bool:
    """Whether a device has a fault active at any time of a minute, from its faults that count."""
    for code in {fault["code"] for fault in faults}:
        since = None
        for fault in sorted((f for f in faults if f["code"] == code), key=lambda f: (f["ts"], f["seq"])):
            if fault["active"] and since is None:
                since = fault["ts"]
            elif not fault["active"] and since is not None:
                if since < fault["ts"] and since < minute + MINUTE and fault["ts"] > minute:
                    return True
                since = None
        if since is not None and since < minute + MINUTE:
            return True
    return False


def standing_faults(records: list[Json], on: date | None) -> dict[tuple[str, str], list[Json]]:
    known = as_known(records, on)
    gone = {
        (void["vendor"], void["device"], void["of"]["ts"], void["of"]["seq"])
        for void in counting([r for r in known if r["kind"] == "void"])
        if void["of"]["kind"] == "fault"
    }
    found: dict[tuple[str, str], list[Json]] = {}
    for fault in counting([r for r in known if r["kind"] == "fault"]):
        if (fault["vendor"], fault["device"], fault["ts"], fault["seq"]) not in gone:
            found.setdefault((fault["vendor"], fault["device"]), []).append(fault)
    return found


def slot_days(
    city: Json, records: list[Json], own: list[Interval], start: date, end: date, on: date | None = None
) -> list[Json]:
    """Every slot on every day: why it is removed, or its minutes online, healthy and UNKNOWN."""
    marked = minutes_marked(records, on)
    faults = standing_faults(records, on)
    found = []
    for slot in city["slots"]:
        key = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
        for day in days(start, end):
            binding = device_in(city, key, day)
            device = (binding["vendor"], binding["device"]) if binding else None
            row = {"slot": slot, "key": key, "day": day, "vendor": device and device[0], "device": device and device[1]}
            row |= {"removed": why_removed(city, slot, day), "online": 0, "healthy": 0, "unknown": 0, "waking": 0}
            if binding and device and row["removed"] in (None, "not_handed_over"):
                since = minutes_of(binding["valid_from"])[0]
                seen = [m for m in marked.get(device, {}).get("seen", ()) if m >= since]
                gone = silences(city, own, *device, day)
                covers = reach(city, slot, binding) * MINUTE
                for minute in minutes_of(day):
                    if any(heard <= minute < heard + covers for heard in seen):
                        row["online"] += 1
                        row["healthy"] += not faulty(faults.get(device, []), minute)
                    elif silent(gone, minute):
                        row["unknown"] += 1
                        row["waking"] += moment(minute).hour >= 6
            found.append(row)
    return found


def why_removed(city: Json, slot: Json, day: date) -> str | None:
    if slot["installed_on"] is None or day < slot["installed_on"]:
        return "not_installed"
    if slot["retired_on"] is not None and slot["retired_on"] <= day:
        return "retired"
    for dwelling in city["dwellings"]:
        if dwelling["dwelling_ref"] == slot["dwelling_ref"]:
            handed_over = dwelling["handed_over_on"]
            if handed_over is None or day < handed_over:
                return "not_handed_over"
    return None


def dwelling_days(
    city: Json, records: list[Json], slots: list[Json], start: date, end: date, on: date | None = None
) -> list[Json]:
    """Every dwelling on every day, from its slots' days."""
    marked = minutes_marked(records, on)
    found = []
    for dwelling in city["dwellings"]:
        for day in days(start, end):
            mine = [s for s in slots if s["day"] == day and s["slot"]["dwelling_ref"] == dwelling["dwelling_ref"]]
            used: dict[str, set[str]] = {"local": set(), "smart": set(), "ack": set()}
            affected = False
            for row in mine:
                if row["device"] is None or row["removed"] in ("not_installed", "retired"):
                    continue
                for name, categories in used.items():
                    minutes = marked.get((row["vendor"], row["device"]), {}).get(name, set())
                    if any(day_of(minute) == day for minute in minutes):
                        categories.add(row["slot"]["category"])
                affected |= row["slot"]["category"] not in PASSIVE and row["waking"] >= 60
            refused = has_refused(city, dwelling, day)
            local = [c for c in used["local"] if c not in PASSIVE]
            smart = bool(used["ack"]) or any(c not in PASSIVE for c in used["smart"])
            active = smart or len([c for c in local if c != "ACCESS_LOCK"]) >= 2
            found.append(
                {"dwelling": dwelling, "day": day, "active": active and not refused, "affected": affected}
                | {"any_use": bool(smart or local) and not refused, "no_consent": refused}
                | {"why": why_not_occupied(city, dwelling, day)}
            )
    return found


def has_refused(city: Json, dwelling: Json, day: date) -> bool:
    return any(
        tenancy["dwelling_ref"] == dwelling["dwelling_ref"]
        and not agreed(tenancy, day)
        and in_force(tenancy["valid_from"], tenancy["valid_to"], day)
        for tenancy in city["tenancies"]
    )


def agreed(tenancy: Json, day: date) -> bool:
    match tenancy["consent"]:
        case "GIVEN":
            return bool(day >= tenancy["consent_from"])
        case "WITHDRAWN":
            return bool((tenancy.get("given_from") or tenancy["valid_from"]) <= day < tenancy["consent_from"])
    return False


def why_not_occupied(city: Json, dwelling: Json, day: date) -> str | None:
    if dwelling["handed_over_on"] is None or day < dwelling["handed_over_on"]:
        return "not_handed_over"
    bases = [b for b in city["legal_bases"] if b["verified_by"] not in (None, b["recorded_by"])]
    if not any(in_force(basis["valid_from"], basis["valid_to"], day) for basis in bases):
        return "no_legal_basis"
    month = f"{day.year}-{day.month:02d}"
    for told in city["occupancies"]:
        if (told["dwelling_ref"], told["month"]) == (dwelling["dwelling_ref"], month):
            return None if told["occupied"] else "vacant"
    return "not_reported"
