"""V10: which devices nobody uses, by hand and on generated venues."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle_available
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_heard import long_worlds
from tests.unit.adoption.cities_venues import closure, installation, key, scopes
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, WINDOW, asked, of_session, session, venue, void
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

T1 = WINDOW[1]  # Saturday, 2 March 2024
LONG_AGO = date(2023, 6, 1)
DAY_MS = 86_400_000


def museum(**calendar: object) -> Json:
    """A headset that has been in service for long, in a zone open every day unless a calendar says otherwise."""
    city = venue(**({"weekly": ALWAYS, "valid_from": LONG_AGO} | calendar))  # type: ignore[arg-type]
    city["bindings"][0]["valid_from"] = LONG_AGO
    city["installations"][0]["installed_on"] = LONG_AGO
    return city


def used(days_before_t1: int) -> Json:
    """A session at nine on a day before t1: 1 is the last one."""
    return session(NINE - (days_before_t1 - 1) * DAY_MS, 300)


def why(city: Json, *records: Json) -> str:
    (row,) = asked("V10", city, *records).rows("denominator")
    return row.why


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(long_worlds(), cities.windows())
def test_idle_devices_are_what_plain_loops_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    devices = oracle_available.idle(city, records, own, window[1])
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V10", scope, window, indexed, facts)
            mine = [d for d in devices if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            counted = [d for d in mine if not d["removed"]]
            idle, unknown, too_new = (sum(d["why"] == w for d in counted) for w in ("idle", "unknown", "too_new"))
            known_of = len(counted) - unknown
            total = idle + unknown, len(counted)
            check_integers(result, total, (idle, known_of), (known_of, len(counted)), scope)
            assert result.figure.apart == {"too_new": too_new}, scope
            check_removed(result, [d["removed"] for d in mine if d["removed"]], scope)
            whys = [((d["device"], d["installation"], d["why"]), 1) for d in counted]
            against = [row for row in whys if row[0][2] in ("idle", "unknown")]
            for part, expected in (("numerator", against), ("denominator", whys)):
                check_rows(result, part, expected, lambda row: (row.device, row.installation, row.why), scope)


@pytest.mark.parametrize(("days", "expected"), [(1, "used"), (2, "used"), (30, "used"), (31, "idle")])
def test_thirty_open_days_without_a_use_are_idle(days: int, expected: str) -> None:
    assert why(museum(), used(days)) == expected


def test_the_last_millisecond_before_t1_is_a_use_and_t1_itself_is_not() -> None:
    midnight = cities.midnight_ms(T1)
    assert why(museum(), session(midnight - 1, 300)) == "used"
    assert why(museum(), session(midnight, 300)) == "idle"


@pytest.mark.parametrize(("days", "expected"), [(60, "used"), (61, "idle")])
def test_where_the_zone_is_seldom_open_sixty_calendar_days_are_enough(days: int, expected: str) -> None:
    # the 60th day before 2 March 2024 is Tuesday 2 January, the 61st Monday the 1st
    city = museum(weekly={"tue": [("09:00", "17:30")], "mon": [("09:00", "17:30")]})
    assert (T1 - timedelta(days=60)).isoformat() == "2024-01-02"
    assert why(city, used(days)) == expected


@pytest.mark.parametrize(("days", "expected"), [(59, "too_new"), (60, "idle")])
def test_where_the_zone_is_seldom_open_a_device_is_in_service_for_sixty_days(days: int, expected: str) -> None:
    city = museum(weekly={"mon": [("09:00", "17:30")]})
    city["bindings"][0]["valid_from"] = T1 - timedelta(days=days)
    assert why(city) == expected


def test_a_zone_closed_for_sixty_days_holds_an_idle_device() -> None:
    assert why(museum(weekly={}), used(3)) == "idle"
    shut = museum() | {"closures": [closure(T1 - timedelta(days=60), T1)]}
    assert why(shut, used(61)) == "idle"


def test_closed_days_are_skipped_so_that_a_use_on_the_thirtieth_open_day_counts() -> None:
    shut = museum() | {"closures": [closure(T1 - timedelta(days=10), T1 - timedelta(days=5))]}
    assert (why(shut, used(35)), why(shut, used(36))) == ("used", "idle")


@pytest.mark.parametrize(("days", "expected"), [(29, "too_new"), (30, "idle")])
def test_a_device_in_service_for_fewer_open_days_is_too_new_to_be_idle(days: int, expected: str) -> None:
    city = museum()
    city["bindings"][0]["valid_from"] = T1 - timedelta(days=days)
    result = asked("V10", city)
    assert [row.why for row in result.rows("denominator")] == [expected]
    assert result.figure.conservative[:2] == (int(expected == "idle"), 1)


def test_affected_days_are_skipped_and_what_they_leave_unsaid_counts_as_idle() -> None:
    def silent(*days: int) -> Json:
        ms = [NINE - (day - 1) * DAY_MS for day in days]
        return museum() | silent_feed("acme", "hmd", *((at, at + 3_600_000) for at in ms), since=LONG_AGO)

    assert why(silent(4, 9), used(32)) == "used"
    assert why(silent(4, 9), used(33)) == "idle"
    young = silent(4)
    young["bindings"][0]["valid_from"] = T1 - timedelta(days=30)
    result = asked("V10", young)
    assert [row.why for row in result.rows("numerator")] == ["unknown"]
    assert (result.figure.conservative[:2], result.figure.observed[:2]) == ((1, 1), (0, 0))
    assert (result.figure.coverage, result.figure.status) == (("device", 0, 1), "INSUFFICIENT")
    young["bindings"][0]["valid_from"] = T1 - timedelta(days=29)
    assert why(young) == "too_new"


def test_sixty_days_of_which_some_are_affected_do_not_tell() -> None:
    always_silent = (cities.midnight_ms(T1) - 40 * DAY_MS, cities.midnight_ms(T1))
    assert why(museum() | silent_feed("acme", "hmd", always_silent, since=LONG_AGO)) == "unknown"
    assert why(museum() | silent_feed("acme", "hmd", always_silent, since=LONG_AGO), used(45)) == "used"


def test_only_what_v2_counts_is_a_use() -> None:
    hours = {"weekly": {day: [("09:00", "17:30")] for day in ALWAYS}}
    gone = used(3)
    for records in ([session(NINE - 1, 300)], [session(NINE, 59)], [gone, void(of_session(gone))]):
        assert why(museum(**hours), *records) == "idle"


def test_a_device_takes_its_past_along_when_it_moves_and_a_swapped_one_leaves_the_count() -> None:
    city = museum()
    other = installation(2, "HMD_STANDALONE", "PROXIMITY_SENSOR", 1)
    city["installations"].append(other)
    city["bindings"][0]["valid_to"] = DAY
    assert asked("V10", city, used(3)).figure.status == "NOT_APPLICABLE"
    moved = {"vendor": "acme", "device": "hmd", "installation": key(other), "valid_from": DAY, "valid_to": None}
    city["bindings"].append(moved)
    (row,) = asked("V10", city, used(3)).rows("denominator")
    assert (row.why, row.installation) == ("used", "museum/hall/vr-2")
    assert why(city) == "idle"


@pytest.mark.parametrize(
    ("place", "calendar", "reason"),
    [
        ({"installed_on": T1}, {}, "not_installed"),
        ({"retired_on": DAY}, {}, "retired"),
        ({"presence_method": "MANUAL"}, {}, "manual"),
        ({}, {"valid_from": T1}, "no_calendar"),
    ],
)
def test_a_device_not_in_service_on_the_last_day_is_removed(place: Json, calendar: Json, reason: str) -> None:
    city = museum(**calendar)
    city["installations"][0] |= place
    figure = asked("V10", city).figure
    assert (figure.status, figure.conservative[:2], figure.removed[reason]) == ("NOT_APPLICABLE", (0, 0), 1)


def test_where_the_window_starts_does_not_matter() -> None:
    early = asked("V10", museum(), used(31), window=(date(2024, 1, 1), T1)).figure
    assert early.conservative == asked("V10", museum(), used(31)).figure.conservative == (1, 1, "1/1", "100.00")
