"""What V3, V4 and V9 must be, over raw records and plain registry rows; shares no code with us."""

from datetime import date
from typing import Any

from tests.unit.adoption import oracle, oracle_venues
from tests.unit.adoption.oracle_homes import Interval, minutes_marked

Json = dict[str, Any]


def uses(city: Json, records: list[Json], start: date, end: date) -> list[Json]:
    """The sessions that count, each with its length in whole seconds."""
    return [session for session in oracle.v2(city, records, start, end) if session["why"] == "valid"]


def open_days(city: Json, records: list[Json], own: list[Interval], start: date, end: date) -> list[Json]:
    """Every device-day: why it is removed, or its sessions, whether it is affected, and why it counts so."""
    marked = minutes_marked(records, None)
    sessions = uses(city, records, start, end)
    found = []
    for row in oracle_venues.device_days(city, records, own, start, end):
        if row["removed"] is None and row["open"] == 0:
            row["removed"] = "closed"
        if row["removed"] is None:
            device = row["vendor"], row["device"]
            seen = marked.get(device, {}).get("seen", set())
            mine = [s for s in sessions if (s["vendor"], s["device"]) == device]
            row["sessions"] = sum(oracle.day_of(s["start"]) == row["day"] for s in mine)
            row["affected"] = row["unknown"] >= 3600 or row["unknown"] == row["open"]
            heard = any(oracle.day_of(minute) == row["day"] for minute in seen)
            row["why"] = "no_session" if heard else "not_heard"
            row["why"] = "used" if row["sessions"] else "unknown" if row["affected"] else row["why"]
        found.append(row)
    return found


def of_rank(lengths: list[int], tenths: int) -> int:
    """The smallest length that at least so many tenths of all do not exceed."""
    return next(one for one in sorted(lengths) if 10 * sum(x <= one for x in lengths) >= tenths * len(lengths))


def records_by_outcome(city: Json, records: list[Json], start: date, end: date) -> list[Json]:
    """Every raw record that begins in the window, judged by itself."""
    standing = {id(record) for record in oracle_venues.standing(records)}
    found = []
    for record in oracle.counting([r for r in records if r["kind"] == "session"]):
        if start <= oracle.day_of(record["ts"]) < end:
            row = oracle.described(city, [record])
            if id(record) not in standing:
                row["why"] = "voided"
            elif row["why"] == "valid" and record["content"] is None:
                row["why"] = "no_content"
            elif row["why"] == "valid":
                row["why"] = "completed" if record["completed"] is True else "not_completed"
            found.append(row)
    return found
