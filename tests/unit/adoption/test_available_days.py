"""V7a: whether battery headsets are there to be used, by hand and on generated venues."""

from datetime import date

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, oracle_available
from tests.unit.adoption.checking import check_integers, check_removed, check_rows
from tests.unit.adoption.cities_heard import heard_worlds
from tests.unit.adoption.cities_venues import closure, scopes
from tests.unit.adoption.venues import DAY, NINE, asked, fault, heartbeat, venue
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

HOUR = 3_600_000
CLOSE = NINE + 30_600_000  # 17:30


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(heard_worlds(), cities.windows())
def test_availability_is_what_plain_loops_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    days = oracle_available.headset_days(city, records, own, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V7a", scope, window, indexed, facts)
            mine = [d for d in days if holds(d["vendor"], d["device"], d["site"], d["installation"])]
            counted = [d for d in mine if not d["removed"]]
            seen = [d for d in counted if not d["affected"]]
            total, observed = ((sum(d["why"] == "available" for d in ds), len(ds)) for ds in (counted, seen))
            check_integers(result, total, observed, (len(seen), len(counted)), scope)
            check_removed(result, [d["removed"] for d in mine if d["removed"]], scope)
            whys = [((d["device"], d["installation"], d["day"], d["why"]), 1) for d in counted]
            available = [row for row in whys if row[0][3] == "available"]
            for part, expected in (("numerator", available), ("denominator", whys)):
                check_rows(result, part, expected, lambda row: (row.device, row.installation, row.day, row.why), scope)


def why(city: Json, *records: Json) -> str:
    (row,) = asked("V7a", city, *records).rows("denominator")
    return row.why


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        (NINE - HOUR - 1, "not_heard"),
        (NINE - HOUR, "available"),
        (NINE + 3 * HOUR, "available"),
        (CLOSE - 1, "available"),
        (CLOSE, "not_heard"),
    ],
)
def test_once_heard_from_an_hour_before_opening_to_close_is_enough(ts: int, expected: str) -> None:
    assert why(venue(), heartbeat(ts)) == expected


@pytest.mark.parametrize(
    ("ts", "expected"), [(-HOUR + 1_800_000 - 1, "not_heard"), (-HOUR + 1_800_000, "available"), (-1, "available")]
)
def test_of_a_zone_that_opens_in_the_first_hour_the_evening_before_counts(ts: int, expected: str) -> None:
    city = venue(weekly={"fri": [("00:30", "24:00")]})
    record = heartbeat(cities.midnight_ms(DAY) + ts)
    assert why(city, record) == expected
    city["bindings"][0]["valid_from"] = DAY
    assert why(city, record) == "not_heard"


def test_the_last_millisecond_of_a_day_open_until_midnight_counts_and_a_break_too() -> None:
    city = venue(weekly={"fri": [("09:00", "12:00"), ("14:00", "24:00")]})
    assert why(city, heartbeat(cities.midnight_ms(date(2024, 3, 2)) - 1)) == "available"
    assert why(city, heartbeat(NINE + 4 * HOUR)) == "available"


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (NINE - 2 * HOUR, NINE - HOUR, "available"),
        (NINE - 2 * HOUR, NINE - HOUR + 1, "fault"),
        (CLOSE - 1, CLOSE, "fault"),
        (CLOSE, CLOSE + 1, "available"),
        (NINE - 90 * 86_400_000, None, "fault"),
        (NINE, NINE, "available"),
    ],
)
def test_no_fault_may_be_active_at_any_time_of_it(begins: int, ends: int | None, expected: str) -> None:
    records = [heartbeat(NINE), fault(begins, active=True)]
    records += [] if ends is None else [fault(ends, active=False, seq=1)]
    assert why(venue(), *records) == expected


def test_an_affected_day_not_heard_is_unknown_and_leaves_what_is_observed() -> None:
    city = venue() | silent_feed("acme", "hmd", (NINE, NINE + HOUR))
    assert (why(city), why(city, heartbeat(CLOSE - 1))) == ("unknown", "available")
    figure = asked("V7a", city, heartbeat(CLOSE - 1)).figure
    assert (figure.conservative[:2], figure.observed[:2]) == ((1, 1), (0, 0))
    assert (figure.coverage, figure.status) == (("device-open-day", 0, 1), "INSUFFICIENT")


@pytest.mark.parametrize(
    ("city", "reason"),
    [
        (venue("HMD_TETHERED"), "mains"),
        (venue(closed=[DAY]), "closed"),
        (venue() | {"closures": [closure(DAY, date(2024, 3, 2))]}, "closed"),
        (venue("AR_GLASSES", "MANUAL"), "manual"),
    ],
)
def test_devices_on_mains_and_days_not_open_are_removed(city: Json, reason: str) -> None:
    figure = asked("V7a", city, heartbeat(NINE)).figure
    assert (figure.status, figure.removed[reason]) == ("NOT_APPLICABLE", 1)
