"""What every figure of homes has in common, on generated winters: its rows are explained and sum to what it says."""

from datetime import date

from hypothesis import given, settings

from services.adoption.definitions import DEFINITIONS
from tests.unit.adoption import cities, cities_months
from tests.unit.adoption.world import World, city_of, known, measure

HOMES = sorted(metric for metric in DEFINITIONS if metric.startswith("H") and metric != "H1")


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_every_row_is_explained_and_rows_sum_to_the_figure(world: World, window: tuple[date, date]) -> None:
    city, records, own = world
    with known(records, own) as facts:
        indexed = city_of(city)
        for metric in HOMES:
            result = measure(metric, "programme", window, indexed, facts)
            figure, words = result.figure, DEFINITIONS[metric]
            assert set(figure.apart) == set(words.apart), metric
            assert figure.coverage.unit == words.coverage_unit
            totals = {"numerator": figure.conservative.numerator, "denominator": figure.conservative.denominator}
            for part in ("numerator", "denominator", "removed"):
                rows = result.rows(part)
                explained = words.exclusions if part == "removed" else words.reasons
                assert {row.why for row in rows} <= set(explained), (metric, part)
                assert sum(row.amount for row in rows) == totals.get(part, sum(figure.removed.values())), (metric, part)
            assert 0 <= figure.observed.numerator <= (figure.observed.denominator or 0)
            assert figure.coverage.unaffected <= figure.coverage.all


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_the_same_records_and_registry_in_another_order_have_the_same_hash(
    world: World, window: tuple[date, date]
) -> None:
    city, records, own = world
    turned = {name: list(reversed(things)) for name, things in city.items()}
    with known(records, own) as facts, known(list(reversed(records)), own) as others:
        for metric in HOMES:
            one, other = (
                measure(metric, "programme", window, city_of(plain), told).figure
                for plain, told in ((city, facts), (turned, others))
            )
            assert one == other, metric
