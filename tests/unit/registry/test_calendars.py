"""Opening hours: half-open, in order, apart."""

from datetime import date

import pytest

from services.registry.calendars import exception_complaints, hours_complaints, succession_complaints


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [["00:00", "24:00"]],
        [["09:00", "12:00"], ["12:00", "17:30"]],  # half-open: one may begin when the other ends
        [["00:00", "00:01"], ["23:59", "24:00"]],
    ],
)
def test_hours_in_order_and_apart_are_right(hours: list[list[str]]) -> None:
    assert hours_complaints(hours) == {}


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ([["09:00", "09:00"]], {0: "rule.hours_ends_first"}),
        ([["22:00", "02:00"]], {0: "rule.hours_ends_first"}),
        ([["24:00", "24:00"]], {0: "rule.hours_ends_first"}),
        ([["09:00", "12:00"], ["11:59", "13:00"]], {1: "rule.hours_overlap"}),
        ([["14:00", "15:00"], ["09:00", "10:00"]], {1: "rule.hours_overlap"}),
        (
            [["09:00", "18:00"], ["10:00", "11:00"], ["17:00", "19:00"]],
            {1: "rule.hours_overlap", 2: "rule.hours_overlap"},
        ),
    ],
)
def test_hours_out_of_order_are_named_by_their_position(hours: list[list[str]], wrong: dict[int, str]) -> None:
    assert {place: [each.message for each in found] for place, found in hours_complaints(hours).items()} == {
        place: [message] for place, message in wrong.items()
    }


def test_a_date_is_closed_or_has_hours_of_its_own() -> None:
    new_year, day_after = date(2026, 1, 1), date(2026, 1, 2)
    assert exception_complaints([new_year], {day_after: []}) == []
    assert [each.params["day"] for each in exception_complaints([new_year, day_after], {day_after: []})] == [day_after]


def test_calendars_come_in_the_order_of_their_dates() -> None:
    january, march = date(2026, 1, 1), date(2026, 3, 1)
    assert succession_complaints([january, march]) == {}
    assert list(succession_complaints([march, january, january])) == [1, 2]
