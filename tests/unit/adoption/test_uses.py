"""V2 on generated venues, against plain loops over raw records."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import USES
from services.adoption.measure import Measured
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.world import Json, city_of, known, measure, rfc3339, silent_feed

VENUE_OF_DISTRICT = {"futian": "museum", "nanshan": "library"}
VENUE_OF_TYPE = {"MUSEUM": "museum", "OTHER_PUBLIC": "library"}


def key(installation: Json | None) -> str | None:
    return f"{installation['venue']}/{installation['zone']}/{installation['code']}" if installation else None


def scopes(city: Json) -> dict[str, Any]:
    """Scopes of every kind, each with what says whether a session (vendor, device, site, installation) is in it."""
    found: dict[str, Any] = {"programme": lambda *_: True, "category:LIGHTING": lambda *_: False}
    for site in ("museum", "library"):
        found[f"site:{site}"] = lambda vendor, device, at, place, site=site: at == site
    for district, site in VENUE_OF_DISTRICT.items():
        found[f"district:{district}"] = found[f"site:{site}"]
    for venue_type, site in VENUE_OF_TYPE.items():
        found[f"venue_type:{venue_type}"] = found[f"site:{site}"]
    for vendor in cities.VENDORS:
        found[f"vendor:{vendor}"] = lambda by, device, at, place, vendor=vendor: by == vendor
    for name in map(key, city["installations"]):
        found[f"installation:{name}"] = lambda vendor, device, at, here, name=name: here == name
    for d in city["devices"]:
        found[f"device:{d['vendor']}/{d['device']}"] = lambda vendor, device, at, here, d=d: (
            (vendor, device) == (d["vendor"], d["device"])
        )
    return found


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities.vr_worlds(), cities.windows())
def test_uses_are_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, records = world
    sessions = oracle.v2(city, records, *window)
    minutes = oracle.open_minutes(city, *window)
    with known(records) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V2", scope, window, indexed, facts)
            mine = [s for s in sessions if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
            opened = sum(n for (v, d, k), n in minutes.items() if holds(v, d, k.split("/")[0], k))
            check(result, mine, opened, scope)


def check(result: Measured, sessions: list[Json], opened: int, scope: str) -> None:
    figure = result.figure
    uses = [s for s in sessions if s["why"] == "valid"]
    removed = Counter(s["why"] for s in sessions if s["why"] != "valid")
    total = sum(s["headcount"] for s in uses)
    assert figure.conservative[:2] == figure.observed[:2] == (total, None), scope
    assert figure.conservative.value == (None if figure.status else total)
    assert figure.conservative.percent is None
    assert figure.removed == {why: removed[why] for why in USES.exclusions}, scope
    assert figure.apart == {"manual": sum(s["headcount"] for s in sessions if s["why"] == "manual")}
    assert figure.findings["overlong_s"] == sum(s["overlong_s"] for s in uses)
    assert figure.findings["overlong"] == sum(s["overlong"] for s in uses)
    assert figure.findings["overlapping"] == sum(s["overlapping"] for s in uses)
    assert figure.coverage == ("device-open-minute", opened, opened), scope
    assert len(result.rows("numerator")) == total
    assert len(result.rows("denominator")) == 0
    assert sorted((row.starts_at, row.device, row.why) for row in result.rows("removed")) == sorted(
        (rfc3339(s["start"]), s["device"], s["why"]) for s in sessions if s["why"] != "valid"
    )
    assert sorted(
        (row.starts_at, row.device, row.installation, row.place) for row in result.rows("numerator")
    ) == sorted(
        (rfc3339(s["start"]), s["device"], key(s["installation"]), n + 1) for s in uses for n in range(s["headcount"])
    )


DAY = date(2024, 3, 1)
WINDOW = (DAY, date(2024, 3, 2))
NINE = cities.midnight_ms(DAY) + 9 * 3_600_000


def venue(kind: str = "HMD_STANDALONE", method: str = "PROXIMITY_SENSOR", seats: int = 1, **calendar: Any) -> Json:
    place = cities.installation(0, kind, method, seats)
    calendar = {"valid_from": date(2024, 1, 1), "closed": [], "extra": {}} | calendar
    calendar.setdefault("weekly", {"fri": [("09:00", "17:30")]})
    museum = {
        "slug": "museum",
        "name": "博物馆",
        "district": "futian",
        "venue_type": "MUSEUM",
        "funding_source": "MIXED",
    }
    return {name: [] for name in ("pilots", "phases", "dwellings", "slots")} | {
        "vendors": ["acme"],
        "venues": [museum],
        "zones": [{"venue": "museum", "code": "hall", "name": "大厅", "calendars": [calendar]}],
        "installations": [place],
        "devices": [{"vendor": "acme", "device": "hmd"}],
        "bindings": [
            {"vendor": "acme", "device": "hmd", "installation": key(place), "valid_from": date(2024, 1, 1)}
            | {"valid_to": None}
        ],
    }


def session(ts: int, duration_s: int, **more: Any) -> Json:
    record = {"kind": "session", "vendor": "acme", "site": "museum", "device": "hmd", "ts": ts, "seq": 0}
    record |= {"duration_s": duration_s, "content": None, "headcount": None, "completed": None} | more
    return record | {"sha": cities.digest(record), "received_ms": ts}


def uses(city: Json, *records: Json, window: tuple[date, date] = WINDOW) -> Measured:
    with known(records) as facts:
        return measure("V2", "programme", window, city_of(city), facts)


def test_two_contents_at_once_on_one_headset_are_two_uses_and_a_finding() -> None:
    figure = uses(venue(), session(NINE, 1800, content="reef"), session(NINE, 1800, content="moon", seq=1)).figure
    assert (figure.conservative.value, figure.findings["overlapping"]) == (2, 1)


@pytest.mark.parametrize(
    ("installed_on", "retired_on", "why"),
    [
        (None, None, "not_installed"),
        (date(2024, 3, 2), None, "not_installed"),
        (date(2024, 3, 1), None, None),
        (date(2024, 1, 1), date(2024, 3, 2), None),
        (date(2024, 1, 1), date(2024, 3, 1), "retired"),
    ],
)
def test_a_use_counts_only_while_the_installation_is_in_service(
    installed_on: date | None, retired_on: date | None, why: str | None
) -> None:
    city = venue()
    city["installations"][0] |= {"installed_on": installed_on, "retired_on": retired_on}
    figure = uses(city, session(NINE, 300)).figure
    assert figure.conservative.numerator == (0 if why else 1)
    assert {reason for reason, count in figure.removed.items() if count} == ({why} if why else set())
    assert figure.coverage.all == (0 if why else 510)


@pytest.mark.parametrize(("gap_s", "count"), [(59, 1), (60, 1), (61, 2)])
def test_sessions_at_most_60_s_apart_are_one(gap_s: int, count: int) -> None:
    result = uses(venue(), session(NINE, 100), session(NINE + (100 + gap_s) * 1000, 100))
    assert result.figure.conservative.value == count


@pytest.mark.parametrize(
    ("first", "second", "method", "count"),
    [
        ({"content": "reef"}, {"content": "reef"}, "PROXIMITY_SENSOR", 1),
        ({"content": "reef"}, {"content": "moon"}, "PROXIMITY_SENSOR", 2),
        ({"content": "reef"}, {}, "PROXIMITY_SENSOR", 2),
        ({"completed": True}, {}, "PROXIMITY_SENSOR", 2),
        ({"completed": False}, {"completed": True}, "MOTION_INFERRED", 1),
        ({}, {}, "TICKET_GATE", 2),
    ],
)
def test_other_content_a_completed_one_and_ticket_gates_are_not_merged(
    first: Json, second: Json, method: str, count: int
) -> None:
    result = uses(venue(method=method), session(NINE, 100, **first), session(NINE + 100_000, 100, **second))
    assert result.figure.conservative.value == count


def test_short_presences_that_merge_into_a_minute_are_one_use() -> None:
    pieces = [session(NINE + n * 30_000, 10) for n in range(3)]
    result = uses(venue(), *pieces)
    assert result.figure.conservative.value == 1
    assert [len(row.records or ()) for row in result.rows("numerator")] == [3]
    assert uses(venue(), *pieces[:2]).figure.removed["too_short"] == 1


def test_a_run_lasts_as_long_as_its_longest_presence_and_ends_with_a_completed_one() -> None:
    long, within, after = session(NINE, 1000), session(NINE + 100_000, 100), session(NINE + 1_050_000, 100)
    assert uses(venue(), long, within, after).figure.conservative.value == 1
    completed = session(NINE + 100_000, 100, completed=True)
    assert uses(venue(), long, completed, after).figure.conservative.value == 2


def test_a_device_that_moves_at_midnight_ends_its_run() -> None:
    city = venue(weekly={day: [("00:00", "24:00")] for day in oracle.WEEKDAYS})
    city["installations"].append(city["installations"][0] | {"code": "vr-1"})
    moved = city["bindings"][0] | {"installation": "museum/hall/vr-1", "valid_from": DAY}
    city["bindings"] = [city["bindings"][0] | {"valid_to": DAY}, moved]
    midnight = cities.midnight_ms(DAY)
    before, after = session(midnight - 100_000, 90), session(midnight + 10_000, 90)
    rows = uses(city, before, after, window=(date(2024, 2, 29), WINDOW[1])).rows("numerator")
    assert [row.installation for row in rows] == ["museum/hall/vr-0", "museum/hall/vr-1"]


def test_a_run_that_began_the_day_before_is_that_days_use_however_long_its_chain() -> None:
    city = venue(weekly={day: [("00:00", "24:00")] for day in oracle.WEEKDAYS})
    midnight = cities.midnight_ms(DAY)
    chain = [session(midnight - (5 - n) * 12 * 3_600_000, 12 * 3600 - 30) for n in range(6)]
    assert uses(city, *chain).figure.conservative.value == 0
    earlier = uses(city, *chain, window=(date(2024, 2, 27), DAY))
    assert earlier.figure.conservative.value == 1
    assert len(earlier.rows("numerator")[0].records or ()) == 6
    assert earlier.figure.findings["overlong"] == 1


def test_a_use_that_begins_a_millisecond_before_midnight_reaches_over_the_windows_edge() -> None:
    city = venue(weekly={"fri": [("09:00", "24:00")]})
    last = cities.midnight_ms(date(2024, 3, 2)) - 1
    result = uses(city, session(last, 30), session(last + 90_000, 30), session(last + 180_000, 30))
    assert result.figure.conservative.value == 1
    assert (result.rows("numerator")[0].starts_at, result.rows("numerator")[0].length_s) == (
        "2024-03-01T15:59:59.999Z",
        210,
    )


def test_a_presence_of_a_whole_day_reaches_into_the_window_from_just_before_the_day_before() -> None:
    city = venue(weekly={day: [("00:00", "24:00")] for day in oracle.WEEKDAYS})
    midnight = cities.midnight_ms(DAY)
    whole_day = session(midnight - 86_460_000, 86_400)
    between = session(midnight - 600_000, 10)
    assert uses(city, whole_day, between, session(midnight, 300)).figure.conservative.value == 0
    assert uses(city, whole_day, between, session(midnight + 1, 300)).figure.conservative.value == 1


@pytest.mark.parametrize(
    ("ts", "calendar", "why"),
    [
        (NINE, {}, "valid"),
        (NINE - 1, {}, "outside_hours"),
        (NINE + 8 * 3_600_000 + 1_799_999, {}, "valid"),
        (NINE + 8 * 3_600_000 + 1_800_000, {}, "outside_hours"),
        (NINE, {"closed": [DAY]}, "outside_hours"),
        (NINE, {"extra": {DAY: [("10:00", "11:00")]}}, "outside_hours"),
        (NINE, {"weekly": {}, "extra": {DAY: [("09:00", "11:00")]}}, "valid"),
        (NINE, {"weekly": {}}, "outside_hours"),
        (NINE, {"valid_from": DAY}, "valid"),
        (NINE, {"valid_from": date(2024, 3, 2)}, "no_calendar"),
    ],
)
def test_a_use_counts_if_its_first_second_lies_in_the_calendar_then_in_force(ts: int, calendar: Json, why: str) -> None:
    result = uses(venue(**calendar), session(ts, 300))
    assert [row.why for row in (*result.rows("numerator"), *result.rows("removed"))] == [why]


@pytest.mark.parametrize(
    ("kind", "seats", "headcounts", "counted", "finding"),
    [
        ("HMD_STANDALONE", 1, [5], 1, None),
        ("CAVE_DOME", 4, [3], 3, None),
        ("CAVE_DOME", 4, [None], 1, "headcount_absent"),
        ("CAVE_DOME", 4, [9], 4, "above_seats"),
        ("CAVE_DOME", 4, [2, None, 3], 3, None),
    ],
)
def test_headsets_count_one_and_others_their_headcount_up_to_the_seats(
    kind: str, seats: int, headcounts: list[int | None], counted: int, finding: str | None
) -> None:
    records = [session(NINE + n * 100_000, 100, headcount=heads) for n, heads in enumerate(headcounts)]
    figure = uses(venue(kind, seats=seats), *records).figure
    assert figure.conservative.value == counted
    assert {name for name, count in figure.findings.items() if count} == ({finding} if finding else set())


def test_manual_counts_are_shown_apart_and_never_added() -> None:
    figure = uses(venue("CAVE_DOME", "MANUAL", 8), session(NINE, 300, headcount=6)).figure
    assert (figure.conservative.value, figure.apart, figure.removed["manual"]) == (0, {"manual": 6}, 1)


def test_of_two_contents_under_one_identity_the_greater_hash_counts_whichever_came_first() -> None:
    short, long = session(NINE, 30), session(NINE, 300)
    for winner, loser, why in ((short, long, "too_short"), (long, short, "valid")):
        winner, loser = winner | {"sha": "f" * 64}, loser | {"sha": "0" * 64}
        for records in ((winner, loser), (loser, winner)):
            result = uses(venue(), *records)
            assert [row.why for row in (*result.rows("numerator"), *result.rows("removed"))] == [why]


def void(of: Json, sha: str = "7" * 64) -> Json:
    record = {"kind": "void", "vendor": "acme", "site": "museum", "device": "hmd", "ts": NINE + 500_000, "seq": 0}
    return record | {"of": of, "sha": sha, "received_ms": NINE + 500_000}


def of_session(record: Json) -> Json:
    return {"kind": "session", "ts": record["ts"], "seq": record["seq"]}


def test_a_withdrawn_session_does_not_count_and_what_it_joined_falls_apart() -> None:
    pieces = [session(NINE + n * 90_000, 60) for n in range(3)]
    assert uses(venue(), *pieces).figure.conservative.value == 1
    figure = uses(venue(), void(of_session(pieces[1])), *pieces).figure
    assert (figure.conservative.value, figure.removed["voided"]) == (2, 1)


def test_a_void_withdraws_the_record_of_its_kind_and_of_two_contents_the_greater_hash_says_which() -> None:
    first, second = session(NINE, 100), session(NINE + 600_000, 200)
    other_kind = void(of_session(first) | {"kind": "usage"})
    assert uses(venue(), first, second, other_kind).figure.removed["voided"] == 0
    rivals = void(of_session(first), "1" * 64), void(of_session(second), "2" * 64)
    result = uses(venue(), first, second, *rivals)
    assert [row.length_s for row in result.rows("numerator")] == [100]
    assert [(row.length_s, row.why) for row in result.rows("removed")] == [(200, "voided")]


def test_the_binding_of_the_day_says_where_a_use_counts() -> None:
    city = venue(weekly={day: [("00:00", "24:00")] for day in oracle.WEEKDAYS})
    city["bindings"][0]["valid_to"] = DAY
    result = uses(
        city, session(cities.midnight_ms(DAY) - 120_000, 60), session(NINE, 300), window=(date(2024, 2, 29), DAY)
    )
    after = uses(city, session(NINE, 300))
    assert result.figure.conservative.value == 1
    assert (after.figure.conservative.value, after.figure.removed["not_bound"]) == (0, 1)


def test_a_city_without_vr_has_no_uses_to_count_and_an_open_venue_without_visitors_has_a_true_zero() -> None:
    nothing = venue()
    for name in ("installations", "bindings", "zones", "venues"):
        nothing[name] = []
    assert uses(nothing).figure.status == "NOT_APPLICABLE"
    assert uses(nothing).figure.conservative == (0, None, None, None)
    assert uses(venue()).figure.conservative == (0, None, 0, None)


def test_open_minutes_under_an_outage_are_covered_where_data_came_nevertheless() -> None:
    city = venue() | silent_feed("acme", "hmd", (NINE, NINE + 3_600_000))
    silent = uses(city).figure
    spoke = uses(city, session(NINE, 1800)).figure
    assert (silent.coverage, silent.status) == (("device-open-minute", 450, 510), "INSUFFICIENT")
    assert (spoke.coverage, spoke.status, spoke.observed.value) == (("device-open-minute", 480, 510), None, 1)
