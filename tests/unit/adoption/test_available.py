"""V7: whether devices on mains are there to be used, by hand and on generated venues."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle_available
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_heard import heard_worlds
from tests.unit.adoption.cities_venues import closure, scopes
from tests.unit.adoption.venues import DAY, NINE, asked, fault, heartbeat, of_fault, session, venue, void
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

HOUR = 3_600_000
NEXT = date(2024, 3, 2)


def dome(interval_s: int | None = 300, **calendar: Any) -> Json:
    """A dome of the museum, open from nine to half past five, that speaks every five minutes."""
    city = venue("CAVE_DOME", seats=8, **calendar)
    city["devices"][0]["reporting_interval_s"] = interval_s
    return city


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(heard_worlds(), cities.windows())
def test_availability_is_what_minutes_add_up_to_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    days = oracle_available.minute_days(city, records, own, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V7", scope, window, indexed, facts)
            mine = [d for d in days if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            opened, online, healthy, unknown = (
                sum(d[name] for d in mine) for name in ("opened", "online", "healthy", "unknown")
            )
            check_integers(result, (healthy, opened), (healthy, opened - unknown), (opened - unknown, opened), scope)
            assert result.figure.apart == {"online": online}, scope
            check_removed(result, [d["removed"] for d in mine if d["removed"]], scope)
            for part, name in (("numerator", "healthy"), ("denominator", "opened")):
                expected = [((d["device"], d["installation"], d["day"]), d[name]) for d in mine if d[name]]
                check_rows(result, part, expected, lambda row: (row.device, row.installation, row.day), scope)


@pytest.mark.parametrize(
    ("interval_s", "minutes"), [(300, 10), (301, 12), (60, 2), (1, 2), (900, 30), (3600, 30), (None, 30)]
)
def test_a_seen_minute_covers_two_reporting_intervals_of_at_most_a_quarter_of_an_hour(
    interval_s: int | None, minutes: int
) -> None:
    figure = asked("V7", dome(interval_s), heartbeat(NINE + HOUR)).figure
    assert figure.conservative[:2] == (minutes, 510)


def test_what_was_heard_before_opening_and_on_the_day_before_is_carried_on() -> None:
    assert asked("V7", dome(), heartbeat(NINE - 1)).figure.conservative.numerator == 9
    city = dome(weekly={"fri": [("00:00", "24:00")]})
    last_ms = heartbeat(cities.midnight_ms(DAY) - 1)
    assert asked("V7", city, last_ms).figure.conservative[:2] == (9, 1440)
    city["bindings"][0]["valid_from"] = DAY
    assert asked("V7", city, last_ms).figure.conservative[:2] == (0, 1440)


def test_a_minute_with_an_active_fault_is_online_and_not_healthy() -> None:
    records = [
        heartbeat(NINE + HOUR),
        fault(NINE + HOUR + 119_999, active=True),
        fault(NINE + HOUR + 180_000, active=False),
    ]
    # ten minutes from the heartbeat on and ten each from the two faults: 13; of these the second and third faulty
    figure = asked("V7", dome(), *records).figure
    assert (figure.conservative.numerator, figure.apart["online"]) == (11, 13)
    withdrawn = asked("V7", dome(), *records, void(of_fault(records[1]))).figure
    assert withdrawn.conservative.numerator == 13  # its ten minutes are those of the others as well


def test_a_fault_that_nothing_ended_goes_on_and_its_time_stays_in_the_denominator() -> None:
    broken = fault(NINE - 40 * 86_400_000, active=True)
    result = asked("V7", dome(), broken, session(NINE, 1800))
    assert (result.figure.conservative[:2], result.figure.apart["online"]) == ((0, 510), 39)
    assert [row.why for row in result.rows("denominator")] == ["faulty"]


def test_unknown_are_minutes_that_an_outage_covers_and_no_data() -> None:
    city = dome() | silent_feed("acme", "hmd", (NINE, NINE + 1_200_000))
    figure = asked("V7", city, heartbeat(NINE - 60_000), heartbeat(NINE + 5 * HOUR)).figure
    # nine minutes at nine are covered by what was heard before, so eleven of twenty are UNKNOWN
    assert figure.conservative[:2] == (9 + 10, 510)
    assert figure.observed[:2] == (19, 510 - 11)
    assert figure.coverage == ("device-open-minute", 499, 510)


@pytest.mark.parametrize(
    ("city", "why"),
    [
        (venue(), "battery"),
        (venue("AR_GLASSES"), "battery"),
        (venue("HMD_TETHERED", valid_from=NEXT), "no_calendar"),
        (venue("CAVE_DOME", "MANUAL", 8), "manual"),
    ],
)
def test_battery_headsets_and_what_cannot_be_computed_are_removed(city: Json, why: str) -> None:
    figure = asked("V7", city, heartbeat(NINE)).figure
    assert (figure.status, figure.removed[why]) == ("NOT_APPLICABLE", 1)


def test_a_closed_day_has_no_minute_to_be_available_in() -> None:
    for city in (dome(closed=[DAY]), dome() | {"closures": [closure(DAY, NEXT)]}):
        assert asked("V7", city, heartbeat(NINE)).figure.conservative == (0, 0, None, None)
