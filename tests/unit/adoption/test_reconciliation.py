"""V11 and V8: uses beside tickets and footfall, by hand and on generated venues."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from services.adoption.definitions import REACH, RECONCILIATION
from services.adoption.measure import Measured
from tests.unit.adoption import cities, oracle, oracle_registers
from tests.unit.adoption.checking import check_integers
from tests.unit.adoption.cities_told import told_worlds, visits
from tests.unit.adoption.cities_venues import key, scopes
from tests.unit.adoption.venues import ALWAYS, DAY, NINE, asked, of_session, session, venue, void
from tests.unit.adoption.world import Json, city_of, known, measure


@settings(deadline=None, max_examples=cities.EXAMPLES * 2)
@given(told_worlds(), cities.windows())
def test_both_are_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, records = world
    minutes = oracle.open_minutes(city, *window)
    with known(records) as facts:
        indexed = city_of(city)
        for metric, method in (("V11", "TICKETED"), ("V8", "FOOTFALL")):
            counts, rest = oracle_registers.compared(city, records, method, *window)
            for scope, holds in scopes(city).items():
                result = measure(metric, scope, window, indexed, facts)
                by_place = scope.split(":")[0] in ("programme", "site", "district", "venue_type")
                mine = [c for c in counts if by_place and holds("", "", c["venue"], None)]
                uses, told = sum(c["uses"] for c in mine), sum(c["count"] for c in mine)
                opened = sum(n for (v, d, k), n in minutes.items() if holds(v, d, k.split("/")[0], k))
                total = (abs(uses - told) if metric == "V11" else uses, told)
                check_integers(result, total, total, (opened, opened), scope)
                if by_place:
                    others = [s for s in rest if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
                    assert result.figure.removed == {"no_count": sum(s["headcount"] for s in others)}, scope
                if metric == "V11":
                    gaps = sum(abs(c["uses"] - c["count"]) for c in mine)
                    assert result.figure.apart == {"uses": uses, "gap_of_periods": gaps}, scope
                    assert result.figure.findings == {"above_limit": int(20 * total[0] > 3 * told)}, scope
                check_periods(result, metric, mine, -1 if uses < told else 1)


def check_periods(result: Measured, metric: str, counts: list[Json], direction: int) -> None:
    """The rows: a count each, with what is more and what fewer."""
    numerator = [(c, direction * (c["uses"] - c["count"]) if metric == "V11" else c["uses"]) for c in counts]
    for part, amounts in (("numerator", numerator), ("denominator", [(c, c["count"]) for c in counts])):
        rows = result.rows(part)  # type: ignore[arg-type]
        expected = Counter((c["venue"], c["period"][:10], compare(c), amount) for c, amount in amounts if amount)
        assert Counter((row.site, str(row.day), row.why, row.amount) for row in rows) == expected, part
        assert sum(row.amount for row in rows) == result.total(part), part  # type: ignore[arg-type]
    assert sum(row.amount for row in result.rows("removed")) == result.total("removed")


def compare(count: Json) -> str:
    if count["uses"] == count["count"]:
        return "same"
    return "more_uses" if count["uses"] > count["count"] else "fewer_uses"


def museum(*counts: Json, **calendar: Any) -> Json:
    return venue(**calendar) | {"venue_counts": list(counts)}


THREE = [session(NINE + n * 1_000_000, 300) for n in range(3)]


def test_the_gap_is_how_far_uses_are_from_tickets_whichever_are_more() -> None:
    more, fewer, same = (asked("V11", museum(visits("2024-03-01", n)), *THREE) for n in (2, 4, 3))
    assert more.figure.conservative == (1, 2, "1/2", "50.00")
    assert fewer.figure.conservative == (1, 4, "1/4", "25.00")
    assert same.figure.conservative == (0, 3, "0/3", "0.00")
    assert [result.rows("denominator")[0].why for result in (more, fewer, same)] == ["more_uses", "fewer_uses", "same"]
    assert same.rows("denominator")[0].document == "museum/hall/2024-03-01/TICKETED: 虚构票务"


@pytest.mark.parametrize(("uses", "above"), [(17, 0), (16, 1), (23, 0), (24, 1)])
def test_more_than_fifteen_in_a_hundred_is_an_exception(uses: int, above: int) -> None:
    records = [session(NINE + n * 400_000, 300, content=str(n)) for n in range(uses)]
    figure = asked("V11", museum(visits("2024-03-01", 20)), *records).figure
    assert (figure.conservative.numerator, figure.findings["above_limit"]) == (abs(20 - uses), above)


def test_gaps_of_one_sign_set_off_those_of_the_other_and_that_is_shown() -> None:
    city = museum(visits("2024-03-01T09", 1), visits("2024-03-01T10", 2))
    result = asked("V11", city, *THREE[:2], session(NINE + 3_600_000, 300))
    assert result.figure.conservative.value == "0/3"
    assert result.figure.apart == {"uses": 3, "gap_of_periods": 2}
    assert [(row.why, row.amount) for row in result.rows("numerator")] == [("more_uses", 1), ("fewer_uses", -1)]


@pytest.mark.parametrize(
    ("ts", "period", "uses"),
    [
        (NINE, "2024-03-01T09", 1),
        (NINE + 3_599_999, "2024-03-01T09", 1),
        (NINE + 3_600_000, "2024-03-01T09", 0),
        (NINE - 1, "2024-03-01T09", 0),
        (cities.midnight_ms(DAY), "2024-03-01", 1),
        (cities.midnight_ms(date(2024, 3, 2)) - 1, "2024-03-01", 1),
        (cities.midnight_ms(date(2024, 3, 2)) - 1, "2024-03-01T23", 1),
    ],
)
def test_a_use_is_compared_in_the_hour_or_day_in_which_it_begins(ts: int, period: str, uses: int) -> None:
    figure = asked("V11", museum(visits(period, 5), weekly=ALWAYS), session(ts, 300)).figure
    assert (figure.apart["uses"], figure.removed["no_count"]) == (uses, 1 - uses)


def test_headcounts_are_compared_and_what_v2_does_not_count_is_not() -> None:
    dome = venue("CAVE_DOME", seats=8) | {"venue_counts": [visits("2024-03-01", 10)]}
    gone = session(NINE + 2_000_000, 300, headcount=5)
    records = [session(NINE, 300, headcount=6), session(NINE - 1_000_000, 300, headcount=7), gone]
    assert asked("V11", dome, *records, void(of_session(gone))).figure.apart["uses"] == 6


def test_tickets_of_another_zone_day_or_kind_are_not_compared() -> None:
    roof = visits("2024-03-01", 5, zone="roof")
    others = visits("2024-02-29", 5), visits("2024-03-01", 5, "FOOTFALL"), visits("2024-03-02T00", 5)
    figure = asked("V11", museum(*others), *THREE).figure
    assert (figure.status, figure.conservative[:2], figure.removed["no_count"]) == ("NOT_APPLICABLE", (0, 0), 3)
    assert figure.note == RECONCILIATION.notes["no_source"]
    assert asked("V11", museum(roof), *THREE).figure.conservative[:2] == (5, 5)


def test_reach_is_uses_over_footfall_where_a_source_of_it_is_registered() -> None:
    city = museum(visits("2024-03-01", 40, "FOOTFALL"), visits("2024-03-01", 3))
    assert asked("V8", city, *THREE).figure.conservative == (3, 40, "3/40", "7.50")
    without = asked("V8", museum(visits("2024-03-01", 3)), *THREE).figure
    assert (without.status, without.conservative.value) == ("NOT_APPLICABLE", None)
    assert without.note == REACH.notes["no_source"]
