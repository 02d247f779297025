"""H13 on generated pilots, against loops back over slots and days; and on one home at a time, by hand."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import IDLE_SLOTS
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import asked, bound, heartbeat, lived_in, usage
from tests.unit.adoption.oracle_months import Told
from tests.unit.adoption.oracle_slots import h13
from tests.unit.adoption.test_homes import SLOTS
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

FEBRUARY = (date(2024, 2, 1), date(2024, 3, 1))  # thirty days before 1 March: from 31 January on
DAY_MS = 86_400_000
T1_MS = midnight_ms(FEBRUARY[1])
LONG_AGO = date(2022, 1, 1)
LIVES = ("occupied", "vacant", "untold")


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_idle_slots_are_what_loops_over_slots_and_days_find_in_every_scope(
    world: World, window: tuple[date, date]
) -> None:
    city, records, own = world
    rows = h13(Told(city, records, own), *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in SLOTS.items():
            check(measure("H13", scope, window, indexed, facts), [row for row in rows if holds(row)], scope)


def check(result: Measured, rows: list[Json], scope: str) -> None:
    figure = result.figure
    counted = [row for row in rows if row["served"]]
    removed = Counter(row["why"] for row in rows if not row["served"])
    idle = [row for row in counted if row["why"] in ("idle", "unknown")]
    unknown = len([row for row in counted if row["why"] == "unknown"])
    observable, skipped = sum(row["observable"] for row in counted), sum(row["skipped"] for row in counted)
    assert figure.conservative[:2] == (len(idle), len(counted)), scope
    assert figure.observed[:2] == (len(idle) - unknown, len(counted) - unknown), scope
    assert figure.coverage == ("slot-day", observable, observable + skipped), scope
    assert figure.removed == {why: removed[why] for why in IDLE_SLOTS.exclusions}, scope
    apart = {lives: len([row for row in counted if row["lives"] == lives]) for lives in LIVES}
    apart |= {f"idle_{lives}": len([row for row in idle if row["lives"] == lives]) for lives in LIVES}
    for name in ("no_consent", "no_device", "used_on_skipped"):
        apart[name] = len([row for row in idle if row["noticed"][name]])
    assert figure.apart == apart | {"skipped_days": skipped}, scope
    covered = 10 * observable >= 9 * (observable + skipped)
    assert figure.status == (None if counted and covered else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
    rest = [row for row in rows if not row["served"]]
    for part, expected in (("numerator", idle), ("denominator", counted), ("removed", rest)):
        found = [(row.slot, row.why, row.amount, str(row.day)) for row in result.rows(part)]  # type: ignore[arg-type]
        assert sorted(found) == sorted((r["key"], r["why"], 1, str(r.get("first"))) for r in expected), (scope, part)


def lamp(**slot: Any) -> Json:
    city = lived_in(bound("lamp", LONG_AGO), **{"installed_on": LONG_AGO} | slot)
    city["dwellings"][0]["handed_over_on"] = LONG_AGO
    return city


def why(city: Json, *records: Json, window: Any = FEBRUARY) -> str:
    (row,) = asked("H13", city, *records, window=window).rows("denominator")
    return row.why


@pytest.mark.parametrize(
    ("category", "days_ago", "expected"),
    [
        ("LIGHTING", 0, "idle"),  # 1 March itself is not before t1
        ("LIGHTING", 1, "used"),
        ("LIGHTING", 30, "used"),
        ("LIGHTING", 31, "idle"),
        ("HVAC_AIR", 31, "used"),
        ("HVAC_AIR", 365, "used"),  # 2 March 2023: the leap day is one of the 365
        ("HVAC_AIR", 366, "idle"),
    ],
)
def test_a_slot_is_idle_when_its_last_thirty_days_or_of_air_conditioning_a_year_hold_no_use(
    category: str, days_ago: int, expected: str
) -> None:
    assert why(lamp(category=category), usage(T1_MS - days_ago * DAY_MS, trigger="app")) == expected


@pytest.mark.parametrize(
    ("action", "trigger", "expected"),
    [
        ("on", "local", "used"),
        ("on", "scene", "used"),
        ("ack", "linkage", "used"),
        ("on", "schedule", "idle"),
        ("on", "linkage", "idle"),
    ],
)
def test_use_is_what_a_person_does(action: str, trigger: str, expected: str) -> None:
    assert why(lamp(), usage(T1_MS - 1, action, trigger), heartbeat("lamp", T1_MS - DAY_MS)) == expected


def test_a_passive_slot_is_used_while_it_is_online() -> None:
    last_minute = T1_MS - 30 * DAY_MS - 60_000  # of 30 January; a sensor's minute covers eight hours
    assert why(lamp(category="ENVIRONMENT"), heartbeat("lamp", last_minute)) == "used"
    assert why(lamp(category="GATEWAY"), heartbeat("lamp", last_minute)) == "used"
    assert why(lamp(category="GATEWAY"), heartbeat("lamp", last_minute - 30 * 60_000)) == "idle"
    assert why(lamp(category="LIGHTING"), heartbeat("lamp", last_minute)) == "idle"


def test_a_slot_younger_than_thirty_days_is_not_idle_and_stays_in_the_denominator() -> None:
    for since, expected in ((date(2024, 2, 1), "too_new"), (date(2024, 1, 31), "idle")):
        assert why(lamp(installed_on=since)) == expected
        city = lamp()
        city["dwellings"][0]["handed_over_on"] = since
        assert why(city) == expected
        assert asked("H13", city, window=FEBRUARY).figure.conservative[:2] == (int(expected == "idle"), 1)
    assert why(lamp(installed_on=date(2024, 2, 1)), usage(T1_MS - 1)) == "used"


def test_a_slot_counts_that_served_on_any_day_of_the_window() -> None:
    for change, removed in (
        ({"retired_on": date(2024, 2, 2)}, None),
        ({"retired_on": date(2024, 2, 1)}, "retired"),
        ({"installed_on": date(2024, 3, 1)}, "not_installed"),
        ({"installed_on": date(2024, 2, 29)}, None),
    ):
        figure = asked("H13", lamp(**change), window=FEBRUARY).figure
        assert figure.conservative.denominator == (0 if removed else 1)
        assert sum(figure.removed.values()) == figure.removed.get(removed or "", 0) == (1 if removed else 0)
    # its last thirty days are those before it retired
    used = usage(midnight_ms(date(2024, 1, 3)), trigger="app")
    assert why(lamp(retired_on=date(2024, 2, 2)), used) == "used"
    assert why(lamp(retired_on=date(2024, 2, 3)), used) == "idle"


def test_a_slot_without_a_device_is_idle_and_one_whose_device_was_swapped_goes_by_both() -> None:
    empty = asked("H13", lamp() | {"bindings": []}, window=FEBRUARY)
    assert [row.why for row in empty.rows("numerator")] == ["idle"]
    assert empty.figure.apart["no_device"] == 1
    swapped = date(2024, 2, 10)
    city = lamp() | {"bindings": [bound("old", LONG_AGO, swapped), bound("new", swapped)]}
    assert why(city, usage(midnight_ms(swapped) - 1, device="old")) == "used"
    assert why(city, usage(midnight_ms(swapped), device="old")) == "idle"
    assert why(city, usage(midnight_ms(swapped), device="new")) == "used"
    assert asked("H13", city, window=FEBRUARY).figure.apart["no_device"] == 0


def silent(first: date, days: int) -> Json:
    """Every day of so many has an outage of sixty minutes of the morning."""
    mornings = [midnight_ms(first + timedelta(days=n)) + 6 * 3_600_000 for n in range(days)]
    return silent_feed("acme", "lamp", *((at, at + 3_600_000) for at in mornings), since=LONG_AGO)


def test_affected_days_are_skipped_and_as_many_earlier_ones_looked_at() -> None:
    outage = silent(date(2024, 2, 26), 3)  # then the thirty begin on 28 January
    used = usage(midnight_ms(date(2024, 1, 28)), trigger="app")
    result = asked("H13", lamp() | outage, used, window=FEBRUARY)
    assert [(row.why, row.day) for row in result.rows("denominator")] == [("used", date(2024, 1, 28))]
    assert result.figure.coverage == ("slot-day", 30, 33)
    assert result.figure.apart["skipped_days"] == 3
    assert why(lamp() | outage, used | {"ts": used["ts"] - 1, "received_ms": used["ts"]}) == "idle"


def test_an_outage_before_the_first_day_looked_at_is_not_counted() -> None:
    for first, skipped in ((date(2024, 1, 30), 0), (date(2024, 1, 31), 1)):
        figure = asked("H13", lamp() | silent(first, 1), window=FEBRUARY).figure
        assert (figure.coverage, figure.apart["skipped_days"]) == (("slot-day", 30, 30 + skipped), skipped)


def test_use_on_a_skipped_day_does_not_count_and_is_shown_apart() -> None:
    result = asked("H13", lamp() | silent(date(2024, 2, 26), 1), usage(midnight_ms(date(2024, 2, 26))), window=FEBRUARY)
    assert [row.why for row in result.rows("numerator")] == ["idle"]
    assert result.figure.apart["used_on_skipped"] == 1


def test_a_long_outage_makes_the_figure_insufficient_however_clear_the_days_before() -> None:
    figure = asked("H13", lamp() | silent(date(2023, 11, 1), 121), window=FEBRUARY).figure
    assert (figure.status, figure.coverage) == ("INSUFFICIENT", ("slot-day", 30, 151))


def test_a_slot_that_an_outage_leaves_undecided_counts_as_idle_and_is_not_observed() -> None:
    for installed_on, expected in ((date(2024, 1, 31), "unknown"), (date(2024, 2, 1), "too_new")):
        city = lamp(installed_on=installed_on) | silent(date(2024, 2, 10), 2)
        figure = asked("H13", city, window=FEBRUARY).figure
        assert why(city) == expected
        undecided = int(expected == "unknown")
        assert (figure.conservative[:2], figure.observed[:2]) == ((undecided, 1), (0, 1 - undecided))
        assert why(city, usage(midnight_ms(date(2024, 2, 9)))) == "used"


def test_days_without_consent_hold_no_use_and_are_shown_apart() -> None:
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO, "valid_to": None}
    city = lamp() | {"tenancies": [tenancy | {"consent": "WITHDRAWN", "consent_from": date(2024, 2, 10)}]}
    assert why(city, usage(midnight_ms(date(2024, 2, 10)) - 1)) == "used"
    result = asked("H13", city, usage(midnight_ms(date(2024, 2, 10))), window=FEBRUARY)
    assert [row.why for row in result.rows("numerator")] == ["idle"]
    assert result.figure.apart["no_consent"] == 1


def test_idle_slots_are_split_by_who_lawfully_is_known_to_live_there() -> None:
    city = lamp()
    vacant = city | {"occupancies": [city["occupancies"][0] | {"occupied": False}]}
    for plain, lives in ((city, "occupied"), (vacant, "vacant"), (city | {"legal_bases": []}, "untold")):
        for records, idle in (((), 1), ((usage(T1_MS - 1),), 0)):
            apart = asked("H13", plain, *records, window=FEBRUARY).figure.apart
            assert {name: apart[name] for name in LIVES} == {name: int(name == lives) for name in LIVES}
            assert {name: apart[f"idle_{name}"] for name in LIVES} == {n: idle * int(n == lives) for n in LIVES}


def test_the_last_day_says_who_lives_there() -> None:
    city = lamp()
    city["occupancies"][0]["month"] = "2024-03"
    assert asked("H13", city, window=FEBRUARY).figure.apart["untold"] == 1
    assert asked("H13", city, window=(date(2024, 2, 1), date(2024, 3, 2))).figure.apart["occupied"] == 1
