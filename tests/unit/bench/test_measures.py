"""A number beside the one to reach."""

import pytest

from tests.bench.measures import Measure, Reach, line, number
from tests.bench.profiling import stage_lines


@pytest.mark.parametrize(
    ("value", "reach", "reached"),
    [
        (90, Reach("<=", 90), True),
        (90.1, Reach("<=", 90), False),
        (6_000, Reach(">=", 6_000), True),
        (5_999, Reach(">=", 6_000), False),
        (1, None, None),
    ],
)
def test_a_number_is_reached_or_not(value: float, reach: Reach | None, reached: bool | None) -> None:
    assert Measure("x", value, "µs", reach, "").reached is reached


def test_a_line_has_the_number_what_to_reach_whether_it_is_and_how_many_yardsticks() -> None:
    shown = line(Measure("cost", 12.34, "µs", Reach("<=", 8), "by hand", 12.34), 4)

    assert shown.split() == ["cost", "12.3", "µs", "<=", "8", "µs", "no", "3.08", "by", "hand"]


@pytest.mark.parametrize(("value", "shown"), [(7.994, "7.99"), (82.68, "82.7"), (8_678.6, "8,679"), (150, "150")])
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_stages_are_per_record_and_nothing_is_left_out_of_the_sum() -> None:
    shown = list(
        stage_lines({"single": ({"decode": 1.0, "tiny": 0.001}, 100_000), "pack": ({"decode": 2.0}, 1_000_000)})
    )

    rows = {line.rsplit(None, 2)[0].strip(): line.rsplit(None, 2)[1:] for line in shown[3:]}
    assert rows == {"decode": ["10.00", "2.00"], "the rest": ["0.01", "0.00"], "all": ["10.01", "2.00"]}
