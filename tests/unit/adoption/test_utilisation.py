"""V5 on generated venues, against pieces of time counted one by one."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import UTILISATION
from services.adoption.measure import Measured
from tests.unit.adoption import cities, oracle_venues
from tests.unit.adoption.cities_venues import scopes, worlds
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, WINDOW, session, venue, void
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(worlds(), cities.windows())
def test_utilisation_is_what_pieces_of_time_add_up_to_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    days = oracle_venues.device_days(city, records, own, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            mine = [d for d in days if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            check(measure("V5", scope, window, indexed, facts), mine, scope)


def check(result: Measured, days: list[Json], scope: str) -> None:
    figure = result.figure
    counted = [day for day in days if not day["removed"]]
    used, opened, unknown = (sum(day[name] for day in counted) for name in ("used", "open", "unknown"))
    removed = Counter(day["removed"] for day in days)
    assert figure.conservative[:2] == (used, opened), scope
    assert figure.observed[:2] == (used, opened - unknown), scope
    assert figure.coverage == ("device-open-second", opened - unknown, opened)
    assert figure.removed == {why: removed[why] for why in UTILISATION.exclusions}, scope
    doubled = sum(day["doubled"] for day in counted)
    assert figure.apart == {"no_calendar": removed["no_calendar"], "overlapping_s": doubled}, scope
    covered = 10 * (opened - unknown) >= 9 * opened
    assert figure.status == (None if opened and covered else "INSUFFICIENT" if opened else "NOT_APPLICABLE")
    parts: list[tuple[Any, dict[Any, int]]] = [
        ("numerator", {key(day): day["used"] for day in counted if day["used"]}),
        ("denominator", {key(day): day["open"] for day in counted if day["open"]}),
        ("removed", {key(day): 1 for day in days if day["removed"]}),
    ]
    for part, expected in parts:
        rows = result.rows(part)
        assert {(row.device, row.installation, row.day): row.amount for row in rows} == expected, (scope, part)
        assert (len(rows), sum(row.amount for row in rows)) == (len(expected), result.total(part))


def key(day: Json) -> tuple[str, str, date]:
    return day["device"], day["installation"], day["day"]


def utilisation(city: Json, *records: Json, window: tuple[date, date] = WINDOW) -> Measured:
    with known(records) as facts:
        return measure("V5", "programme", window, city_of(city), facts)


def test_seconds_fall_on_the_days_they_lie_in_also_of_a_session_that_began_before_the_window() -> None:
    city = venue(weekly=ALWAYS)
    midnight = cities.midnight_ms(DAY)
    over = session(midnight - 100_500, 300)
    both, before, after = (
        utilisation(city, over, window=window).figure.conservative.numerator
        for window in ((date(2024, 2, 29), WINDOW[1]), (date(2024, 2, 29), DAY), WINDOW)
    )
    # 100.5 s before midnight and 199.5 s after: the half seconds are dropped on each day
    assert (before, after, both) == (100, 199, 299)


def test_only_seconds_within_opening_hours_count() -> None:
    result = utilisation(venue(), session(NINE - 1_000_000, 1800), session(NINE + 30_599_000, 120))
    assert result.figure.conservative == (800 + 1, 8 * 3600 + 1800, "801/30600", "2.62")


def test_a_session_counts_for_an_hour_at_most_and_a_short_one_not_at_all() -> None:
    assert utilisation(venue(), session(NINE, 7200)).figure.conservative.numerator == 3600
    assert utilisation(venue(), session(NINE, 60)).figure.conservative.numerator == 60
    assert utilisation(venue(), session(NINE, 59)).figure.conservative.numerator == 0
    long_before = session(NINE - 3_000_000, 20_000)
    assert utilisation(venue(), long_before).figure.conservative.numerator == 600


def test_overlapping_sessions_use_a_device_once_and_the_rest_is_shown_apart() -> None:
    figure = utilisation(
        venue(), session(NINE, 600, content="reef"), session(NINE + 300_000, 600, content="moon")
    ).figure
    assert (figure.conservative.numerator, figure.apart["overlapping_s"]) == (900, 300)


def test_a_withdrawn_session_uses_nothing() -> None:
    used = session(NINE, 600)
    withdrawn = void({"kind": "session", "ts": NINE, "seq": 0})
    assert utilisation(venue(), used, withdrawn).figure.conservative.numerator == 0


@pytest.mark.parametrize(
    ("city", "why"),
    [(venue("CAVE_DOME", "MANUAL", 8), "manual"), (venue(valid_from=date(2024, 3, 2)), "no_calendar")],
)
def test_manual_counts_and_days_without_a_calendar_are_not_computed(city: Json, why: str) -> None:
    figure = utilisation(city, session(NINE, 300)).figure
    assert (figure.status, figure.conservative.value, figure.removed[why]) == ("NOT_APPLICABLE", None, 1)
    assert figure.apart["no_calendar"] == (1 if why == "no_calendar" else 0)
    assert figure.note == UTILISATION.notes.get(why)


def test_unknown_seconds_leave_the_observed_rate_and_not_the_conservative_one() -> None:
    silent = NINE + 4 * 3_600_000
    city = venue() | silent_feed("acme", "hmd", (silent + 1, silent + 600_000))
    figure = utilisation(city, session(NINE, 3060)).figure
    # the first minute of the outage is not wholly covered
    assert figure.coverage == ("device-open-second", 30_600 - 540, 30_600)
    assert (figure.conservative.value, figure.observed.value) == ("3060/30600", "3060/30060")


def test_a_month_is_the_sum_of_its_days() -> None:
    city = venue(weekly=ALWAYS)
    records = [session(NINE + n * 40_000_123, 1000 + n, seq=n) for n in range(-30, 30)]
    days = [date(2024, 2, 15) + timedelta(days=n) for n in range(31)]
    apart = [utilisation(city, *records, window=(d, d + timedelta(days=1))).figure.conservative for d in days]
    whole = utilisation(city, *records, window=(days[0], days[-1] + timedelta(days=1))).figure.conservative
    assert whole[:2] == (sum(one.numerator for one in apart), sum(one.denominator or 0 for one in apart))
    assert whole.numerator > 0


def test_a_day_before_the_first_calendar_needs_no_note_where_another_day_counts() -> None:
    figure = utilisation(venue(valid_from=DAY), session(NINE, 300), window=(DAY - timedelta(days=1), WINDOW[1])).figure
    assert (figure.conservative.value, figure.apart["no_calendar"]) == ("300/30600", 1)
    assert figure.note is None


def test_of_overlapping_time_too_only_the_part_of_a_second_of_its_sum_is_dropped() -> None:
    # used 900.001 s, covered twice 299.999 s: the 1,200 s of both are not what is rounded
    first, second = session(NINE, 600, content="reef"), session(NINE + 300_001, 600, content="moon")
    figure = utilisation(venue(), first, second).figure
    assert (figure.conservative.numerator, figure.apart["overlapping_s"]) == (900, 299)
