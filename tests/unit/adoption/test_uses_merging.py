"""V2: which presences of a device are one use."""

from datetime import date

import pytest

from tests.unit.adoption import cities, oracle
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, WINDOW, of_session, session, uses, venue, void
from tests.unit.adoption.world import Json


def test_two_contents_at_once_on_one_headset_are_two_uses_and_a_finding() -> None:
    figure = uses(venue(), session(NINE, 1800, content="reef"), session(NINE, 1800, content="moon", seq=1)).figure
    assert (figure.conservative.value, figure.findings["overlapping"]) == (2, 1)


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


def test_a_withdrawn_session_does_not_count_and_what_it_joined_falls_apart() -> None:
    pieces = [session(NINE + n * 90_000, 60) for n in range(3)]
    assert uses(venue(), *pieces).figure.conservative.value == 1
    figure = uses(venue(), void(of_session(pieces[1])), *pieces).figure
    assert (figure.conservative.value, figure.removed["voided"]) == (2, 1)


def test_a_use_that_begins_at_the_windows_end_is_of_the_next_day_though_the_one_before_reaches_it() -> None:
    end = cities.midnight_ms(WINDOW[1])
    until_midnight, from_midnight = session(end - 300_000, 300, content="reef"), session(end, 300, content="moon")
    result = uses(venue(weekly=ALWAYS), until_midnight, from_midnight)
    assert result.figure.conservative.value == 1
    assert [row.starts_at for row in result.rows("numerator")] == ["2024-03-01T15:55:00.000Z"]


def test_a_use_overlaps_a_long_one_also_where_a_short_one_came_between() -> None:
    long, short = session(NINE, 1800, content="reef"), session(NINE + 100_000, 60, content="moon")
    third, apart = (session(NINE + at * 1000, 60, content="star") for at in (1000, 1800))
    assert uses(venue(), long, short, third).figure.findings["overlapping"] == 2
    assert uses(venue(), long, short, apart).figure.findings["overlapping"] == 1
