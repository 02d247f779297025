"""City-wide closures on one museum of futian: a day that one covers is closed, whatever the calendar says."""

from datetime import date
from pathlib import Path

import pytest

from services.adoption.adapters.registry_city import RegistryCity
from shared.runtime.registry_copy import RegistryCopy
from tests.unit.adoption.cities_venues import closure
from tests.unit.adoption.small_city import changes
from tests.unit.adoption.venues import DAY, NINE, WINDOW, session, venue
from tests.unit.adoption.world import Json, city_of, known, measure

BEFORE, AFTER = date(2024, 2, 29), date(2024, 3, 2)


@pytest.mark.parametrize(
    ("closures", "is_open"),
    [
        ([], True),
        ([closure(DAY, AFTER)], False),
        ([closure(DAY, AFTER, "futian", "luohu")], False),
        ([closure(DAY, AFTER, "luohu")], True),
        ([closure(DAY, AFTER, cancelled=True)], True),
        ([closure(BEFORE, DAY)], True),
        ([closure(BEFORE, AFTER)], False),
        ([closure(AFTER, date(2024, 3, 9))], True),
        ([closure(BEFORE, DAY), closure(DAY, AFTER)], False),
    ],
)
@pytest.mark.parametrize("hours", [{}, {"extra": {DAY: [("09:00", "17:30")]}}])
def test_a_closure_closes_the_calendars_of_its_districts_on_its_days(
    closures: list[Json], is_open: bool, hours: Json
) -> None:
    city = city_of(venue(**hours) | {"closures": closures})
    with known([session(NINE, 300)]) as facts:
        uses, utilisation = (measure(metric, "programme", WINDOW, city, facts).figure for metric in ("V2", "V5"))
    assert (uses.conservative.numerator, uses.removed["outside_hours"]) == ((1, 0) if is_open else (0, 1))
    assert uses.coverage.all == (510 if is_open else 0)
    assert utilisation.conservative[:2] == ((300, 30_600) if is_open else (0, 0))


def test_a_closure_enters_the_hash_of_what_it_changes() -> None:
    with known([]) as facts:
        hashes = {
            measure(metric, "programme", WINDOW, city_of(venue() | {"closures": closures}), facts).figure.input_hash
            for metric in ("V2", "V5")
            for closures in ([], [closure(DAY, AFTER)])
        }
    assert len(hashes) == 4


def test_the_copy_of_the_registry_carries_closures(tmp_path: Path) -> None:
    RegistryCopy(tmp_path / "registry.db").apply(changes(venue() | {"closures": [closure(DAY, AFTER, "futian")]}))
    city = RegistryCity(tmp_path / "registry.db").latest()
    (found,) = city.closures_of["museum"]
    assert (found.valid_from, found.valid_to, found.districts) == (DAY, AFTER, ["futian"])
