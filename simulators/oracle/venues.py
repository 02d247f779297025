"""Figures of VR venues (policy 7.5): V2 and V5, by loops over merged sessions and the seconds of calendars."""

from simulators.oracle import Json
from simulators.oracle.calendars import is_open, spans_ms, zone_of
from simulators.oracle.lines import day_of
from simulators.oracle.registered import Integers, by_device, days_of, in_all, in_force, installation_id, on_day

HEADSETS = ("HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES")
SENSORS = ("PROXIMITY_SENSOR", "RUNTIME_EVENT", "MOTION_INFERRED")
GAP_MS = 60_000
VALID_MS = 60_000
LONGEST_MS = 3_600_000


def v2(city: Json, lines: list[Json]) -> Json:
    """Uses 体验人次: the headcount of valid sessions that began in opening hours."""
    result: Json = {"total": 0, "sites": {}, "installations": {}, "days": {}}
    for venue in city["venues"]:
        result["sites"][venue["slug"]] = 0
    notes = {"counted": 0, "overlong": 0, "too_short": 0, "out_of_hours": 0}
    for installation in city["installations"]:
        result["installations"][installation_id(installation)] = 0
    for run in runs(city, lines):
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
    result["districts"] = {}
    for venue in city["venues"]:
        of_site = result["sites"][venue["slug"]]
        result["districts"][venue["district"]] = result["districts"].get(venue["district"], 0) + of_site
    result["days"] = dict(sorted(result["days"].items()))
    result["sessions"] = notes
    return result


def v5(city: Json, lines: list[Json]) -> Json:
    """Seconds of valid sessions in opening hours, over the opening seconds of the installations in service."""
    sites: dict[str, Integers] = {venue["slug"]: {"numerator": 0, "denominator": 0} for venue in city["venues"]}
    used: dict[str, list[tuple[int, int]]] = {}
    for run in runs(city, lines):
        length_ms = min(run["end"] - run["start"], LONGEST_MS)
        if length_ms >= VALID_MS:
            span = run["start"], run["start"] + length_ms
            used.setdefault(installation_id(run["installation"]), []).append(span)
    for installation in city["installations"]:
        open_ms = used_ms = 0
        for day in days_of(city):
            if in_force(installation.get("installed_on"), installation.get("retired_on"), day):
                for opens, closes in spans_ms(zone_of(city, installation), day):
                    open_ms += closes - opens
                    for start, end in used.get(installation_id(installation), []):
                        used_ms += max(0, min(end, closes) - max(start, opens))
        sites[installation["venue"]]["numerator"] += used_ms // 1000
        sites[installation["venue"]]["denominator"] += open_ms // 1000
    return in_all(city, "venues", sites)


def runs(city: Json, lines: list[Json]) -> list[Json]:
    """Each device's sessions, with those merged that were one visitor's."""
    devices: dict[tuple[str, str], list[Json]] = {}
    for line in lines:
        if line["record"]["kind"] == "session":
            devices.setdefault((line["vendor"], line["device"]), []).append(line["record"])
    bound = by_device(city["bindings"] + city["late_bindings"])
    places = {installation_id(found): found for found in city["installations"]}
    merged: list[Json] = []
    for device, sessions in devices.items():
        sessions.sort(key=lambda s: (s["ts"], s["ts"] + s["duration_s"] * 1000, s.get("seq", 0)))
        run: Json | None = None
        for session in sessions:
            installation = _installation(bound.get(device, []), places, day_of(session["ts"]))
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


def _installation(bindings: list[Json], places: dict[str, Json], day: str) -> Json | None:
    """The installation in service to which a device was bound on the civil day."""
    for binding in on_day(bindings, day):
        found = places.get(binding.get("installation", ""))
        if found and in_force(found.get("installed_on"), found.get("retired_on"), day):
            return found
    return None
