"""Opening hours as people write them become the calendar's; what cannot be read stays text, so that it is told."""

from typing import Any

import pytest

from services.registry.importing import opening

TEN_TO_TWELVE = ["10:00", "12:00"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("10:00-12:00", [TEN_TO_TWELVE]),
        (" 9:00 - 12:00 ， 13:30–17:30", [["09:00", "12:00"], ["13:30", "17:30"]]),
        ("１０：００～１２：００", [TEN_TO_TWELVE]),
        ("10:00至12:00、14:00 到 24:00", [TEN_TO_TWELVE, ["14:00", "24:00"]]),
        ("10:00-12:00\n14:00-15:00", [TEN_TO_TWELVE, ["14:00", "15:00"]]),
        ("闭馆", []),
        ("Closed", []),
        ("-", []),
        ("10-12", "10-12"),
        ("10:00-12:00 closed", "10:00-12:00 closed"),
        ("10:00", "10:00"),
    ],
)
def test_the_hours_of_a_day(cell: str, value: Any) -> None:
    assert opening.hours(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-02-16", ["2026-02-16"]),
        ("2026/2/16、2026年2月17日; 2026-02-18", ["2026-02-16", "2026-02-17", "2026-02-18"]),
        ("someday", ["someday"]),
    ],
)
def test_single_days(cell: str, value: Any) -> None:
    assert opening.days(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-10-02 10:00-12:00", {"2026-10-02": [TEN_TO_TWELVE]}),
        (
            "2026/10/2 10:00-12:00 14:00-15:00；2026-10-03 10:00－12:00",
            {"2026-10-02": [TEN_TO_TWELVE, ["14:00", "15:00"]], "2026-10-03": [TEN_TO_TWELVE]},
        ),
        ("10:00-12:00", "10:00-12:00"),
        ("2026-10-02", "2026-10-02"),
        ("someday 10:00-12:00", {"someday": [TEN_TO_TWELVE]}),
    ],
)
def test_days_with_hours_of_their_own(cell: str, value: Any) -> None:
    assert opening.hours_of_days(cell) == value
