"""H5 on generated pilots, against plain loops; and on one home at a time, by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import LONG_AGO, asked, bound, heartbeat, lived_in, usage
from tests.unit.adoption.oracle_household import h5
from tests.unit.adoption.oracle_months import Told
from tests.unit.adoption.test_homes import HOMES
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

T1 = date(2024, 3, 2)  # the 30 days before it begin on 1 February
WINDOW = (date(2024, 3, 1), T1)
FIRST, LAST = midnight_ms(date(2024, 2, 1)), midnight_ms(T1) - 1


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_household_activation_is_what_plain_loops_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    homes = h5(Told(city, records, own), window[1])
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in HOMES.items():
            mine = [home for home in homes if holds(home["dwelling"])]
            counted = [home for home in mine if home["handed_over"]]
            activated = [home for home in counted if home["activated"]]
            clear = len([home for home in counted if not home["unknown"]])
            result = measure("H5", scope, window, indexed, facts)
            figure = result.figure
            assert figure.conservative[:2] == (len(activated), len(counted)), scope
            assert figure.observed[:2] == (len(activated), clear), scope
            assert figure.coverage == ("dwelling", clear, len(counted))
            assert figure.removed == {"not_handed_over": len(mine) - len(counted)}
            assert figure.apart == {
                "any_category": len([home for home in counted if home["any"]]),
                "no_consent": len([home for home in counted if home["no_consent"]]),
            }
            covered = 10 * clear >= 9 * len(counted)
            assert figure.status == (None if counted and covered else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
            rest = [home for home in mine if not home["handed_over"]]
            for part, expected in (("numerator", activated), ("denominator", counted), ("removed", rest)):
                found = [(row.dwelling, row.amount) for row in result.rows(part)]  # type: ignore[arg-type]
                assert sorted(found) == sorted((f"xili/{h['dwelling']['dwelling_ref']}", 1) for h in expected), scope


def home_of(*categories: str, **dwelling: Any) -> Json:
    """A home with a slot for each category, in each a device named as the slot."""
    codes = "abcdefgh"[: len(categories)]
    city = lived_in(*(bound(code, LONG_AGO) | {"slot": f"xili/ref-00000001/{code}"} for code in codes))
    slot = city["slots"][0] | {"installed_on": LONG_AGO}
    city["slots"] = [slot | {"code": c, "category": k} for c, k in zip(codes, categories, strict=True)]
    city["dwellings"][0] |= dwelling
    return city


def rate(city: Json, *records: Json) -> tuple[int, int | None]:
    numerator, denominator = asked("H5", city, *records, window=WINDOW).figure.conservative[:2]
    return numerator, denominator


@pytest.mark.parametrize(
    ("categories", "heard", "activated"),
    [
        (["LIGHTING", "SHADING", "ACCESS_LOCK", "GATEWAY"], "abc", 1),
        (["LIGHTING", "SHADING", "ACCESS_LOCK", "GATEWAY"], "ab", 0),
        (["LIGHTING", "LIGHTING", "SHADING", "GATEWAY"], "abc", 0),  # three devices of two categories
        (["LIGHTING", "GATEWAY"], "ab", 1),  # no more than two are required
        (["LIGHTING", "GATEWAY"], "a", 0),
        (["LIGHTING"], "a", 1),
        (["LIGHTING"], "", 0),
        ([], "", 0),  # nothing required: nothing activated
    ],
)
def test_three_categories_or_all_that_are_required_activate_a_home(
    categories: list[str], heard: str, activated: int
) -> None:
    assert rate(home_of(*categories), *(heartbeat(device, FIRST) for device in heard)) == (activated, 1)


@pytest.mark.parametrize(("ts", "activated"), [(FIRST, 1), (LAST, 1), (FIRST - 1, 0), (LAST + 1, 0)])
def test_only_the_last_thirty_days_count(ts: int, activated: int) -> None:
    assert rate(home_of("LIGHTING"), heartbeat("a", ts)) == (activated, 1)


def test_what_was_said_before_the_hand_over_does_not_activate_and_a_home_not_handed_over_is_removed() -> None:
    said = heartbeat("a", midnight_ms(date(2024, 2, 10)))
    assert rate(home_of("LIGHTING", handed_over_on=date(2024, 2, 10)), said) == (1, 1)
    assert rate(home_of("LIGHTING", handed_over_on=date(2024, 2, 11)), said) == (0, 1)
    assert rate(home_of("LIGHTING", handed_over_on=date(2024, 3, 1)), said) == (0, 1)
    for never in (T1, None):
        figure = asked("H5", home_of("LIGHTING", handed_over_on=never), said, window=WINDOW).figure
        assert (figure.status, figure.removed) == ("NOT_APPLICABLE", {"not_handed_over": 1})


def test_a_required_slot_that_is_not_installed_is_still_required_and_one_that_is_not_required_does_not_help() -> None:
    both = [heartbeat(device, FIRST) for device in "ab"]
    for change, activated in (({"installed_on": None}, 0), ({"required": False}, 1), ({"retired_on": WINDOW[0]}, 1)):
        city = home_of("LIGHTING", "SHADING")
        city["slots"][1] |= change
        assert rate(city, *both[:1]) == (activated, 1)
        assert rate(city, *both[1:]) == (0, 1)


def test_of_a_swapped_device_both_speak_for_the_category_on_their_own_days() -> None:
    swapped = date(2024, 2, 15)
    city = home_of("LIGHTING")
    place = {"slot": "xili/ref-00000001/a"}
    city["bindings"] = [bound("old", LONG_AGO, swapped) | place, bound("new", swapped) | place]
    before, after = midnight_ms(swapped) - 1, midnight_ms(swapped)
    assert rate(city, heartbeat("old", before)) == (1, 1)
    assert rate(city, heartbeat("new", after)) == (1, 1)
    assert rate(city, heartbeat("old", after), heartbeat("new", before)) == (0, 1)


def test_a_home_that_refused_stays_in_the_denominator_and_is_shown_apart() -> None:
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO, "valid_to": None}
    for word, why, activated in (("REFUSED", "no_consent", 0), ("GIVEN", "activated", 1)):
        city = home_of("LIGHTING") | {"tenancies": [tenancy | {"consent": word, "consent_from": LONG_AGO}]}
        result = asked("H5", city, usage(FIRST, device="a"), window=WINDOW)
        assert [row.why for row in result.rows("denominator")] == [why]
        assert result.figure.apart == {"any_category": activated, "no_consent": 1 - activated}


def test_a_home_silent_through_an_outage_of_every_day_is_unknown_and_one_clear_day_makes_it_silent() -> None:
    mornings = [midnight_ms(date(2024, 2, 1) + timedelta(days=n)) + 6 * 3_600_000 for n in range(30)]
    every_day = [(morning, morning + 3_600_000) for morning in mornings]
    unknown = asked("H5", home_of("LIGHTING") | silent_feed("acme", "a", *every_day), window=WINDOW)
    assert [row.why for row in unknown.rows("denominator")] == ["unknown"]
    assert (unknown.figure.status, unknown.figure.coverage) == ("INSUFFICIENT", ("dwelling", 0, 1))
    assert (unknown.figure.conservative[:2], unknown.figure.observed[:2]) == ((0, 1), (0, 0))
    silent = asked("H5", home_of("LIGHTING") | silent_feed("acme", "a", *every_day[1:]), window=WINDOW)
    assert [row.why for row in silent.rows("denominator")] == ["never_heard"]
    assert silent.figure.observed[:2] == (0, 1)
    # a category that could be heard and was not leaves it short, whatever the other would have said
    other = asked("H5", home_of("LIGHTING", "SHADING") | silent_feed("acme", "a", *every_day), window=WINDOW)
    assert other.figure.coverage == ("dwelling", 1, 1)
