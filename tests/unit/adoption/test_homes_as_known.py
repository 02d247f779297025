"""H5, H9 and H12 as known on each day are what the records received by then say."""

from datetime import date

from hypothesis import given, settings

from tests.unit.adoption import cities_homes
from tests.unit.adoption.oracle_homes import days
from tests.unit.adoption.oracle_household import h5
from tests.unit.adoption.oracle_months import Told, judged
from tests.unit.adoption.oracle_slots import h12
from tests.unit.adoption.test_as_of import EXAMPLES, ON, integers, number, reader
from tests.unit.adoption.world import World, city_of, measure


@settings(deadline=None, max_examples=EXAMPLES)
@given(cities_homes.never_silent())
def test_more_figures_of_homes_as_known_on_each_day_are_what_was_received_by_then(
    told_of: tuple[World, tuple[date, date]],
) -> None:
    (city, records, own), window = told_of
    activated = []
    with reader(records, own) as read:
        indexed = city_of(city)
        for on in ON:
            told = Told(city, records, own, on)
            homes = [home for home in h5(told, window[1]) if home["handed_over"]]
            acted = [row for row in h12(told, *window) if row["removed"] is None]
            lived = [[judged(told, home, day) for day in days(*window)] for home in city["dwellings"]]
            serving = [[d for d in home if d["why"] != "not_handed_over" and d["in_service"]] for home in lived]
            sticky = [home for home in serving if any(day["active"] for day in home)]
            with read.at_once(number(on) + 1) as facts:
                h5_, h9, h12_ = (measure(m, "programme", window, indexed, facts) for m in ("H5", "H9", "H12"))
            assert integers(h5_) == (len([home for home in homes if home["activated"]]), len(homes)), on
            assert integers(h12_) == (sum(row["automated"] for row in acted), sum(row["any"] for row in acted)), on
            active = sum(day["active"] for home in sticky for day in home)
            assert integers(h9) == (active, sum(map(len, sticky))), on
            activated.append(integers(h5_)[0])
    assert activated[0] == 0 < activated[-1]  # first nothing was known, then the lamp was heard
