"""What V1, V8 and V11 must be, over raw records and plain registry rows; shares no code with us."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption import oracle, oracle_sessions
from tests.unit.adoption.cities_venues import VENUE_OF_DISTRICT, VENUE_OF_TYPE

Json = dict[str, Any]


def coverage_of(city: Json, venue: str | None, t1: date) -> str:
    """Whether a venue is covered on the day before t1, or why not."""
    last = t1 - timedelta(days=1)
    mine = [place for place in city["installations"] if place["venue"] == venue]
    serving = [place for place in mine if oracle.in_force(place["installed_on"], place["retired_on"], last)]
    accepted = [p for p in serving if p["accepted_by"] and p["accepted_on"] is not None and p["accepted_on"] < t1]
    return "covered" if accepted else "not_accepted" if serving else "not_in_service" if mine else "no_vr"


def venues(city: Json, scope: str, t1: date) -> Json:
    """V1: the register's entries of a scope with what they are, and the covered venues of it."""
    kind, _, name = scope.partition(":")
    entries = []
    for entry in city["venue_entries"]:
        value = {"programme": "", "site": entry["venue"], "district": entry["district"]}
        value |= {"venue_type": entry["venue_type"]}
        if kind in value and value[kind] == name:
            why = coverage_of(city, entry["venue"], t1) if entry["source_on"] < t1 else "not_yet_listed"
            entries.append((entry["code"], entry["venue"], why))
    here: Json = {"programme": ["museum", "library"], "site": [name]}
    here |= {"district": [VENUE_OF_DISTRICT.get(name)], "venue_type": [VENUE_OF_TYPE.get(name)]}
    ours = [venue for venue in ("museum", "library") if venue in here.get(kind, [])]
    covered = [venue for venue in ours if coverage_of(city, venue, t1) == "covered"]
    named = [entry["venue"] for entry in city["venue_entries"] if entry["source_on"] < t1]
    return {"entries": entries, "ours": ours, "covered": covered, "unlisted": [v for v in covered if v not in named]}


def compared(city: Json, records: list[Json], method: str, start: date, end: date) -> tuple[list[Json], list[Json]]:
    """V8 and V11: every count of a method with the uses of its zone and time; and the sessions of no count."""
    sessions = oracle_sessions.uses(city, records, start, end)
    found: list[Json] = []
    matched: list[int] = []
    for count in city["venue_counts"]:
        if count["method"] == method and start <= date.fromisoformat(count["period"][:10]) < end:
            mine = [s for s in sessions if is_of(s, count)]
            matched += map(id, mine)
            found.append(count | {"uses": sum(s["headcount"] for s in mine)})
    return found, [s for s in sessions if id(s) not in matched]


def is_of(session: Json, count: Json) -> bool:
    place = session["installation"]
    at = oracle.moment(session["start"]).strftime("%Y-%m-%dT%H")
    return (place["venue"], place["zone"]) == (count["venue"], count["zone"]) and at.startswith(count["period"])
