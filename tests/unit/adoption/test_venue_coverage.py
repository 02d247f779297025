"""V1: which venues of the register have VR, by hand and on generated venues."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import VENUE_COVERAGE
from tests.unit.adoption import cities, oracle_registers
from tests.unit.adoption.cities_told import entry, told_worlds
from tests.unit.adoption.cities_venues import scopes
from tests.unit.adoption.venues import DAY, WINDOW, asked, venue
from tests.unit.adoption.world import Json, city_of, known, measure

LONG_AGO, T1 = date(2024, 1, 5), WINDOW[1]


@settings(deadline=None, max_examples=cities.EXAMPLES * 3)
@given(told_worlds(), cities.windows())
def test_coverage_is_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, _ = world
    with known([]) as facts:
        indexed = city_of(city)
        for scope in scopes(city):
            told = oracle_registers.venues(city, scope, window[1])
            result = measure("V1", scope, window, indexed, facts)
            figure = result.figure
            listed = [one for one in told["entries"] if one[2] != "not_yet_listed"]
            covered = [one for one in listed if one[2] == "covered"]
            total = (len(covered), len(listed)) if listed else (len(told["covered"]), None)
            assert figure.conservative[:2] == figure.observed[:2] == total, scope
            assert figure.status == (None if listed or told["ours"] else "NOT_APPLICABLE"), scope
            assert figure.findings == {"unlisted": len(told["unlisted"]) if listed else 0}, scope
            assert figure.note == (None if listed else VENUE_COVERAGE.notes["no_register"]), scope
            late = len(told["entries"]) - len(listed)
            assert figure.removed == {"not_yet_listed": late}
            assert len(result.rows("removed")) == late
            assert Counter((row.site, row.why) for row in result.rows("denominator")) == Counter(
                (site, why) for _, site, why in listed
            )
            sites = [site for _, site, _ in covered] if listed else told["covered"]
            assert sorted(str(row.site) for row in result.rows("numerator")) == sorted(map(str, sites)), scope


def museum(*entries: Json, **place: Any) -> Json:
    """A museum with one accepted installation, and a register."""
    city = venue() | {"venue_entries": list(entries)}
    city["installations"][0] |= {"accepted_on": LONG_AGO, "accepted_by": "区局"} | place
    return city


def test_venues_of_the_register_with_accepted_vr_over_all_of_them() -> None:
    city = museum(*(entry(f"e-{n}", "museum" if n == 0 else None, LONG_AGO) for n in range(3)))
    result = asked("V1", city)
    assert result.figure.conservative == (1, 3, "1/3", "33.33")
    assert [row.why for row in result.rows("denominator")] == ["covered", "no_vr", "no_vr"]
    assert result.rows("numerator")[0].document == "e-0: 虚构名录, 2024-01-05"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ({}, "covered"),
        ({"accepted_on": DAY}, "covered"),
        ({"accepted_on": T1}, "not_accepted"),
        ({"accepted_on": None}, "not_accepted"),
        ({"accepted_by": None}, "not_accepted"),
        ({"installed_on": None}, "not_in_service"),
        ({"installed_on": T1}, "not_in_service"),
        ({"retired_on": DAY}, "not_in_service"),
        ({"retired_on": T1}, "covered"),
    ],
)
def test_vr_counts_where_it_is_accepted_and_in_service_on_the_day_before_t1(place: Json, why: str) -> None:
    (row,) = asked("V1", museum(entry("e-1", "museum", LONG_AGO), **place)).rows("denominator")
    assert row.why == why


def test_one_accepted_installation_is_enough() -> None:
    city = museum(entry("e-1", "museum", LONG_AGO))
    first = city["installations"][0]
    more = first | {"code": "a", "accepted_on": None}, first, first | {"code": "z", "retired_on": DAY}
    assert asked("V1", city | {"installations": list(more)}).figure.conservative.value == "1/1"


def test_without_a_register_there_is_a_count_and_no_rate() -> None:
    figure = asked("V1", museum()).figure
    assert (figure.status, figure.conservative) == (None, (1, None, 1, None))
    assert figure.note == VENUE_COVERAGE.notes["no_register"]


def test_an_entry_whose_source_is_not_of_before_t1_is_removed() -> None:
    later = entry("e-2", None, T1)
    figure = asked("V1", museum(entry("e-1", "museum", T1 - timedelta(days=1)), later)).figure
    assert (figure.conservative.value, figure.removed["not_yet_listed"]) == ("1/1", 1)


def test_a_venue_that_the_register_does_not_have_is_a_finding_and_not_in_the_rate() -> None:
    figure = asked("V1", museum(entry("e-1", None, LONG_AGO))).figure
    assert (figure.conservative.value, figure.findings) == ("0/1", {"unlisted": 1})
