"""H12 on generated pilots, against loops over slots and days; and on one home at a time, by hand."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings

from services.adoption.definitions import AUTOMATION
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.homes import DAY, LAST_MS, LONG_AGO, MIDNIGHT, asked, bound, heartbeat, hours, lived_in, usage
from tests.unit.adoption.oracle_months import Told
from tests.unit.adoption.oracle_slots import h12
from tests.unit.adoption.test_homes import SLOTS
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

MINUTE = 60_000
TENANCY = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO, "valid_to": None}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_the_automation_share_is_what_loops_over_slots_and_days_find_in_every_scope(
    world: World, window: tuple[date, date]
) -> None:
    city, records, own = world
    rows = h12(Told(city, records, own), *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in SLOTS.items():
            check(measure("H12", scope, window, indexed, facts), [row for row in rows if holds(row)], scope)


def check(result: Measured, rows: list[Json], scope: str) -> None:
    figure = result.figure
    counted = [row for row in rows if row["removed"] is None]
    removed = Counter(row["removed"] for row in rows if row["removed"])
    automated, every = sum(row["automated"] for row in counted), sum(row["any"] for row in counted)
    assert figure.conservative[:2] == figure.observed[:2] == (automated, every), scope
    assert figure.removed == {why: removed[why] for why in AUTOMATION.exclusions}, scope
    assert figure.coverage == ("slot-day", len(counted), len(counted) + removed["affected"])
    assert figure.apart == {"both": sum(row["both"] for row in counted)}
    covered = 10 * len(counted) >= 9 * (len(counted) + removed["affected"])
    assert figure.status == (None if every and covered else "INSUFFICIENT" if every else "NOT_APPLICABLE")
    for part, amounts in (
        ("numerator", {(row["key"], row["day"]): row["automated"] for row in counted if row["automated"]}),
        ("denominator", {(row["key"], row["day"]): row["any"] for row in counted if row["any"]}),
        ("removed", {(row["key"], row["day"]): 1 for row in rows if row["removed"]}),
    ):
        found = result.rows(part)  # type: ignore[arg-type]
        assert {(row.slot, row.day): row.amount for row in found} == amounts, (scope, part)
        assert (len(found), sum(row.amount for row in found)) == (len(amounts), result.total(part))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "trigger", "automated", "every"),
    [
        ("on", "schedule", 1, 1),
        ("on", "linkage", 1, 1),
        ("on", "scene", 0, 1),
        ("on", "app", 0, 1),
        ("on", "local", 0, 1),
        ("ack", "schedule", 0, 1),  # somebody acknowledged it
    ],
)
def test_what_is_automated(action: str, trigger: str, automated: int, every: int) -> None:
    city = lived_in(bound("lamp", LONG_AGO))
    result = asked("H12", city, usage(MIDNIGHT + LAST_MS, action, trigger), heartbeat("lamp", MIDNIGHT))
    assert result.figure.conservative[:2] == (automated, every)


def test_a_minute_of_a_device_counts_once_and_on_both_sides_where_it_was_both() -> None:
    city = lived_in(bound("lamp", LONG_AGO))
    at_once = [usage(MIDNIGHT + ms, trigger=trigger) for ms, trigger in ((0, "schedule"), (1, "app"), (59_999, "app"))]
    later = [usage(MIDNIGHT + MINUTE, trigger="local"), usage(MIDNIGHT + 2 * MINUTE, trigger="linkage")]
    result = asked("H12", city, *at_once, *later)
    assert (result.figure.conservative.value, result.figure.apart) == ("2/3", {"both": 1})
    assert [(row.why, row.amount, row.slot) for row in result.rows("denominator")] == [
        ("mixed", 3, "xili/ref-00000001/a")
    ]


def test_two_devices_in_one_minute_are_two_device_minutes() -> None:
    city = lived_in(bound("lamp", LONG_AGO), bound("blind", LONG_AGO) | {"slot": "xili/ref-00000001/b"})
    city["slots"].append(city["slots"][0] | {"code": "b", "category": "SHADING"})
    uses = [usage(MIDNIGHT, trigger="schedule"), usage(MIDNIGHT, trigger="app", device="blind")]
    result = asked("H12", city, *uses)
    assert result.figure.conservative.value == "1/2"
    assert sorted(row.why for row in result.rows("denominator")) == ["automated", "by_persons"]


def test_where_nothing_was_used_there_is_no_share() -> None:
    figure = asked("H12", lived_in(bound("lamp", LONG_AGO)), heartbeat("lamp", MIDNIGHT)).figure
    assert (figure.status, figure.conservative[:3]) == ("NOT_APPLICABLE", (0, 0, None))


def test_passive_categories_and_slots_out_of_service_are_removed_with_what_they_did() -> None:
    acted = usage(MIDNIGHT, trigger="schedule")
    for change, why in (
        ({"category": "ENVIRONMENT"}, "not_interactive"),
        ({"installed_on": None}, "not_installed"),
        ({"retired_on": DAY}, "retired"),
    ):
        figure = asked("H12", lived_in(bound("lamp", LONG_AGO), **change), acted).figure
        assert (figure.status, figure.removed[why], sum(figure.removed.values())) == ("NOT_APPLICABLE", 1, 1)


def test_days_before_the_hand_over_and_without_consent_do_not_count() -> None:
    window = (date(2024, 2, 28), date(2024, 3, 2))
    acted = [usage(MIDNIGHT + n * 86_400_000, trigger="schedule") for n in (-1, 0, 1)]
    city = lived_in(bound("lamp", LONG_AGO))
    city["dwellings"][0]["handed_over_on"] = DAY
    city["tenancies"] = [TENANCY | {"consent": "WITHDRAWN", "consent_from": date(2024, 3, 1)}]
    figure = asked("H12", city, *acted, window=window).figure
    assert figure.conservative.value == "1/1"
    assert (figure.removed["not_handed_over"], figure.removed["no_consent"]) == (1, 1)


def test_a_swapped_device_acts_for_the_slot_on_its_own_days() -> None:
    city = lived_in(bound("old", LONG_AGO, DAY), bound("new", DAY))
    window = (date(2024, 2, 28), date(2024, 3, 1))
    acted = [usage(MIDNIGHT + n, trigger="schedule", device=device) for n in (-1, 0) for device in ("old", "new")]
    result = asked("H12", city, *acted, window=window)
    assert [(row.device, row.day) for row in result.rows("numerator")] == [("old", window[0]), ("new", DAY)]


def test_an_affected_day_is_in_neither_and_takes_coverage() -> None:
    city = lived_in(bound("lamp", LONG_AGO)) | silent_feed("acme", "lamp", hours(DAY, 6, 7))
    window = (date(2024, 2, 28), date(2024, 3, 1))
    acted = [usage(MIDNIGHT - 1, trigger="app"), usage(MIDNIGHT, trigger="schedule")]
    figure = asked("H12", city, *acted, window=window).figure
    assert (figure.status, figure.coverage) == ("INSUFFICIENT", ("slot-day", 1, 2))
    assert figure.conservative[:2] == figure.observed[:2] == (0, 1)
    assert figure.removed["affected"] == 1
