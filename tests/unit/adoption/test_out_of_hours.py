"""V6: how much of the use lies outside opening hours, by hand and on generated venues."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle_venues
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_venues import closure, scopes, worlds
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, WINDOW, asked, of_session, session, venue, void
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

LEAP_DAY, NEXT = date(2024, 2, 29), date(2024, 3, 2)
CLOSE = NINE + 30_600_000  # 17:30


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(worlds(), cities.windows())
def test_the_share_is_what_pieces_of_time_add_up_to_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    days = oracle_venues.device_days(city, records, own, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V6", scope, window, indexed, facts)
            utilised = measure("V5", scope, window, indexed, facts).figure.conservative.numerator
            mine = [d for d in days if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            counted = [d for d in mine if not d["removed"]]
            in_use, within, missed = (sum(d[name] for d in counted) for name in ("in_use", "used", "missed"))
            outside = in_use - within
            unknown = missed + sum(d["unknown"] for d in counted)
            total = outside + missed, in_use + missed
            everything = 86_400 * len(counted)
            check_integers(result, total, (outside, in_use), (everything - unknown, everything), scope, in_use)
            assert utilised + result.figure.observed.numerator == result.figure.observed.denominator, scope
            assert result.figure.findings == {"above_limit": int(20 * outside > in_use)}, scope
            check_removed(result, [d["removed"] for d in mine if d["removed"]], scope)
            numerator, denominator = [], []
            for d in counted:
                amounts = {"within": d["used"], "outside": d["in_use"] - d["used"], "unknown": d["missed"]}
                rows = [((d["device"], d["installation"], d["day"], why), n) for why, n in amounts.items() if n]
                denominator += rows
                numerator += [row for row in rows if row[0][3] != "within"]
            for part, expected in (("numerator", numerator), ("denominator", denominator)):
                check_rows(result, part, expected, lambda row: (row.device, row.installation, row.day, row.why), scope)


def test_seconds_outside_the_hours_over_all_seconds_in_use() -> None:
    # 100 s before nine and 200 s after; 1 s before half past five and 99 s after
    result = asked("V6", venue(), session(NINE - 100_000, 300), session(CLOSE - 1000, 100))
    assert result.figure.conservative == (199, 400, "199/400", "49.75")
    assert result.figure.findings == {"above_limit": 1}


@pytest.mark.parametrize(("outside_s", "above"), [(100, 0), (101, 1)])
def test_more_than_a_twentieth_is_an_exception(outside_s: int, above: int) -> None:
    figure = asked("V6", venue(), session(NINE, 1900), session(CLOSE, outside_s)).figure
    assert (figure.observed[:2], figure.findings["above_limit"]) == ((outside_s, 1900 + outside_s), above)


@pytest.mark.parametrize("shut", [{"closures": [closure(DAY, NEXT)]}, venue(closed=[DAY]), venue(weekly={})])
def test_on_a_closed_day_every_second_is_outside(shut: Json) -> None:
    figure = asked("V6", venue() | shut, session(NINE, 300)).figure
    assert (figure.conservative.value, figure.conservative.percent) == ("300/300", "100.00")


def test_seconds_fall_on_the_days_they_lie_in_and_an_hour_of_a_session_counts() -> None:
    midnight = cities.midnight_ms(DAY)
    city = venue(weekly={"fri": [("00:00", "24:00")]})
    over = session(midnight - 100_500, 300)
    both, before, after = (
        asked("V6", city, over, window=window).figure.conservative[:2]
        for window in ((LEAP_DAY, NEXT), (LEAP_DAY, DAY), WINDOW)
    )
    assert (before, after, both) == ((100, 100), (0, 199), (100, 299))
    assert asked("V6", venue(), session(CLOSE, 7200)).figure.conservative[:2] == (3600, 3600)


def test_what_is_left_of_a_second_is_dropped_of_all_and_of_what_lies_within() -> None:
    # 100.5 s without and 99.5 s within: 200 s in all, 99 s within, so 101 s outside
    figure = asked("V6", venue(), session(NINE - 100_500, 200)).figure
    assert figure.conservative[:2] == (101, 200)


def test_short_withdrawn_and_overlapping_sessions_add_nothing() -> None:
    long, other = session(CLOSE, 600, content="reef"), session(CLOSE + 300_000, 300, content="moon")
    assert asked("V6", venue(), long, other).figure.conservative[:2] == (600, 600)
    short, gone = session(NINE, 59), session(CLOSE, 600)
    assert asked("V6", venue(), short, gone, void(of_session(gone))).figure.status == "NOT_APPLICABLE"


def test_unknown_time_outside_the_hours_counts_as_use_and_is_not_observed() -> None:
    # ten minutes before nine, and twenty after, are not observed
    city = venue() | silent_feed("acme", "hmd", (NINE - 600_000, NINE + 1_200_000))
    result = asked("V6", city, session(CLOSE - 300_000, 600))
    assert result.figure.conservative[:2] == (300 + 600, 600 + 600)
    assert result.figure.observed.value == "300/600"
    assert result.figure.coverage == ("device-second", 86_400 - 1800, 86_400)
    assert [(row.why, row.amount) for row in result.rows("numerator")] == [("outside", 300), ("unknown", 600)]


def test_where_nothing_was_in_use_an_outage_makes_no_share() -> None:
    figure = asked("V6", venue() | silent_feed("acme", "hmd", (NINE - 600_000, NINE))).figure
    assert (figure.status, figure.conservative) == ("NOT_APPLICABLE", (600, 600, None, None))


def test_where_no_calendar_is_in_force_nothing_is_computed() -> None:
    figure = asked("V6", venue(valid_from=NEXT), session(NINE, 300)).figure
    assert (figure.status, figure.removed["no_calendar"]) == ("NOT_APPLICABLE", 1)
    assert figure.note == figure.definition.notes["no_calendar"]


def test_a_month_is_the_sum_of_its_days() -> None:
    city = venue(weekly=ALWAYS | {"sun": [("09:00", "17:30")]})
    records = [session(NINE + n * 40_000_123, 1000 + n, seq=n) for n in range(-30, 30)]
    days = [date(2024, 2, 15) + timedelta(days=n) for n in range(31)]
    apart = [asked("V6", city, *records, window=(d, d + timedelta(days=1))).figure.conservative for d in days]
    whole = asked("V6", city, *records, window=(days[0], days[-1] + timedelta(days=1))).figure.conservative
    assert whole[:2] == (sum(one.numerator for one in apart), sum(one.denominator or 0 for one in apart))
    assert whole.numerator > 0
