"""H11 on generated pilots, against loops over dwellings, months and categories; and on one home at a time, by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import CATEGORY_USE
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_months, oracle
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import LONG_AGO, asked, bound, heartbeat, hours, lived_in, usage
from tests.unit.adoption.oracle_homes import PASSIVE, device_in, why_removed
from tests.unit.adoption.oracle_months import Told, clear, dwelling_months, key_of
from tests.unit.adoption.test_homes import HOMES
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

FEBRUARY = (date(2024, 2, 1), date(2024, 3, 1))
LAWFUL = ["not_handed_over", "no_legal_basis", "not_reported", "vacant"]
ONE = timedelta(days=1)
SCOPES: dict[str, Callable[[Json], bool]] = {
    **{scope: lambda unit, holds=holds: holds(unit["dwelling"]) for scope, holds in HOMES.items()},  # type: ignore[misc]
    **{f"category:{c}": lambda unit, c=c: unit["category"] == c for c in ("LIGHTING", "HVAC_AIR", "GATEWAY")},  # type: ignore[misc]
}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_category_use_is_what_loops_over_days_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    units = h11(Told(city, records, own), *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in SCOPES.items():
            check(measure("H11", scope, window, indexed, facts), [unit for unit in units if holds(unit)], scope)


def h11(told: Told, start: date, end: date) -> list[Json]:
    """Every interactive category that a dwelling has slots of, in every month."""
    found = []
    for month in dwelling_months(told, start, end, LAWFUL):
        mine = [slot for slot in told.city["slots"] if slot["dwelling_ref"] == month["dwelling"]["dwelling_ref"]]
        for category in {slot["category"] for slot in mine} - set(PASSIVE):
            unit = month | {"category": category}
            there = [slot for slot in mine if slot["category"] == category]
            if unit["removed"] is None and not any(activated(told, slot, month) for slot in there):
                unit["removed"] = "not_activated"
            found.append(unit)
    return found


def activated(told: Told, slot: Json, month: Json) -> bool:
    """Whether on a counted day a device is in the slot that is heard from its binding to its last day of the month."""
    for day in month["days"]:
        bound = device_in(told.city, key_of(slot), day["day"])
        if bound is None or why_removed(told.city, slot, day["day"]) is not None:
            continue
        last = day["day"]
        while (last + ONE).month == month["first"].month and device_in(told.city, key_of(slot), last + ONE) == bound:
            if why_removed(told.city, slot, last + ONE) is not None:
                break
            last += ONE
        minutes = told.minutes.get((bound["vendor"], bound["device"]), {}).get("seen", set())
        if any(bound["valid_from"] <= oracle.day_of(minute) <= last for minute in minutes):
            return True
    return False


def used(unit: Json, days: list[Json]) -> bool:
    return any(unit["category"] in day["used_in"] for day in days)


def check(result: Measured, units: list[Json], scope: str) -> None:
    figure = result.figure
    counted = [unit for unit in units if unit["removed"] is None]
    in_use = [unit for unit in counted if used(unit, unit["days"])]
    observed = [unit for unit in counted if len(clear(unit["days"])) >= 15]
    removed = Counter(unit["removed"] for unit in units)
    unaffected, every = sum(len(clear(unit["days"])) for unit in counted), sum(len(unit["days"]) for unit in counted)
    assert figure.conservative[:2] == (len(in_use), len(counted)), scope
    assert figure.observed[:2] == (len([u for u in observed if used(u, clear(u["days"]))]), len(observed)), scope
    assert figure.coverage == ("dwelling-day", unaffected, every)
    assert figure.removed == {why: removed[why] for why in CATEGORY_USE.exclusions}, scope
    for key, number in figure.apart.items():
        kind, category = key.split(".")
        of_kind = in_use if kind == "used" else counted
        assert number == len([unit for unit in of_kind if unit["category"] == category]), (scope, key)
    assert len(figure.apart) == 2 * 9  # nine categories are interactive
    covered = 10 * unaffected >= 9 * every
    assert figure.status == (None if counted and covered else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
    rest = [unit for unit in units if unit["removed"]]
    parts: list[tuple[Any, list[Json]]] = [("numerator", in_use), ("denominator", counted), ("removed", rest)]
    for part, expected in parts:
        found = [(str(row.dwelling), str(row.day), str(row.category), row.amount) for row in result.rows(part)]
        wanted = [(f"xili/{u['dwelling']['dwelling_ref']}", str(u["first"]), u["category"], 1) for u in expected]
        assert sorted(found) == sorted(wanted), (scope, part)
        assert len(found) == result.total(part)


def home_of(*categories: str) -> Json:
    """A home with a slot for each category, in each a device named as the slot."""
    codes = "abcdefgh"[: len(categories)]
    city = lived_in(*(bound(code, LONG_AGO) | {"slot": f"xili/ref-00000001/{code}"} for code in codes))
    slot = city["slots"][0] | {"installed_on": LONG_AGO}
    city["slots"] = [slot | {"code": c, "category": k} for c, k in zip(codes, categories, strict=True)]
    return city


def on(day: date, device: str = "a", trigger: str = "local", action: str = "on") -> Json:
    return usage(midnight_ms(day), action, trigger, device)


LEAP_DAY = date(2024, 2, 29)
ACTIVATED = heartbeat("a", midnight_ms(LONG_AGO))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (on(LEAP_DAY), "used"),
        (on(LEAP_DAY, trigger="app"), "used"),
        (on(LEAP_DAY, trigger="linkage", action="ack"), "used"),
        (on(LEAP_DAY, trigger="linkage"), "not_used"),
        (on(date(2024, 3, 1)), "not_used"),
        (on(date(2024, 1, 31)), "not_used"),
    ],
)
def test_one_use_of_the_month_is_use_of_the_category(said: Json, why: str) -> None:
    result = asked("H11", home_of("LIGHTING"), ACTIVATED, said, window=FEBRUARY)
    assert [(row.why, row.category) for row in result.rows("denominator")] == [(why, "LIGHTING")]
    assert result.figure.apart["activated.LIGHTING"] == 1
    assert result.figure.apart["used.LIGHTING"] == int(why == "used")


def test_two_slots_of_one_category_are_one_and_each_category_counts_apart() -> None:
    city = home_of("LIGHTING", "LIGHTING", "SHADING")
    said = [on(LEAP_DAY, "a"), on(LEAP_DAY, "b"), heartbeat("c", midnight_ms(LEAP_DAY))]
    assert asked("H11", city, *said, window=FEBRUARY).figure.conservative.value == "1/2"
    with known(said) as facts:
        shading = measure("H11", "category:SHADING", FEBRUARY, city_of(city), facts).figure
        gateway = measure("H11", "category:GATEWAY", FEBRUARY, city_of(city), facts).figure
    assert shading.conservative.value == "0/1"
    assert (gateway.status, gateway.note) == ("NOT_APPLICABLE", CATEGORY_USE.notes["passive"])


def test_a_category_never_heard_since_its_binding_is_not_activated() -> None:
    city = home_of("LIGHTING")
    city["bindings"][0]["valid_from"] = date(2024, 2, 10)
    for ts, counts in (
        (midnight_ms(date(2024, 2, 10)) - 1, 0),
        (midnight_ms(date(2024, 2, 10)), 1),
        (midnight_ms(date(2024, 3, 1)) - 1, 1),
        (midnight_ms(date(2024, 3, 1)), 0),
    ):
        figure = asked("H11", city, heartbeat("a", ts), window=FEBRUARY).figure
        assert (figure.conservative.denominator, figure.removed["not_activated"]) == (counts, 1 - counts)


def test_a_device_that_was_gone_before_the_first_counted_day_does_not_activate() -> None:
    for gone_on, counts in ((date(2024, 2, 10), 0), (date(2024, 2, 11), 1)):
        city = home_of("LIGHTING")
        city["legal_bases"][0]["valid_from"] = date(2024, 2, 10)
        city["bindings"][0]["valid_to"] = gone_on
        assert asked("H11", city, ACTIVATED, window=FEBRUARY).figure.conservative.denominator == counts


def test_a_swapped_device_activates_and_uses_the_category_on_its_own_days() -> None:
    swapped = date(2024, 2, 20)
    city = home_of("LIGHTING")
    place = {"slot": "xili/ref-00000001/a"}
    city["bindings"] = [bound("old", LONG_AGO, swapped) | place, bound("new", swapped) | place]
    assert asked("H11", city, on(swapped - ONE, "old"), window=FEBRUARY).figure.conservative.value == "1/1"
    assert asked("H11", city, on(swapped, "new"), window=FEBRUARY).figure.conservative.value == "1/1"
    assert asked("H11", city, on(swapped, "old"), window=FEBRUARY).figure.status == "NOT_APPLICABLE"


def test_homes_that_do_not_count_for_h8_do_not_count() -> None:
    city = home_of("LIGHTING", "GATEWAY")
    city["dwellings"][0]["handed_over_on"] = date(2024, 2, 16)
    figure = asked("H11", city, on(LEAP_DAY), window=FEBRUARY).figure
    assert (figure.status, figure.removed["not_handed_over"]) == ("NOT_APPLICABLE", 1)  # the gateway is no unit
    unlawful = asked("H11", home_of("LIGHTING") | {"legal_bases": []}, on(LEAP_DAY), window=FEBRUARY).figure
    assert unlawful.note == CATEGORY_USE.notes["no_lawful_occupancy"]
    cut = asked("H11", home_of("LIGHTING"), on(LEAP_DAY), window=(FEBRUARY[0], LEAP_DAY)).figure
    assert (cut.note, cut.removed["partial_month"]) == (CATEGORY_USE.notes["no_whole_month"], 1)


def test_use_on_days_without_consent_does_not_count() -> None:
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO, "valid_to": None}
    for told, why in ((LEAP_DAY, "not_used"), (date(2024, 2, 1), "no_consent"), (date(2024, 3, 1), "used")):
        city = home_of("LIGHTING") | {"tenancies": [tenancy | {"consent": "WITHDRAWN", "consent_from": told}]}
        result = asked("H11", city, ACTIVATED, on(LEAP_DAY), window=FEBRUARY)
        assert [row.why for row in result.rows("denominator")] == [why]


def test_an_affected_day_leaves_no_use_undecided_and_use_on_it_unobserved() -> None:
    city = home_of("LIGHTING") | silent_feed("acme", "a", hours(LEAP_DAY, 6, 7))
    undecided = asked("H11", city, ACTIVATED, window=FEBRUARY)
    assert [row.why for row in undecided.rows("denominator")] == ["unknown"]
    assert undecided.figure.coverage == ("dwelling-day", 28, 29)
    only_then = asked("H11", city, ACTIVATED, on(LEAP_DAY), window=FEBRUARY).figure
    assert (only_then.conservative[:2], only_then.observed[:2]) == ((1, 1), (0, 1))
