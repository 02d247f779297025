"""Which minutes an outage covers: approved, ended, and of the feed a device speaks through on that day."""

from datetime import date

import pytest

from services.adoption import strips
from tests.unit.adoption.homes import home, hours
from tests.unit.adoption.world import Json, city_of, outage

BEFORE, DAY, AFTER = date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)
FIRST = (BEFORE - date(1970, 1, 1)).days
NOON, ONE = hours(DAY, 12, 13)


def feed_binding(feed: str = "gw", since: date = BEFORE, until: date | None = None) -> Json:
    return {"vendor": "acme", "device": "lamp", "feed": feed, "valid_from": since, "valid_to": until}


def covered(bindings: list[Json], *outages: Json) -> list[int]:
    """The minutes covered, counted from the first of the three days."""
    city = city_of(home([]) | {"feed_bindings": bindings, "outages": list(outages)})
    return list(strips.minutes(city.outages.minutes("acme", "lamp", FIRST, FIRST + 3)))


@pytest.mark.parametrize(("state", "minutes"), [("APPROVED", 60), ("DRAFT", 0), ("REJECTED", 0)])
def test_only_an_approved_outage_covers_anything(state: str, minutes: int) -> None:
    assert len(covered([feed_binding()], outage("acme", "gw", NOON, ONE, state))) == minutes


def test_an_approved_outage_that_has_not_ended_covers_nothing_yet() -> None:
    assert covered([feed_binding()], outage("acme", "gw", NOON, None)) == []


def test_an_outage_covers_what_lies_in_the_days_on_which_the_device_speaks_through_the_feed() -> None:
    three_days = outage("acme", "gw", hours(BEFORE, 0, 1)[0], hours(AFTER, 0, 24)[1])
    assert covered([feed_binding(since=DAY, until=AFTER)], three_days) == list(range(1440, 2880))


def test_an_outage_before_the_binding_or_after_it_covers_nothing() -> None:
    before, after = (outage("acme", "gw", *hours(day, 22, 24)) for day in (BEFORE, AFTER))
    assert covered([feed_binding(since=DAY, until=AFTER)], before, after) == []


def test_outages_of_another_feed_or_of_another_vendors_feed_of_that_name_cover_nothing() -> None:
    assert covered([feed_binding()], outage("acme", "cloud", NOON, ONE), outage("bolt", "gw", NOON, ONE)) == []
