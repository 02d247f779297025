"""A cell as Excel stores it or people type it becomes what the schema wants; what it cannot be, it stays, as text."""

from datetime import date, datetime
from typing import Any

import pytest

from services.registry.importing import cells, rooms
from shared.contracts.vocabulary import CONSENTS


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (cells.text, "  acme\u3000", "acme"),
        (cells.text, 3.0, "3"),
        (cells.text, 42, "42"),
        (cells.text, 2.5, "2.5"),
        (cells.text, "=1+1", "=1+1"),
        (cells.text, "@SUM(A1)", "@SUM(A1)"),
        (cells.whole, 3.0, 3),
        (cells.whole, "3", 3),
        (cells.whole, "3.0", 3),
        (cells.whole, "-1", -1),
        (cells.whole, "１２", 12),
        (cells.whole, 3.5, "3.5"),
        (cells.whole, True, "TRUE"),
        (cells.whole, "一", "一"),
        (cells.day, "2026-11-29", "2026-11-29"),
        (cells.day, "2026/11/9", "2026-11-09"),
        (cells.day, "2026年1月9日", "2026-01-09"),
        (cells.day, date(2026, 11, 29), "2026-11-29"),
        (cells.day, datetime(2026, 11, 29), "2026-11-29"),  # noqa: DTZ001  # Excel's have no zone
        (cells.day, datetime(2026, 11, 29, 8), "2026-11-29 08:00:00"),  # noqa: DTZ001
        (cells.day, "29.11.2026", "29.11.2026"),
        (cells.day, 46_355, "46355"),
        (cells.month, "2026-11", "2026-11"),
        (cells.month, "2026年7月", "2026-07"),
        (cells.month, datetime(2026, 11, 1), "2026-11"),  # noqa: DTZ001
        (cells.month, datetime(2026, 11, 2), "2026-11-02"),  # noqa: DTZ001
        (cells.flag, True, True),
        (cells.flag, "是", True),
        (cells.flag, "No", False),
        (cells.flag, 0, False),
        (cells.flag, "maybe", "maybe"),
        (cells.words(CONSENTS), "同意", "GIVEN"),
        (cells.words(CONSENTS), "given", "GIVEN"),
        (cells.words(CONSENTS), "也许", "也许"),
    ],
)
def test_a_cell_is_read_as_its_column_wants(read: Any, cell: Any, value: Any) -> None:
    found = read(cell)
    assert (type(found), found) == (type(value), value)


def test_a_number_longer_than_excel_keeps_is_known_to_be_wrong() -> None:
    assert cells.lost_digits(1_234_567_890_123_456.0)
    assert not cells.lost_digits(999_999_999_999_999)
    assert not cells.lost_digits("1234567890123456")


@pytest.mark.parametrize(
    "written",
    ["3栋2单元1201", "A座1201室", "1201房", "12号楼1201", "3 栋 1201", "２单元１２０１", "阳光花园3幢", "b栋101户"],
)
def test_a_room_number_in_words_is_seen(written: str) -> None:
    assert rooms.in_words(written)


@pytest.mark.parametrize("written", ["3-2-1201", "A-1201", "12_0301", "block3-unit2-1201", "B2-1-room1201", "3-0301a"])
def test_a_room_number_in_digits_is_seen(written: str) -> None:
    assert rooms.in_digits(written)


@pytest.mark.parametrize(
    "written",
    ["home-00000", "ref-00000001", "EXAMPLE_q7Xk2mPz", "q7-Xk2mPz_1201", "9f86d081884c7d65", "12345678", "照明"],
)
def test_a_pseudonym_is_not_taken_for_a_room_number(written: str) -> None:
    assert not rooms.in_words(written)
    assert not rooms.in_digits(written)
