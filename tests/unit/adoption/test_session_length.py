"""V4: how long sessions are, by hand and on generated venues."""

from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from services.adoption.figures.session_length import ranked
from tests.unit.adoption import cities, oracle, oracle_sessions
from tests.unit.adoption.checking import check_removed, check_rows
from tests.unit.adoption.cities_venues import key, scopes, vr_worlds
from tests.unit.adoption.venues import ALWAYS, NINE, asked, of_session, session, venue, void
from tests.unit.adoption.world import Json, city_of, known, measure, rfc3339

THIRTY = [session(NINE + n * 600_000, 60 + n) for n in range(30)]


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(vr_worlds(), cities.windows(), st.booleans())
def test_lengths_are_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date], many: bool
) -> None:
    city, records = world
    if many and city["devices"]:
        device = city["devices"][0] | {"site": "museum"}
        start = cities.midnight_ms(window[0]) + 9 * 3_600_000
        records = [*records, *(session(start + n * 300_000, 60 + n, seq=7, **device) for n in range(80))]
    minutes = oracle.open_minutes(city, *window)
    everything = oracle.v2(city, records, *window)
    with known(records) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V4", scope, window, indexed, facts)
            judged = [s for s in everything if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
            mine = [s for s in judged if s["why"] == "valid"]
            lengths = [s["length_s"] for s in mine]
            figure = result.figure
            assert figure.conservative[:2] == figure.observed[:2] == (sum(lengths), len(lengths)), scope
            enough = len(lengths) >= 30
            assert figure.status == (None if enough else "INSUFFICIENT" if lengths else "NOT_APPLICABLE"), scope
            ranks = {"median_s": 5, "p90_s": 9} if enough else {}
            assert figure.apart == {name: oracle_sessions.of_rank(lengths, rank) for name, rank in ranks.items()}
            opened = sum(n for (v, d, k), n in minutes.items() if holds(v, d, k.split("/")[0], k))
            assert figure.coverage == ("device-open-minute", opened, opened), scope
            check_removed(result, [s["why"] for s in judged if s["why"] != "valid"], scope)
            about = [(s["device"], rfc3339(s["start"])) for s in mine]
            lengthy = [(name, s["length_s"]) for name, s in zip(about, mine, strict=True)]
            check_rows(result, "numerator", lengthy, lambda row: (row.device, row.starts_at), scope)
            check_rows(
                result, "denominator", [(name, 1) for name in about], lambda row: (row.device, row.starts_at), scope
            )


def test_thirty_sessions_have_a_mean_a_lower_median_and_a_p90() -> None:
    figure = asked("V4", venue(weekly=ALWAYS), *THIRTY).figure
    # 60 … 89 s: the sum is 30 · 74.5 s, the 15th 74 s, the 27th 86 s
    assert figure.conservative == (2235, 30, "2235/30", None)
    assert figure.apart == {"median_s": 74, "p90_s": 86}
    assert (figure.status, figure.note) == (None, None)


def test_twenty_nine_are_too_few_and_none_is_nothing_to_measure() -> None:
    figure = asked("V4", venue(weekly=ALWAYS), *THIRTY[1:]).figure
    assert (figure.status, figure.conservative, figure.apart) == ("INSUFFICIENT", (2175, 29, None, None), {})
    assert figure.note == figure.definition.notes["too_few"]
    withdrawn = asked("V4", venue(weekly=ALWAYS), *THIRTY, void(of_session(THIRTY[3]))).figure
    assert (withdrawn.status, withdrawn.removed["voided"]) == ("INSUFFICIENT", 1)
    assert (asked("V4", venue()).figure.status, asked("V4", venue()).figure.note) == ("NOT_APPLICABLE", None)


@pytest.mark.parametrize(
    ("n", "median", "p90"), [(30, 15, 27), (31, 16, 28), (33, 17, 30), (39, 20, 36), (40, 20, 36), (101, 51, 91)]
)
def test_ranks_are_rounded_up(n: int, median: int, p90: int) -> None:
    ascending = list(range(1, n + 1))
    assert (ranked(ascending, 50), ranked(ascending, 90)) == (median, p90)


def test_an_overlong_session_is_an_hour_and_a_part_of_a_second_is_dropped() -> None:
    overlong = asked("V4", venue(), session(NINE, 7200))
    assert overlong.figure.conservative[:2] == (3600, 1)
    # merged over a gap of half a second: 200.5 s
    merged = asked("V4", venue(), session(NINE, 100), session(NINE + 100_500, 100))
    assert [row.amount for row in merged.rows("numerator")] == [200]
