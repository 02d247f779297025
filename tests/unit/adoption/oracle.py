"""What figures and facts must be, by brute force over raw records and plain registry rows; shares no code with us.

A record is a dict: ``kind vendor site device ts seq received_ms`` and what its kind has (``trigger action``;
``duration_s content headcount completed sha``; ``of``). Dates are ``datetime.date``, minutes (day, minute of day).
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HEADSETS = ["HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES"]
SENSORS = ["PROXIMITY_SENSOR", "RUNTIME_EVENT", "MOTION_INFERRED"]
NAMES = ["seen", "local", "smart", "automated", "ack"]


def moment(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms // 1000, SHANGHAI)


def day_of(ts_ms: int) -> date:
    return moment(ts_ms).date()


def strip_rows(records: list[Json]) -> dict[tuple[str, str, date, date], dict[str, set[int]]]:
    """The minutes of each (vendor, device, day, known)."""
    rows: dict[tuple[str, str, date, date], dict[str, set[int]]] = {}
    for record in records:
        for name, minute_start in marks(record):
            at = moment(minute_start)
            known = max(day_of(record["received_ms"]), at.date() + timedelta(days=1))
            row = rows.setdefault((record["vendor"], record["device"], at.date(), known), {n: set() for n in NAMES})
            row[name].add(at.hour * 60 + at.minute)
    return rows


def marks(record: Json) -> list[tuple[str, int]]:
    """The strips a record marks, each with the first millisecond of the minute."""
    ts = record["ts"]
    if record["kind"] == "void":
        return []
    if record["kind"] == "session":
        last = ts + record["duration_s"] * 1000 - 1
        return [("seen", minute * 60_000) for minute in range(ts // 60_000, last // 60_000 + 1)]
    minute = ts // 60_000 * 60_000
    if record["kind"] != "usage":
        return [("seen", minute)]
    if record["action"] == "ack":
        return [("seen", minute), ("ack", minute)]
    name = {"local": "local", "schedule": "automated", "linkage": "automated"}.get(record["trigger"], "smart")
    return [("seen", minute), (name, minute)]


def in_force(since: date | None, until: date | None, day: date) -> bool:
    return since is not None and since <= day and (until is None or day < until)


def h4(city: Json, records: list[Json], t1: date) -> list[Json]:
    """Every slot, with whether it is removed, and whether it counts."""
    last_day = t1 - timedelta(days=1)
    slots = []
    for slot in city["slots"]:
        key = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
        row = {"slot": slot, "key": key, "vendor": None, "device": None, "why": "no_device"}
        for binding in city["bindings"]:
            if binding.get("slot") == key and in_force(binding["valid_from"], binding.get("valid_to"), last_day):
                heard = [
                    record
                    for record in records
                    if (record["vendor"], record["device"]) == (binding["vendor"], binding["device"])
                    for _, minute in marks(record)
                    if binding["valid_from"] <= day_of(minute) < t1
                ]
                row |= {"vendor": binding["vendor"], "device": binding["device"]}
                row["why"] = "heard" if heard else "never_heard"
        if slot["installed_on"] is None or slot["installed_on"] >= t1:
            row["why"] = "not_installed"
        elif slot["retired_on"] is not None and slot["retired_on"] < t1:
            row["why"] = "retired"
        slots.append(row)
    return slots


def v2(city: Json, records: list[Json], start: date, end: date) -> list[Json]:
    """Every session that begins in the window, merged or voided, and why it counts or does not."""
    voided = set()
    for record in counting([r for r in records if r["kind"] == "void"]):
        if record["of"]["kind"] == "session":
            voided.add((record["vendor"], record["device"], record["of"]["ts"], record["of"]["seq"]))
    sessions = []
    alive = []
    for record in counting([r for r in records if r["kind"] == "session"]):
        if (record["vendor"], record["device"], record["ts"], record["seq"]) in voided:
            sessions.append(described(city, [record]) | {"why": "voided"})
        else:
            alive.append(record)
    runs = merged(city, alive)
    for run in runs:
        before = [r for other in runs if other is not run and other[0]["device"] == run[0]["device"] for r in other]
        before = [r for r in before if r["vendor"] == run[0]["vendor"] and sorts_before(r, run[0])]
        overlapping = any(end_of(record) > run[0]["ts"] for record in before)
        sessions.append(described(city, run) | {"overlapping": overlapping})
    return [session for session in sessions if start <= day_of(session["start"]) < end]


def counting(records: list[Json]) -> list[Json]:
    """Of each identity the content with the greatest hash."""
    best: dict[Any, Json] = {}
    for record in records:
        key = record["vendor"], record["device"], record["ts"], record["seq"]
        if key not in best or record["sha"] > best[key]["sha"]:
            best[key] = record
    return list(best.values())


def sorts_before(one: Json, other: Json) -> bool:
    return (one["ts"], end_of(one), one["seq"]) < (other["ts"], end_of(other), other["seq"])


def end_of(record: Json) -> int:
    return int(record["ts"]) + int(record["duration_s"]) * 1000


def merged(city: Json, records: list[Json]) -> list[list[Json]]:
    runs: list[list[Json]] = []
    for record in sorted(records, key=lambda r: (r["vendor"], r["device"], r["ts"], end_of(r), r["seq"])):
        if runs and continues(city, runs[-1], record):
            runs[-1].append(record)
        else:
            runs.append([record])
    return runs


def continues(city: Json, run: list[Json], record: Json) -> bool:
    first, last = run[0], run[-1]
    if (first["vendor"], first["device"]) != (record["vendor"], record["device"]):
        return False
    _, place = bound(city, first)
    _, here = bound(city, record)
    return (
        place is not None
        and place is here
        and place["presence_method"] in SENSORS
        and record["ts"] <= max(end_of(r) for r in run) + 60_000
        and record["content"] == last["content"]
        and last["completed"] is not True
    )


def bound(city: Json, record: Json) -> tuple[Json | None, Json | None]:
    for binding in city["bindings"]:
        of_device = (binding["vendor"], binding["device"]) == (record["vendor"], record["device"])
        if of_device and in_force(binding["valid_from"], binding.get("valid_to"), day_of(record["ts"])):
            for installation in city["installations"]:
                key = f"{installation['venue']}/{installation['zone']}/{installation['code']}"
                if key == binding.get("installation"):
                    return binding, installation
    return None, None


def described(city: Json, run: list[Json]) -> Json:
    start, end = run[0]["ts"], max(end_of(record) for record in run)
    _, installation = bound(city, run[0])
    length = min(end - start, 3_600_000)
    session = {
        "vendor": run[0]["vendor"],
        "device": run[0]["device"],
        "start": start,
        "installation": installation,
        "site": run[0]["site"] if installation is None else installation["venue"],
        "headcount": heads(run, installation),
        "overlong_s": (end - start - length) // 1000,
        "overlong": end - start > length,
        "length_s": length // 1000,
        "why": "valid",
    }
    if installation is None:
        session["why"] = "not_bound"
    elif installation["installed_on"] is None or day_of(start) < installation["installed_on"]:
        session["why"] = "not_installed"
    elif installation["retired_on"] is not None and installation["retired_on"] <= day_of(start):
        session["why"] = "retired"
    elif length < 60_000:
        session["why"] = "too_short"
    elif calendar_of(city, installation, day_of(start)) is None:
        session["why"] = "no_calendar"
    elif not is_open(calendar_of(city, installation, day_of(start)), day_of(start), minute_of(start)):
        session["why"] = "outside_hours"
    elif installation["presence_method"] == "MANUAL":
        session["why"] = "manual"
    return session


def minute_of(ts_ms: int) -> int:
    return moment(ts_ms).hour * 60 + moment(ts_ms).minute


def heads(run: list[Json], installation: Json | None) -> int:
    if installation is None or installation["vr_device_kind"] in HEADSETS:
        return 1
    return max(min(int(record["headcount"] or 1), int(installation["seats"])) for record in run)


def calendar_of(city: Json, installation: Json, day: date) -> Json | None:
    found = None
    for zone in city["zones"]:
        if (zone["venue"], zone["code"]) == (installation["venue"], installation["zone"]):
            for calendar in zone["calendars"]:
                if calendar["valid_from"] <= day and (not found or calendar["valid_from"] > found["valid_from"]):
                    found = calendar
    if found and closed_by(city, installation, day):
        closed: Json = found | {"closed": [*found["closed"], day]}
        return closed
    return found


def closed_by(city: Json, installation: Json, day: date) -> bool:
    """Whether a closure covers the day and the district of an installation."""
    (district,) = [venue["district"] for venue in city["venues"] if venue["slug"] == installation["venue"]]
    for closure in city.get("closures", []):
        covers = closure["districts"] == [] or district in closure["districts"]
        if covers and not closure["cancelled"] and in_force(closure["valid_from"], closure["valid_to"], day):
            return True
    return False


def is_open(calendar: Json | None, day: date, minute: int) -> bool:
    if calendar is None or day in calendar["closed"]:
        return False
    hours = calendar["extra"].get(day, calendar["weekly"].get(WEEKDAYS[day.weekday()], []))
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    return any(opens <= clock < closes for opens, closes in hours)


def open_minutes(city: Json, start: date, end: date) -> dict[tuple[str, str, str], int]:
    """Device-open-minutes by (vendor, device, installation), manual counts left out."""
    found: dict[tuple[str, str, str], int] = {}
    for binding in city["bindings"]:
        for installation in city["installations"]:
            key = f"{installation['venue']}/{installation['zone']}/{installation['code']}"
            if binding.get("installation") != key or installation["presence_method"] == "MANUAL":
                continue
            day = start
            while day < end:
                serves = in_force(installation["installed_on"], installation["retired_on"], day)
                if serves and in_force(binding["valid_from"], binding.get("valid_to"), day):
                    calendar = calendar_of(city, installation, day)
                    minutes = sum(is_open(calendar, day, minute) for minute in range(1440))
                    triple = binding["vendor"], binding["device"], key
                    found[triple] = found.get(triple, 0) + minutes
                day += timedelta(days=1)
    return found
