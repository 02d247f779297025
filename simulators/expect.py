"""What a reader of the policy would count in what was sent: plain loops over plain data, slow and obvious on purpose.

It stands for nobody's code: it takes the city and the sent lines as JSON, and reads section 7 of the policy page.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Any

Json = dict[str, Any]

SHENZHEN = timezone(timedelta(hours=8))
HEADSETS = ("HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES")
SENSORS = ("PROXIMITY_SENSOR", "RUNTIME_EVENT", "MOTION_INFERRED")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GAP_MS = 60_000
VALID_MS = 60_000
LONGEST_MS = 3_600_000


def expect(city: Json, sent: list[Json]) -> Json:
    """Points per measurement, H4 and V2 over the city's days, all late registrations made."""
    sent = once_each(sent)
    return {
        "window": {"from": city["from"], "to": city["to"]},
        "points": points(sent),
        "points_by_vendor_day": points_by_vendor_day(sent),
        "H4": h4(city, sent),
        "V2": v2(city, sent),
    }


def without_late(city: Json, sent: list[Json]) -> tuple[Json, list[Json]]:
    """The city and the lines as they count before the late devices are registered."""
    late = {(device["vendor"], device["device"]) for device in city["late_devices"]}
    known = [line for line in sent if (line["vendor"], line["device"]) not in late]
    return {**city, "late_devices": [], "late_bindings": []}, known


def once_each(sent: list[Json]) -> list[Json]:
    """The lines whose identity (vendor, device, kind, ts, seq) was not there before."""
    seen = set()
    distinct = []
    for line in sent:
        record = line["record"]
        identity = (line["vendor"], line["device"], record["kind"], record["ts"], record.get("seq", 0))
        if identity not in seen:
            seen.add(identity)
            distinct.append(line)
    return distinct


def points(sent: list[Json]) -> dict[str, int]:
    """Distinct records by kind, tests included."""
    count: dict[str, int] = {}
    for line in sent:
        kind = line["record"]["kind"]
        count[kind] = count.get(kind, 0) + 1
    return dict(sorted(count.items()))


def points_by_vendor_day(sent: list[Json]) -> dict[str, dict[str, int]]:
    """Distinct records by vendor and civil day of ``ts``, tests included."""
    count: dict[str, dict[str, int]] = {}
    for line in sent:
        days = count.setdefault(line["vendor"], {})
        day = day_of(line["record"]["ts"])
        days[day] = days.get(day, 0) + 1
    return {vendor: dict(sorted(days.items())) for vendor, days in sorted(count.items())}


def h4(city: Json, sent: list[Json]) -> Json:
    """Slots whose device at the end has spoken since its binding, over the slots installed at the end."""
    spoken: dict[tuple[str, str], list[int]] = {}
    for line in sent:
        if not line["record"].get("test", False) and line["record"]["kind"] != "void":
            spoken.setdefault((line["vendor"], line["device"]), []).append(line["record"]["ts"])
    bindings = city["bindings"] + city["late_bindings"]
    sites = {pilot["slug"]: {"numerator": 0, "denominator": 0} for pilot in city["pilots"]}
    last_day = (date.fromisoformat(city["to"]) - timedelta(days=1)).isoformat()
    for slot in city["slots"]:
        if not in_force(slot.get("installed_on"), slot.get("retired_on"), last_day):
            continue
        sites[slot["pilot"]]["denominator"] += 1
        slot_id = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
        for binding in bindings:
            here = binding.get("slot") == slot_id
            if here and in_force(binding["valid_from"], binding.get("valid_to"), last_day):
                times = spoken.get((binding["vendor"], binding["device"]), [])
                if any(binding["valid_from"] <= day_of(ts) < city["to"] for ts in times):
                    sites[slot["pilot"]]["numerator"] += 1
    total = {name: sum(site[name] for site in sites.values()) for name in ("numerator", "denominator")}
    return {"total": total, "sites": sites}


def v2(city: Json, sent: list[Json]) -> Json:
    """Uses 体验人次: the headcount of valid sessions that began in opening hours."""
    result: Json = {"total": 0, "sites": {}, "installations": {}, "days": {}}
    for venue in city["venues"]:
        result["sites"][venue["slug"]] = 0
    notes = {"counted": 0, "overlong": 0, "too_short": 0, "out_of_hours": 0}
    for installation in city["installations"]:
        result["installations"][installation_id(installation)] = 0
    for run in runs(city, sent):
        length_ms = min(run["end"] - run["start"], LONGEST_MS)
        day = day_of(run["start"])
        if length_ms < VALID_MS:
            notes["too_short"] += 1
        elif not is_open(zone_of(city, run["installation"]), run["start"]):
            notes["out_of_hours"] += 1
        elif city["from"] <= day < city["to"]:
            notes["counted"] += 1
            notes["overlong"] += run["end"] - run["start"] > LONGEST_MS
            result["total"] += run["headcount"]
            result["sites"][run["installation"]["venue"]] += run["headcount"]
            result["installations"][installation_id(run["installation"])] += run["headcount"]
            result["days"][day] = result["days"].get(day, 0) + run["headcount"]
    result["days"] = dict(sorted(result["days"].items()))
    result["sessions"] = notes
    return result


def runs(city: Json, sent: list[Json]) -> list[Json]:
    """Each device's sessions that are not tests, with those merged that were one visitor's."""
    devices: dict[tuple[str, str], list[Json]] = {}
    for line in sent:
        if line["record"]["kind"] == "session" and not line["record"].get("test", False):
            devices.setdefault((line["vendor"], line["device"]), []).append(line["record"])
    merged: list[Json] = []
    for (vendor, device), sessions in devices.items():
        sessions.sort(key=lambda s: (s["ts"], s["ts"] + s["duration_s"] * 1000, s.get("seq", 0)))
        run: Json | None = None
        for session in sessions:
            installation = installation_of(city, vendor, device, session["ts"])
            if installation is None:
                continue
            end = session["ts"] + session["duration_s"] * 1000
            heads = headcount(session, installation)
            if run is not None and continues(run, session, installation):
                run["end"] = max(run["end"], end)
                run["headcount"] = max(run["headcount"], heads)
                run["last"] = session
            else:
                run = {"start": session["ts"], "end": end, "headcount": heads, "last": session}
                run["installation"] = installation
                merged.append(run)
    return merged


def continues(run: Json, session: Json, installation: Json) -> bool:
    """Whether the session is the run's visitor again: within 60 s, same content, not completed, seen by a sensor."""
    return (
        session["ts"] <= run["end"] + GAP_MS
        and session.get("content") == run["last"].get("content")
        and run["last"].get("completed") is not True
        and installation["presence_method"] in SENSORS
        and installation is run["installation"]
    )


def headcount(session: Json, installation: Json) -> int:
    """One at a headset; elsewhere as told, one if untold, never more than there are seats."""
    if installation["vr_device_kind"] in HEADSETS:
        return 1
    return min(int(session.get("headcount", 1)), int(installation["seats"]))


def is_open(zone: Json, ts_ms: int) -> bool:
    """Whether the second lies in the calendar that was in force on its day."""
    moment = datetime.fromtimestamp(ts_ms // 1000, SHENZHEN)
    day = moment.date().isoformat()
    calendar = None
    for candidate in zone["calendars"]:
        if candidate["valid_from"] <= day and (calendar is None or candidate["valid_from"] > calendar["valid_from"]):
            calendar = candidate
    if calendar is None or day in calendar.get("closed", []):
        return False
    hours = calendar["weekly"].get(WEEKDAYS[moment.weekday()], [])
    hours = calendar.get("extra", {}).get(day, hours)
    # Text compares like time here, and "24:00" is after every time of the day.
    return any(opens <= moment.strftime("%H:%M") < closes for opens, closes in hours)


def installation_of(city: Json, vendor: str, device: str, ts_ms: int) -> Json | None:
    """The installation in service to which the device was bound on the civil day of ``ts_ms``."""
    by_id: dict[str | None, Json] = {installation_id(found): found for found in city["installations"]}
    for binding in city["bindings"] + city["late_bindings"]:
        of_device = (binding["vendor"], binding["device"]) == (vendor, device)
        if of_device and in_force(binding["valid_from"], binding.get("valid_to"), day_of(ts_ms)):
            found = by_id.get(binding.get("installation"))
            serves = found and in_force(found.get("installed_on"), found.get("retired_on"), day_of(ts_ms))
            return found if serves else None
    return None


def zone_of(city: Json, installation: Json) -> Json:
    """The zone in which the installation stands."""
    by_id: dict[tuple[str, str], Json] = {(zone["venue"], zone["code"]): zone for zone in city["zones"]}
    return by_id[installation["venue"], installation["zone"]]


def installation_id(installation: Json) -> str:
    """``venue/zone/code``."""
    return f"{installation['venue']}/{installation['zone']}/{installation['code']}"


def in_force(since: str | None, until: str | None, day: str) -> bool:
    """Whether the half-open span of dates holds the day; without a beginning it holds none."""
    return since is not None and since <= day and (until is None or day < until)


def day_of(ts_ms: int) -> str:
    """The civil day in Shenzhen, as ``2026-11-22``."""
    return datetime.fromtimestamp(ts_ms // 1000, SHENZHEN).date().isoformat()
