"""H9 on generated pilots, against loops over dwellings and days; and on one home at a time, by hand."""

from collections import Counter
from datetime import date

from hypothesis import given, settings

from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import LONG_AGO, asked, bound, hours, lived_in, usage
from tests.unit.adoption.oracle_homes import days
from tests.unit.adoption.oracle_months import Told, clear, judged
from tests.unit.adoption.test_homes import HOMES
from tests.unit.adoption.world import Json, World, city_of, known, measure, silent_feed

TEN_DAYS = (date(2024, 2, 25), date(2024, 3, 6))
TENANCY = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO, "valid_to": None}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_stickiness_is_what_loops_over_days_find_in_every_scope(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    told = Told(city, records, own)
    homes = [(home, [judged(told, home, day) for day in days(*window)]) for home in city["dwellings"]]
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in HOMES.items():
            mine = [found for home, found in homes if holds(home)]
            serving = [[day for day in found if handed_over(day) and day["in_service"]] for found in mine]
            sticky = [found for found in serving if any(day["active"] for day in found)]
            observed = [clear(found) for found in serving if any(day["active"] for day in clear(found))]
            every = [day for found in mine for day in found]
            covered = [day for day in every if day["why"] is None] or [day for day in every if handed_over(day)]
            result = measure("H9", scope, window, indexed, facts)
            figure = result.figure
            assert figure.conservative[:2] == (active(sticky), sum(map(len, sticky))), scope
            assert figure.observed[:2] == (active(observed), sum(map(len, observed))), scope
            assert figure.coverage == ("dwelling-day", len(clear(covered)), len(covered)), scope
            removed = Counter("not_handed_over" for day in every if not handed_over(day))
            removed["no_slot_in_service"] = len([d for d in every if handed_over(d) and not d["in_service"]])
            removed["never_active"] = sum(len(found) for found in serving) - sum(map(len, sticky))
            assert figure.removed == {w: removed[w] for w in ("not_handed_over", "no_slot_in_service", "never_active")}
            hidden = [found for found in serving if found not in sticky and any(d["affected"] for d in found)]
            assert figure.apart == {
                "any_use": sum(day["any_use"] for found in sticky for day in found),
                "no_consent": sum(day["no_consent"] for found in sticky for day in found),
                "active_dwellings": len(sticky),
                "unknown_dwellings": len(hidden),
            }, scope
            enough = 10 * len(clear(covered)) >= 9 * len(covered)
            assert figure.status == (None if sticky and enough else "INSUFFICIENT" if sticky else "NOT_APPLICABLE")
            other = measure("H7", scope, window, indexed, facts).figure
            assert not other.coverage.all or other.status is None or figure.status is not None
            for part in ("numerator", "denominator", "removed"):
                rows = result.rows(part)
                assert len(rows) == len({(row.dwelling, row.day) for row in rows}) == result.total(part)


def handed_over(day: Json) -> bool:
    return bool(day["why"] != "not_handed_over")


def active(found: list[list[Json]]) -> int:
    return sum(day["active"] for each in found for day in each)


def lamp() -> Json:
    city = lived_in(bound("lamp", LONG_AGO), installed_on=LONG_AGO)
    month = city["occupancies"][0]
    return city | {"occupancies": [month, month | {"month": "2024-03"}]}


def used_on(*days_of_february: int) -> list[Json]:
    return [usage(midnight_ms(date(2024, 2, day)), trigger="app") for day in days_of_february]


def test_of_a_home_active_on_two_of_ten_days_a_fifth() -> None:
    result = asked("H9", lamp(), *used_on(25, 29), window=TEN_DAYS)
    assert result.figure.conservative.value == "2/10"
    assert [row.day for row in result.rows("numerator")] == [date(2024, 2, 25), date(2024, 2, 29)]


def test_a_home_never_active_is_not_in_it_and_alone_there_is_no_figure() -> None:
    city = lamp()
    city["dwellings"].append(city["dwellings"][0] | {"dwelling_ref": "ref-00000002"})
    city["slots"].append(city["slots"][0] | {"dwelling_ref": "ref-00000002"})
    both = asked("H9", city, *used_on(25), window=TEN_DAYS).figure
    assert (both.conservative.value, both.removed["never_active"], both.apart["active_dwellings"]) == ("1/10", 10, 1)
    alone = asked("H9", lamp(), *used_on(24), window=TEN_DAYS).figure  # the day before the window
    assert (alone.status, alone.removed["never_active"]) == ("NOT_APPLICABLE", 10)


def test_only_days_handed_over_with_a_slot_in_service_are_in_service() -> None:
    city = lamp()
    city["dwellings"][0]["handed_over_on"] = date(2024, 2, 27)
    city["slots"][0]["retired_on"] = date(2024, 3, 1)
    result = asked("H9", city, *used_on(25, 28), window=TEN_DAYS)
    assert result.figure.conservative.value == "1/3"  # 27, 28 and 29 February
    assert result.figure.removed == {"not_handed_over": 2, "no_slot_in_service": 5, "never_active": 0}


def test_a_swap_within_the_slot_does_not_interrupt_its_service() -> None:
    city = lamp() | {"bindings": [bound("old", LONG_AGO, date(2024, 2, 28)), bound("lamp", date(2024, 3, 1))]}
    assert asked("H9", city, *used_on(29), window=TEN_DAYS).figure.status == "NOT_APPLICABLE"
    old = usage(midnight_ms(date(2024, 2, 27)), trigger="app", device="old")
    assert asked("H9", city, old, window=TEN_DAYS).figure.conservative.value == "1/10"


def test_days_without_consent_stay_in_the_denominator() -> None:
    city = lamp() | {"tenancies": [TENANCY | {"consent": "WITHDRAWN", "consent_from": date(2024, 2, 26)}]}
    figure = asked("H9", city, *used_on(25, 26, 27), window=TEN_DAYS).figure
    assert (figure.conservative.value, figure.apart["no_consent"]) == ("1/10", 9)


def test_there_is_no_value_where_h7_is_insufficient() -> None:
    for silent, status in (([26], None), ([26, 27], "INSUFFICIENT")):
        mornings = [hours(date(2024, 2, day), 6, 7) for day in silent]
        city = lamp() | silent_feed("acme", "lamp", *mornings)
        figure = asked("H9", city, *used_on(25, 27), window=TEN_DAYS).figure
        assert figure.status == asked("H7", city, window=TEN_DAYS).figure.status == status
        assert figure.conservative[:2] == (2, 10)
        assert figure.observed[:2] == (2 - (27 in silent), 10 - len(silent))


def test_it_goes_by_the_coverage_of_occupied_days_and_without_lawful_occupancy_by_that_of_days_handed_over() -> None:
    city = lamp() | silent_feed("acme", "lamp", hours(date(2024, 3, 1), 6, 7))
    assert asked("H9", city, *used_on(25), window=TEN_DAYS).figure.coverage == ("dwelling-day", 9, 10)
    city["occupancies"].pop()
    assert asked("H9", city, *used_on(25), window=TEN_DAYS).figure.coverage == ("dwelling-day", 5, 5)
    city["legal_bases"] = []
    assert asked("H9", city, *used_on(25), window=TEN_DAYS).figure.coverage == ("dwelling-day", 9, 10)


def test_a_home_that_an_outage_may_have_hidden_is_shown_apart() -> None:
    city = lamp() | silent_feed("acme", "lamp", hours(date(2024, 2, 26), 6, 7))
    assert asked("H9", city, window=TEN_DAYS).figure.apart["unknown_dwellings"] == 1
    assert asked("H9", city, *used_on(25), window=TEN_DAYS).figure.apart["unknown_dwellings"] == 0
