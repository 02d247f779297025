"""Figures of VR venues (policy 7.5): V2 and V5, by loops over merged sessions and the seconds of calendars."""

from simulators.oracle import Json
from simulators.oracle.calendars import Span, is_open, zone_of
from simulators.oracle.lines import day_of
from simulators.oracle.minutes import Minutes
from simulators.oracle.opening import BY_HAND, coverage, device_days
from simulators.oracle.parameters import Parameters
from simulators.oracle.registered import Device, Integers, by_device, in_all, in_force, installation_id, on_day

HEADSETS = ("HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES")
SENSORS = ("PROXIMITY_SENSOR", "RUNTIME_EVENT", "MOTION_INFERRED")


def v2(city: Json, lines: list[Json], minutes: Minutes, parameters: Parameters) -> Json:
    """Uses 体验人次: the headcount of valid sessions that began in opening hours; coverage is in device-minutes."""
    result: Json = {"total": 0, "sites": {}, "installations": {}, "days": {}}
    for venue in city["venues"]:
        result["sites"][venue["slug"]] = 0
    notes = {"counted": 0, "overlong": 0, "too_short": 0, "out_of_hours": 0}
    for installation in city["installations"]:
        result["installations"][installation_id(installation)] = 0
    for run in runs(city, lines, parameters):
        length_ms = run["end"] - run["start"]
        day = day_of(run["start"])
        if run["installation"]["presence_method"] == BY_HAND:
            continue
        if length_ms < parameters.shortest_s * 1000:
            notes["too_short"] += 1
        elif not is_open(zone_of(city, run["installation"]), run["start"]):
            notes["out_of_hours"] += 1
        elif city["from"] <= day < city["to"]:
            notes["counted"] += 1
            notes["overlong"] += length_ms > parameters.longest_s * 1000
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
    return result | {"coverage": in_all(city, "venues", coverage(city, minutes))}


def v5(city: Json, lines: list[Json], minutes: Minutes, parameters: Parameters) -> Json:
    """Seconds of valid sessions in opening hours, over the opening seconds of the devices in service.

    A second that several sessions of one device cover counts once; of a device-day a begun second is dropped.
    """
    names = ("numerator", "denominator", "observed_numerator", "unaffected", "all")
    sites: dict[str, Integers] = {venue["slug"]: dict.fromkeys(names, 0) for venue in city["venues"]}
    used: dict[Device, list[Span]] = {}
    for run in runs(city, lines, parameters):
        length_ms = min(run["end"] - run["start"], parameters.longest_s * 1000)
        if length_ms >= parameters.shortest_s * 1000:
            used.setdefault(run["device"], []).append((run["start"], run["start"] + length_ms))
    for one in device_days(city):
        site = sites[one.installation["venue"]]
        used_s = sum(_common_ms(used.get(one.device, []), span) for span in one.spans) // 1000
        site["numerator"] += used_s
        site["observed_numerator"] += used_s
        site["denominator"] += one.open_minutes * 60
        site["all"] += one.open_minutes * 60
        site["unaffected"] += (one.open_minutes - one.unknown_minutes(minutes)) * 60
    return in_all(city, "venues", sites)


def _common_ms(used: list[Span], within: Span) -> int:
    """How much of a span is used, each moment once."""
    common, reached = 0, within[0]
    for start, end in sorted(used):
        start, end = max(start, reached), min(end, within[1])
        common += max(0, end - start)
        reached = max(reached, end)
    return common


def runs(city: Json, lines: list[Json], parameters: Parameters) -> list[Json]:
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
            if run is not None and continues(run, session, installation, parameters.merge_gap_s * 1000):
                run["end"] = max(run["end"], end)
                run["headcount"] = max(run["headcount"], heads)
                run["last"] = session
            else:
                run = {"start": session["ts"], "end": end, "headcount": heads, "last": session}
                run |= {"installation": installation, "device": device}
                merged.append(run)
    return merged


def continues(run: Json, session: Json, installation: Json, gap_ms: int) -> bool:
    """Whether the session is the run's visitor again: within the gap, same content, not completed, seen by a sensor."""
    return (
        session["ts"] <= run["end"] + gap_ms
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
