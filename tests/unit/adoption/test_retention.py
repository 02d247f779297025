"""H10 on generated pilots, against loops over tenancies and days; and on one home at a time, by hand."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import RETENTION
from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import asked, bound, hours, lived_in, usage
from tests.unit.adoption.oracle_homes import days
from tests.unit.adoption.oracle_months import ONE, Told, clear, judged
from tests.unit.adoption.test_homes import HOMES
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_retention_is_what_loops_over_tenancies_and_days_find_in_every_scope(
    world: World, window: tuple[date, date]
) -> None:
    city, records, own = world
    tenancies = h10(Told(city, records, own), *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in HOMES.items():
            mine = [one for one in tenancies if holds(one["dwelling"])]
            counted = [one for one in mine if one["removed"] is None]
            retained = [one for one in counted if any(day["active"] for day in one["late"])]
            observed = [clear(one["late"]) for one in counted if clear(one["late"])]
            result = measure("H10", scope, window, indexed, facts)
            figure = result.figure
            assert figure.conservative[:2] == (len(retained), len(counted)), scope
            still = [found for found in observed if any(day["active"] for day in found)]
            assert figure.observed[:2] == (len(still), len(observed)), scope
            unaffected = sum(map(len, observed))
            assert figure.coverage == ("dwelling-day", unaffected, 30 * len(counted))
            removed = Counter(one["removed"] for one in mine)
            assert figure.removed == {why: removed[why] for why in RETENTION.exclusions}, scope
            refused = [one for one in counted if any(day["no_consent"] for day in one["late"])]
            assert figure.apart == {"ended": removed["ended"], "no_consent": len(refused)}
            enough = unaffected >= 27 * len(counted)
            assert figure.status == (None if counted and enough else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
            rest = [one for one in mine if one["removed"]]
            parts: list[tuple[Any, list[Json]]] = [("numerator", retained), ("denominator", counted), ("removed", rest)]
            for part, expected in parts:
                found = [(row.tenancy, row.amount) for row in result.rows(part)]
                assert sorted(found) == sorted((one["key"], 1) for one in expected), (scope, part)


def h10(told: Told, start: date, end: date) -> list[Json]:
    """Every tenancy that is of the window's cohort, or that is removed from it and why."""
    found = []
    for tenancy in told.city["tenancies"]:
        (home,) = [home for home in told.city["dwellings"] if home["dwelling_ref"] == tenancy["dwelling_ref"]]
        left = tenancy["valid_to"]
        lived = days(tenancy["valid_from"], end if left is None or left > end else left)
        told_of = [judged(told, home, day) for day in lived]
        active = [day["day"] for day in told_of if day["active"] and day["why"] != "not_handed_over"]
        row = {"dwelling": home, "key": f"xili/{home['dwelling_ref']}/{tenancy['number']}", "removed": None, "late": []}
        if tenancy["valid_from"] >= end:
            continue
        if not active:
            if left is None or left > start:
                found.append(row | {"removed": "never_active"})
            continue
        day_90 = active[0]
        for _ in range(89):
            day_90 += ONE
        if day_90 >= end:
            found.append(row | {"removed": "too_young"})
        elif day_90 >= start:
            ended = left is not None and left <= day_90
            late = [day for day in told_of if day_90 - 29 * ONE <= day["day"] <= day_90]
            found.append(row | ({"removed": "ended"} if ended else {"late": late}))
    return found


LONG_AGO = date(2022, 1, 1)
SINCE = date(2023, 12, 1)
DAY_1 = date(2023, 12, 5)
DAY_61, DAY_90 = date(2024, 2, 3), date(2024, 3, 3)  # over the leap day
COHORT = (date(2024, 3, 1), date(2024, 4, 1))
TENANCY = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": SINCE, "valid_to": None}
GIVEN = {"consent": "GIVEN", "consent_from": SINCE}


def let(**tenancy: Any) -> Json:
    city = lived_in(bound("lamp", LONG_AGO), installed_on=LONG_AGO)
    city["dwellings"][0]["handed_over_on"] = LONG_AGO
    return city | {"tenancies": [TENANCY | GIVEN | tenancy]}


def used_on(*when: date) -> list[Json]:
    return [usage(midnight_ms(day), trigger="app") for day in when]


def why(city: Json, *records: Json, window: Any = COHORT) -> str:
    result = asked("H10", city, *records, window=window)
    return "".join(row.why for part in ("denominator", "removed") for row in result.rows(part))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (DAY_61 - ONE, "not_retained"),
        (DAY_61, "retained"),
        (date(2024, 2, 29), "retained"),
        (DAY_90, "retained"),
        (DAY_90 + ONE, "not_retained"),
    ],
)
def test_a_tenancy_is_retained_that_is_active_on_a_day_of_61_to_90(day: date, expected: str) -> None:
    result = asked("H10", let(), *used_on(DAY_1, day), window=COHORT)
    assert [(row.why, row.day, row.tenancy) for row in result.rows("denominator")] == [
        (expected, DAY_1, "xili/ref-00000001/1")
    ]
    assert result.figure.conservative[:2] == (int(expected == "retained"), 1)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ((DAY_90, DAY_90 + ONE), "not_retained"),
        ((DAY_90 - ONE, DAY_90), "too_young"),
        ((DAY_90 + ONE, COHORT[1]), ""),  # of an earlier window's cohort
    ],
)
def test_the_cohort_of_a_window_are_the_tenancies_whose_day_90_lies_in_it(window: Any, expected: str) -> None:
    assert why(let(), *used_on(DAY_1), window=window) == expected


def test_day_1_is_the_first_active_day_of_the_tenancy_and_after_the_hand_over() -> None:
    before = SINCE - timedelta(days=20)
    assert why(let(), *used_on(before, DAY_1, DAY_90)) == "retained"
    assert why(let(), *used_on(before, before + 80 * ONE)) == "too_young"  # day 1 is 30 January
    city = let()
    city["dwellings"][0]["handed_over_on"] = DAY_1
    assert why(city, *used_on(SINCE, DAY_1, DAY_90)) == "retained"  # from the 1st on, day 90 would be in February
    assert why(city, *used_on(SINCE)) == "never_active"


def test_a_tenancy_that_ended_by_day_90_is_apart() -> None:
    for left, expected in ((DAY_90, "ended"), (DAY_90 + ONE, "retained"), (DAY_61 + ONE, "ended")):
        city = let(valid_to=left)
        assert why(city, *used_on(DAY_1, DAY_61)) == expected
        assert asked("H10", city, *used_on(DAY_1, DAY_61), window=COHORT).figure.apart["ended"] == (expected == "ended")


def test_the_next_tenants_use_is_not_that_of_those_who_left() -> None:
    moved = DAY_61 + 40 * ONE
    city = let(valid_to=moved)
    city["tenancies"].append(TENANCY | {"number": 2, "valid_from": moved, "consent": "GIVEN", "consent_from": moved})
    result = asked("H10", city, *used_on(DAY_1, moved), window=COHORT)
    assert {row.tenancy: row.why for row in result.rows("denominator")} == {"xili/ref-00000001/1": "not_retained"}
    assert {row.tenancy: row.why for row in result.rows("removed")} == {"xili/ref-00000001/2": "too_young"}


def test_a_tenancy_without_an_active_day_is_no_cohort_and_is_listed_while_it_runs() -> None:
    assert why(let()) == "never_active"
    assert why(let(valid_to=COHORT[0] + ONE)) == "never_active"
    assert why(let(valid_to=COHORT[0])) == ""
    assert why(let(valid_from=COHORT[1], consent_from=COHORT[1])) == ""
    assert asked("H10", let(), window=COHORT).figure.status == "NOT_APPLICABLE"


def test_without_consent_a_day_is_not_active_and_the_tenancy_stays_in_the_denominator() -> None:
    for told, expected in ((DAY_61, "no_consent"), (DAY_61 + ONE, "not_retained"), (DAY_61 + 2 * ONE, "retained")):
        city = let(consent="WITHDRAWN", consent_from=told)
        assert why(city, *used_on(DAY_1, DAY_61 + ONE)) == expected
        assert asked("H10", city, *used_on(DAY_1), window=COHORT).figure.apart["no_consent"] == 1


def test_a_swapped_device_carries_the_home_on() -> None:
    swapped = date(2024, 1, 10)
    city = let() | {"bindings": [bound("old", LONG_AGO, swapped), bound("lamp", swapped)]}
    old = usage(midnight_ms(DAY_1), trigger="app", device="old")
    assert why(city, old, *used_on(DAY_61)) == "retained"
    assert why(city, old, old | {"ts": midnight_ms(DAY_61), "received_ms": midnight_ms(DAY_61)}) == "not_retained"


@pytest.mark.parametrize(
    ("silent", "status", "observed"), [(3, None, 1), (4, "INSUFFICIENT", 1), (30, "INSUFFICIENT", 0)]
)
def test_an_outage_of_days_61_to_90_leaves_it_undecided(silent: int, status: str | None, observed: int) -> None:
    mornings = [hours(DAY_61 + n * ONE, 6, 7) for n in range(silent)]
    result = asked("H10", let() | silent_feed("acme", "lamp", *mornings), *used_on(DAY_1), window=COHORT)
    assert [row.why for row in result.rows("denominator")] == ["unknown"]
    assert (result.figure.status, result.figure.coverage) == (status, ("dwelling-day", 30 - silent, 30))
    assert (result.figure.conservative[:2], result.figure.observed[:2]) == ((0, 1), (0, observed))


def test_activity_on_affected_days_alone_is_reported_and_not_observed() -> None:
    city = let() | silent_feed("acme", "lamp", hours(DAY_61, 6, 7))
    figure = asked("H10", city, *used_on(DAY_1, DAY_61), window=COHORT).figure
    assert (figure.conservative[:2], figure.observed[:2]) == ((1, 1), (0, 1))
