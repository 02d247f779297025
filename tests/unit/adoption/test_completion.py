"""V9: which records were seen to their end, by hand and on generated venues."""

from datetime import date

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle, oracle_sessions
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_venues import key, scopes, vr_worlds
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, asked, of_session, session, venue, void
from tests.unit.adoption.world import Json, city_of, known, measure, rfc3339, silent_feed

SEEN = {"content": "reef", "completed": True}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(vr_worlds(), cities.windows())
def test_completion_is_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, records = world
    everything = oracle_sessions.records_by_outcome(city, records, *window)
    minutes = oracle.open_minutes(city, *window)
    with known(records) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V9", scope, window, indexed, facts)
            mine = [s for s in everything if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
            told = [s for s in mine if s["why"] in ("completed", "not_completed")]
            completed = [s for s in told if s["why"] == "completed"]
            total = len(completed), len(told)
            opened = sum(n for (v, d, k), n in minutes.items() if holds(v, d, k.split("/")[0], k))
            check_integers(result, total, total, (opened, opened), scope)
            assert result.figure.apart == {"valid": len(told) + sum(s["why"] == "no_content" for s in mine)}
            check_removed(result, [s["why"] for s in mine if s not in told], scope)
            for part, rows in (("numerator", completed), ("denominator", told)):
                expected = [((s["device"], rfc3339(s["start"]), s["why"]), 1) for s in rows]
                check_rows(result, part, expected, lambda row: (row.device, row.starts_at, row.why), scope)


def test_absent_is_not_completed_and_a_record_without_content_is_left_out_and_shown() -> None:
    records = [
        session(NINE, 300, **SEEN),
        session(NINE + 1_000_000, 300, content="reef"),
        session(NINE + 2_000_000, 300, content="reef", completed=False),
        session(NINE + 3_000_000, 300, completed=True),
    ]
    figure = asked("V9", venue(), *records).figure
    assert figure.conservative == (1, 3, "1/3", "33.33")
    assert (figure.removed["no_content"], figure.apart["valid"]) == (1, 4)


def test_records_that_are_one_session_are_judged_one_by_one() -> None:
    # one session of V2: 300 s, a pause of 10 s, and the rest seen to the end
    whole = asked("V9", venue(), session(NINE, 300, content="reef"), session(NINE + 310_000, 300, **SEEN))
    assert whole.figure.conservative.value == "1/2"
    # 59 s of it are too short to count, though merged they would
    short = asked("V9", venue(), session(NINE, 59, content="reef"), session(NINE + 60_000, 60, **SEEN))
    assert (short.figure.conservative.value, short.figure.removed["too_short"]) == ("1/1", 1)


@pytest.mark.parametrize(
    ("city", "ts", "why"),
    [
        (venue(), NINE - 1, "outside_hours"),
        (venue(closed=[DAY]), NINE, "outside_hours"),
        (venue(valid_from=date(2024, 3, 2)), NINE, "no_calendar"),
        (venue("CAVE_DOME", "MANUAL", 4), NINE, "manual"),
        (venue() | {"bindings": []}, NINE, "not_bound"),
    ],
)
def test_a_record_that_v2_would_not_count_is_removed(city: Json, ts: int, why: str) -> None:
    figure = asked("V9", city, session(ts, 300, **SEEN)).figure
    assert (figure.status, figure.conservative[:2], figure.removed[why]) == ("NOT_APPLICABLE", (0, 0), 1)


def test_a_record_counts_in_the_window_in_which_it_starts_and_one_withdrawn_in_none() -> None:
    always = venue(weekly=ALWAYS)
    late = session(cities.midnight_ms(DAY) - 1, 300, **SEEN)
    assert asked("V9", always, late).figure.conservative[:2] == (0, 0)
    assert asked("V9", always, late, window=(date(2024, 2, 29), DAY)).figure.conservative[:2] == (1, 1)
    gone = session(NINE, 300, **SEEN)
    assert asked("V9", venue(), gone, void(of_session(gone))).figure.removed["voided"] == 1


def test_below_nine_tenths_of_the_open_minutes_no_rate_is_given() -> None:
    city = venue() | silent_feed("acme", "hmd", (NINE + 3_600_000, NINE + 7_200_000))
    figure = asked("V9", city, session(NINE, 300, **SEEN)).figure
    assert (figure.status, figure.conservative) == ("INSUFFICIENT", (1, 1, None, None))
    assert figure.coverage == ("device-open-minute", 450, 510)
