"""H4 on generated cities, against plain loops over raw records."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings

from services.adoption.definitions import ACTIVATION
from services.adoption.figures.counted import Part
from services.adoption.measure import Measured
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.homes import WEEK, bound, heartbeat, home, hours
from tests.unit.adoption.oracle_strips import standing
from tests.unit.adoption.world import Json, city_of, known, measure, silent_feed

SCOPES: dict[str, Callable[[Json], bool]] = {
    "programme": lambda row: True,
    "district:nanshan": lambda row: True,
    "district:futian": lambda row: False,
    "site:xili": lambda row: True,
    "phase:xili/2": lambda row: row["slot"]["dwelling_ref"] == "ref-00000002",
    "dwelling:xili/ref-00000001": lambda row: row["slot"]["dwelling_ref"] == "ref-00000001",
    "category:LIGHTING": lambda row: row["slot"]["category"] == "LIGHTING",
    "vendor:acme": lambda row: row["vendor"] == "acme",
    "venue_type:MUSEUM": lambda row: False,
}
REMOVED = {"not_installed", "retired"}


def asked(city: Json, records: list[Json], scope: str, window: tuple[date, date]) -> Measured:
    with known(records) as facts:
        return measure("H4", scope, window, city_of(city), facts)


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities.homes(), cities.windows())
def test_slot_activation_is_what_plain_loops_find_in_every_scope(
    world: tuple[Json, list[Json]], window: tuple[date, date]
) -> None:
    city, records = world
    slots = oracle.h4(city, standing(records, None), window[1])
    with known(records) as facts:
        indexed = city_of(city)
        for scope, holds in SCOPES.items():
            expected = Counter(row["why"] for row in slots if holds(row))
            result = measure("H4", scope, window, indexed, facts)
            figure = result.figure
            installed = sum(count for why, count in expected.items() if why not in REMOVED)
            assert figure.removed == {why: expected[why] for why in ("not_installed", "retired")}, scope
            assert figure.conservative[:2] == figure.observed[:2] == (expected["heard"], installed), scope
            assert figure.coverage == ("slot", installed, installed)
            assert figure.status == (None if installed else "NOT_APPLICABLE")
            assert figure.conservative.value == (f"{expected['heard']}/{installed}" if installed else None)
            parts: list[tuple[Part, set[str]]] = [
                ("numerator", {"heard"}),
                ("denominator", set(ACTIVATION.reasons)),
                ("removed", REMOVED),
            ]
            for part, whys in parts:
                rows = [(row.slot, row.why) for row in result.rows(part)]
                assert sorted(rows) == sorted((s["key"], s["why"]) for s in slots if holds(s) and s["why"] in whys)


def test_a_swapped_device_counts_the_slot_once_and_by_the_device_that_is_there() -> None:
    city = home([bound("old", date(2024, 2, 1), date(2024, 3, 1)), bound("new", date(2024, 3, 1))])
    old_spoke = asked(city, [heartbeat("old", cities.midnight_ms(date(2024, 2, 20)))], "programme", WEEK)
    new_spoke = asked(city, [heartbeat("new", cities.midnight_ms(date(2024, 3, 1)))], "programme", WEEK)
    assert old_spoke.figure.conservative[:2] == (0, 1)
    assert [(row.binding, row.why) for row in old_spoke.rows("denominator")] == [("acme/new/2024-03-01", "never_heard")]
    assert new_spoke.figure.conservative[:2] == (1, 1)
    assert new_spoke.rows("numerator")[0].heard_on == date(2024, 3, 1)


def test_what_a_device_sent_before_its_binding_or_from_t1_on_does_not_activate_the_slot() -> None:
    city = home([bound("lamp", date(2024, 3, 1))])
    before = heartbeat("lamp", cities.midnight_ms(date(2024, 3, 1)) - 1)
    after = heartbeat("lamp", cities.midnight_ms(date(2024, 3, 4)))
    within = heartbeat("lamp", cities.midnight_ms(date(2024, 3, 4)) - 1)
    assert asked(city, [before, after], "programme", WEEK).figure.conservative[:2] == (0, 1)
    assert asked(city, [before, after, within], "programme", WEEK).figure.conservative[:2] == (1, 1)


def test_a_slot_without_a_device_stays_in_the_denominator_and_says_so() -> None:
    result = asked(home([]), [], "programme", WEEK)
    assert result.figure.conservative[:2] == (0, 1)
    assert [row.why for row in result.rows("denominator")] == ["no_device"]


def test_a_slot_is_retired_from_its_date_on() -> None:
    for retired_on, removed in ((date(2024, 3, 3), 1), (date(2024, 3, 4), 0)):
        result = asked(home([], retired_on=retired_on), [], "programme", WEEK)
        assert result.figure.removed == {"not_installed": 0, "retired": removed}


def test_a_slot_silent_through_an_outage_of_every_day_is_unknown_and_makes_the_figure_insufficient() -> None:
    mornings = [hours(date(2024, 3, day), 6, 7) for day in (1, 2, 3)]
    city = home([bound("lamp", date(2024, 3, 1))])
    all_days = asked(city | silent_feed("acme", "lamp", *mornings), [], "programme", WEEK)
    but_one = asked(city | silent_feed("acme", "lamp", *mornings[1:]), [], "programme", WEEK)
    assert all_days.figure.status == "INSUFFICIENT"
    assert all_days.figure.coverage == ("slot", 0, 1)
    assert all_days.figure.conservative == (0, 1, None, None)
    assert all_days.figure.observed == (0, 0, None, None)
    assert but_one.figure.status is None
    assert but_one.figure.conservative == but_one.figure.observed == (0, 1, "0/1", "0.00")


def test_a_figure_starts_where_it_likes_for_it_is_cumulative() -> None:
    city = home([bound("lamp", date(2024, 2, 1))])
    spoke = [heartbeat("lamp", cities.midnight_ms(date(2024, 2, 2)))]
    figures = [
        asked(city, spoke, "programme", (WEEK[1] - timedelta(days=days), WEEK[1])).figure.conservative
        for days in (1, 60)
    ]
    assert figures[0] == figures[1] == (1, 1, "1/1", "100.00")


def test_outages_of_the_nights_alone_leave_a_slot_that_was_never_heard_offline() -> None:
    nights = [hours(date(2024, 3, day), 0, 6) for day in (1, 2, 3)]
    figure = asked(
        home([bound("lamp", date(2024, 3, 1))]) | silent_feed("acme", "lamp", *nights), [], "programme", WEEK
    )
    assert figure.figure.coverage == ("slot", 1, 1)


def test_of_a_retired_slot_it_does_not_matter_whether_its_device_was_heard() -> None:
    city = home([bound("lamp", date(2024, 2, 1))], retired_on=date(2024, 3, 1))
    heard, silent = (
        asked(city, records, "programme", WEEK)
        for records in ([heartbeat("lamp", cities.midnight_ms(date(2024, 2, 20)))], [])
    )
    assert [(row.why, row.heard_on) for row in heard.rows("removed")] == [("retired", None)]
    assert heard.figure.input_hash == silent.figure.input_hash
