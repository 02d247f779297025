"""The late list of a device that moved: each day belongs to where the device was on it."""

from datetime import date, timedelta

import pytest

from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.figures.arrivals import arrivals
from services.adoption.figures.counted import Window
from services.adoption.figures.scopes import Scope
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.cities_venues import installation
from tests.unit.adoption.venues import DAY, NINE, session, venue
from tests.unit.adoption.world import Json, body, city_of, facts_file, fold_batches

DAY_BEFORE = DAY - timedelta(days=1)
SINCE = date(2024, 3, 4)


def moved() -> Json:
    """The museum's headset went to the library on the day."""
    city = venue()
    city["venues"].append(city["venues"][0] | {"slug": "library", "district": "nanshan", "venue_type": "OTHER_PUBLIC"})
    city["zones"].append(city["zones"][0] | {"venue": "library", "code": "attic"})
    city["installations"].append(installation(1, "HMD_STANDALONE", "PROXIMITY_SENSOR", 1))
    city["bindings"][0]["valid_to"] = DAY
    since = {"valid_from": DAY, "valid_to": None}
    city["bindings"].append(city["bindings"][0] | since | {"installation": "library/attic/vr-1"})
    return city


@pytest.mark.parametrize(
    ("kind", "name", "days"),
    [
        ("site", "museum", [DAY_BEFORE]),
        ("site", "library", [DAY]),
        ("district", "futian", [DAY_BEFORE]),
        ("installation", "library/attic/vr-1", [DAY]),
        ("device", "acme/hmd", [DAY_BEFORE, DAY]),
        ("programme", None, [DAY_BEFORE, DAY]),
    ],
)
def test_what_came_late_is_listed_where_the_device_was_on_the_day_it_is_of(
    kind: str, name: str | None, days: list[date]
) -> None:
    late = {"received_ms": midnight_ms(date(2024, 3, 6))}
    with facts_file() as path:
        fold_batches(path, [[body([session(NINE - 86_400_000, 300) | late, session(NINE, 300) | late])]])
        with SqliteKnownFacts(path).at_once() as facts:
            window = Window(DAY_BEFORE, DAY + timedelta(days=1))
            found = list(arrivals(city_of(moved()), facts, Scope(kind, name), window, SINCE))
    assert [(row.day, row.sessions) for row in found] == [(day, (1, 0)) for day in days]
