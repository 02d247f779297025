"""V3: sessions per device-open-day, by hand and on generated venues."""

from datetime import date

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle_sessions
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_venues import closure, installation, key, scopes, worlds
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, asked, heartbeat, of_session, session, venue, void
from tests.unit.adoption.world import Json, World, city_of, known, measure, rfc3339, silent_feed

LEAP_DAY, NEXT = date(2024, 2, 29), date(2024, 3, 2)


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(worlds(), cities.windows())
def test_the_rate_is_what_plain_loops_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    days = oracle_sessions.open_days(city, records, own, *window)
    sessions = oracle_sessions.uses(city, records, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V3", scope, window, indexed, facts)
            mine = [d for d in days if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            begun = [s for s in sessions if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
            counted = [d for d in mine if not d["removed"]]
            seen = [d for d in counted if not d["affected"]]
            observed = sum(d["sessions"] for d in seen), len(seen)
            check_integers(result, (len(begun), len(counted)), observed, (len(seen), len(counted)), scope)
            assert result.figure.apart == {"not_heard": sum(d["why"] == "not_heard" for d in counted)}, scope
            check_removed(result, [d["removed"] for d in mine if d["removed"]], scope)
            starts = [((s["device"], rfc3339(s["start"]), s["length_s"]), 1) for s in begun]
            check_rows(result, "numerator", starts, lambda row: (row.device, row.starts_at, row.length_s), scope)
            whys = [((d["device"], d["installation"], d["day"], d["why"]), 1) for d in counted]
            check_rows(result, "denominator", whys, lambda row: (row.device, row.installation, row.day, row.why), scope)


def test_sessions_over_device_open_days_are_a_quotient_and_no_percentage() -> None:
    city = venue(weekly=ALWAYS)
    records = [session(NINE, 300), session(NINE + 600_000, 300), session(NINE - 86_400_000, 300)]
    figure = asked("V3", city, *records, window=(LEAP_DAY, NEXT)).figure
    assert figure.conservative == (3, 2, "3/2", None)


def test_a_session_counts_once_whatever_its_headcount_and_on_the_day_in_which_it_starts() -> None:
    dome = venue("CAVE_DOME", seats=8, weekly=ALWAYS)
    last_ms = cities.midnight_ms(DAY) - 1
    records = [session(last_ms, 600, headcount=6)]
    before = asked("V3", dome, *records, window=(LEAP_DAY, DAY)).figure
    after = asked("V3", dome, *records).figure
    assert (before.conservative[:2], after.conservative[:2]) == ((1, 1), (0, 1))


def test_merged_records_are_one_session_and_one_withdrawn_or_out_of_hours_is_none() -> None:
    first, second = session(NINE, 100), session(NINE + 160_000, 100)
    assert asked("V3", venue(), first, second).figure.conservative.numerator == 1
    assert asked("V3", venue(), first, session(NINE + 160_001, 100)).figure.conservative.numerator == 2
    assert asked("V3", venue(), first, void(of_session(first))).figure.conservative.numerator == 0
    assert asked("V3", venue(), session(NINE - 1, 300)).figure.conservative.numerator == 0


def test_a_device_heard_and_not_used_is_a_true_zero_and_one_not_heard_a_listed_one() -> None:
    silent = asked("V3", venue())
    alive = asked("V3", venue(), heartbeat(cities.midnight_ms(NEXT) - 1))
    assert silent.figure.conservative[:2] == alive.figure.conservative[:2] == (0, 1)
    assert (silent.figure.apart["not_heard"], alive.figure.apart["not_heard"]) == (1, 0)
    assert [row.why for row in (*silent.rows("denominator"), *alive.rows("denominator"))] == ["not_heard", "no_session"]


@pytest.mark.parametrize(
    ("city", "why"),
    [
        (venue(closed=[DAY]), "closed"),
        (venue(weekly={}), "closed"),
        (venue() | {"closures": [closure(DAY, NEXT)]}, "closed"),
        (venue(valid_from=NEXT), "no_calendar"),
        (venue("CAVE_DOME", "MANUAL", 8), "manual"),
        (venue() | {"installations": [installation(0, "CAVE_DOME", "MANUAL", 1) | {"retired_on": DAY}]}, "retired"),
        (venue() | {"installations": [installation(0, "CAVE_DOME", "MANUAL", 1) | {"installed_on": NEXT}]},
         "not_installed"),
    ],
)  # fmt: skip
def test_a_day_that_is_not_open_in_service_is_removed(city: Json, why: str) -> None:
    figure = asked("V3", city, session(NINE, 300)).figure
    assert (figure.conservative[:2], figure.status, figure.removed[why]) == ((0, 0), "NOT_APPLICABLE", 1)


@pytest.mark.parametrize(
    ("hours", "minutes", "affected"),
    [
        ([("09:00", "17:30")], 59, False),
        ([("09:00", "17:30")], 60, True),
        ([("09:00", "09:30")], 29, False),
        ([("09:00", "09:30")], 30, True),
    ],
)
def test_a_day_is_affected_by_an_hour_of_its_opening_or_by_the_whole_of_a_shorter_one(
    hours: list[tuple[str, str]], minutes: int, affected: bool
) -> None:
    silent = silent_feed("acme", "hmd", (NINE - 3_600_000, NINE + minutes * 60_000))
    figure = asked("V3", venue(weekly={"fri": hours}) | silent).figure
    assert figure.conservative[:2] == (0, 1)
    assert figure.observed[:2] == ((0, 0) if affected else (0, 1))
    assert figure.coverage.unaffected == (0 if affected else 1)


def test_a_session_on_an_affected_day_leaves_what_is_observed_with_its_day() -> None:
    city = venue(weekly=ALWAYS) | silent_feed("acme", "hmd", (NINE, NINE + 7_200_000))
    records = [session(NINE - 600_000, 300), session(NINE - 86_400_000, 300)]
    result = asked("V3", city, *records, window=(LEAP_DAY, NEXT))
    assert (result.figure.conservative[:2], result.figure.observed[:2]) == ((2, 2), (1, 1))
    assert [row.why for row in result.rows("denominator")] == ["used", "used"]
