"""V3, V4, V9 and V11 as known on every day are what the sessions and voids received by then say."""

from datetime import date

from hypothesis import given, settings

from tests.unit.adoption import cities, cities_venues, oracle_sessions
from tests.unit.adoption.cities_told import visits
from tests.unit.adoption.oracle_homes import as_known
from tests.unit.adoption.test_as_of import EXAMPLES, ON, Told, integers, number, reader
from tests.unit.adoption.venues import DAY, NINE, WINDOW, of_session, session, venue, void
from tests.unit.adoption.world import city_of, measure


@settings(deadline=None, max_examples=EXAMPLES)
@given(cities_venues.never_idle())
def test_sessions_as_known_on_each_day_are_those_received_by_then(told: Told) -> None:
    (city, records, own), window = told
    counts = []
    with reader(records, own) as read:
        for on in ON:
            then = as_known(records, on)
            uses = oracle_sessions.uses(city, then, *window)
            outcomes = [r["why"] for r in oracle_sessions.records_by_outcome(city, then, *window)]
            with read.at_once(number(on) + 1) as facts:
                rate, length, completion = (
                    integers(measure(metric, "programme", window, city_of(city), facts))
                    for metric in ("V3", "V4", "V9")
                )
            assert rate[0] == len(uses), on
            assert length == (sum(s["length_s"] for s in uses), len(uses)), on
            completed = outcomes.count("completed")
            assert completion == (completed, completed + outcomes.count("not_completed")), on
            counts.append(len(uses))
    assert counts[0] == 0 < counts[-1]


def test_a_void_that_came_late_is_not_known_before() -> None:
    kept, gone = session(NINE, 300), session(NINE + 1_000_000, 300)
    late = void(of_session(gone)) | {"received_ms": cities.midnight_ms(date(2024, 3, 5))}
    city = venue() | {"venue_counts": [visits(f"{DAY}", 2)]}
    gaps = []
    with reader([kept, gone, late], []) as read:
        for on in (DAY, date(2024, 3, 2), date(2024, 3, 4), date(2024, 3, 5)):
            with read.at_once(number(on) + 1) as facts:
                gaps.append(integers(measure("V11", "programme", WINDOW, city_of(city), facts)))
    assert gaps == [(2, 2), (0, 2), (0, 2), (1, 2)]
