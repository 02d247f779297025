"""V2 on generated venues, against plain loops over raw records."""

from collections import Counter
from datetime import date

from hypothesis import given, settings

from services.adoption.definitions import USES
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_venues, oracle
from tests.unit.adoption.cities_venues import key, scopes
from tests.unit.adoption.world import Json, city_of, known, measure, rfc3339


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_venues.vr_worlds(), cities.windows())
def test_uses_are_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, records = world
    sessions = oracle.v2(city, records, *window)
    minutes = oracle.open_minutes(city, *window)
    with known(records) as facts:
        indexed = city_of(city)
        for scope, holds in scopes(city).items():
            result = measure("V2", scope, window, indexed, facts)
            mine = [s for s in sessions if holds(s["vendor"], s["device"], s["site"], key(s["installation"]))]
            opened = sum(n for (v, d, k), n in minutes.items() if holds(v, d, k.split("/")[0], k))
            check(result, mine, opened, scope)


def check(result: Measured, sessions: list[Json], opened: int, scope: str) -> None:
    figure = result.figure
    uses = [s for s in sessions if s["why"] == "valid"]
    removed = Counter(s["why"] for s in sessions if s["why"] != "valid")
    total = sum(s["headcount"] for s in uses)
    assert figure.conservative[:2] == figure.observed[:2] == (total, None), scope
    assert figure.conservative.value == (None if figure.status else total)
    assert figure.conservative.percent is None
    assert figure.removed == {why: removed[why] for why in USES.exclusions}, scope
    assert figure.apart == {"manual": sum(s["headcount"] for s in sessions if s["why"] == "manual")}
    assert figure.findings["overlong_s"] == sum(s["overlong_s"] for s in uses)
    assert figure.findings["overlong"] == sum(s["overlong"] for s in uses)
    assert figure.findings["overlapping"] == sum(s["overlapping"] for s in uses)
    assert figure.coverage == ("device-open-minute", opened, opened), scope
    assert len(result.rows("numerator")) == total
    assert len(result.rows("denominator")) == 0
    assert sorted((row.starts_at, row.device, row.why) for row in result.rows("removed")) == sorted(
        (rfc3339(s["start"]), s["device"], s["why"]) for s in sessions if s["why"] != "valid"
    )
    assert sorted(
        (row.starts_at, row.device, row.installation, row.place) for row in result.rows("numerator")
    ) == sorted(
        (rfc3339(s["start"]), s["device"], key(s["installation"]), n + 1) for s in uses for n in range(s["headcount"])
    )
