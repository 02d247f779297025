"""V2 on one museum: what counts, for how many, and what does not."""

from datetime import date

import pytest

from tests.unit.adoption import cities, oracle
from tests.unit.adoption.venues import DAY, NINE, of_session, session, uses, venue, void
from tests.unit.adoption.world import Json, silent_feed


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
        ("CAVE_DOME", 4, [4], 4, None),
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


def test_a_closed_date_wins_over_hours_of_its_own() -> None:
    figure = uses(venue(closed=[DAY], extra={DAY: [("09:00", "17:30")]}), session(NINE, 300)).figure
    assert (figure.conservative.value, figure.removed["outside_hours"], figure.coverage.all) == (0, 1, 0)


def test_manual_counts_observe_nothing_so_their_hours_are_not_in_the_coverage() -> None:
    assert uses(venue("CAVE_DOME", "MANUAL", 8)).figure.coverage == ("device-open-minute", 0, 0)
    assert uses(venue("CAVE_DOME", "TICKET_GATE", 8)).figure.coverage == ("device-open-minute", 510, 510)


def test_an_installation_without_a_device_is_something_to_count_and_has_a_true_zero() -> None:
    figure = uses(venue() | {"bindings": []}).figure
    assert (figure.status, figure.conservative.value) == (None, 0)


def test_one_record_that_names_another_site_is_enough_for_the_finding() -> None:
    here, elsewhere = session(NINE, 100), session(NINE + 100_000, 100, site="library")
    assert uses(venue(), here, elsewhere).figure.findings["other_site"] == 1
    assert uses(venue(), here).figure.findings["other_site"] == 0
