"""H8 and H8a on generated pilots over a winter, against loops day by day over raw records."""

from collections import Counter
from datetime import date

from hypothesis import given, settings

from services.adoption.definitions import MONTHLY_HANDED_OVER, MONTHLY_OCCUPIED
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_months, oracle_months
from tests.unit.adoption.oracle_months import Told, active_on_four, clear, dwelling_months
from tests.unit.adoption.test_homes import HOMES
from tests.unit.adoption.world import Json, World, city_of, known, measure

Window = tuple[date, date]
LAWFUL = ["not_handed_over", "no_legal_basis", "not_reported", "vacant"]


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_months.worlds(), cities_months.windows())
def test_monthly_active_households_are_what_loops_over_days_find_in_every_scope(world: World, window: Window) -> None:
    city, records, own = world
    told = Told(city, records, own)
    for metric, reasons in (("H8", LAWFUL), ("H8a", LAWFUL[:1])):
        months = dwelling_months(told, *window, reasons)
        with known(records, own) as facts:
            indexed = city_of(city)
            for scope, holds in HOMES.items():
                mine = [month for month in months if holds(month["dwelling"])]
                check_months(measure(metric, scope, window, indexed, facts), mine, reasons, (scope, *window))


def check_months(result: Measured, rows: list[Json], reasons: list[str], of: tuple[str, date, date]) -> None:
    scope, figure = of[0], result.figure
    counted = [row for row in rows if row["removed"] is None]
    active = [row for row in counted if active_on_four(row["days"])]
    observed = [clear(row["days"]) for row in counted if len(clear(row["days"])) >= 15]
    removed = Counter(row["removed"] for row in rows)
    unaffected, every = sum(len(clear(row["days"])) for row in counted), sum(len(row["days"]) for row in counted)
    assert figure.conservative[:2] == (len(active), len(counted)), scope
    assert figure.observed[:2] == (len([days for days in observed if active_on_four(days)]), len(observed)), scope
    assert figure.coverage == ("dwelling-day", unaffected, every)
    assert figure.removed == {why: removed[why] for why in ("partial_month", *reasons)}
    assert figure.apart == {
        name: len([row for row in counted if any(day[name] for day in row["days"])])
        for name in ("any_use", "no_consent")
    }
    covered = 10 * unaffected >= 9 * every
    assert figure.status == (None if counted and covered else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
    assert figure.note == note(removed, counted, of, reasons)
    for part, expected in (
        ("numerator", active),
        ("denominator", counted),
        ("removed", [row for row in rows if row["removed"]]),
    ):
        found = result.rows(part)  # type: ignore[arg-type]
        wanted = [(f"xili/{row['dwelling']['dwelling_ref']}", row["first"], 1) for row in expected]
        assert sorted((row.dwelling, row.day, row.amount) for row in found) == sorted(wanted), (scope, part)
        assert len(found) == result.total(part)  # type: ignore[arg-type]


def note(removed: Counter[str], counted: list[Json], of: tuple[str, date, date], reasons: list[str]) -> object:
    notes = MONTHLY_HANDED_OVER.notes if len(reasons) == 1 else MONTHLY_OCCUPIED.notes
    if not any(whole for _, _, whole in oracle_months.months(*of[1:])):
        return notes["no_whole_month"]
    if len(reasons) == 1:
        return notes["lower_bound"]
    missing = removed["no_legal_basis"] + removed["not_reported"]
    return notes["no_lawful_occupancy"] if missing and not counted and not removed["vacant"] else None
