"""The table of faults, and the exit status."""

import pytest

from tests.faults.__main__ import conclude
from tests.faults.scenario import Verdict
from tests.faults.schedule import SCENARIOS
from tests.faults.table import HEADINGS, lines
from tests.under_load.comparing import Difference
from tests.under_load.load import Wish


def verdict(**fields: object) -> Verdict:
    made = Verdict(SCENARIOS[0], "pack", Wish(1_000, 100), done=["kill@1.5s"], sent_again=4, repeated=300, took_s=12.3)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_a_row_says_what_was_done_and_what_came_of_it() -> None:
    heading, row = lines([verdict()])

    assert heading.split() == list(HEADINGS)
    assert row.split() == [
        "worker-killed",
        "pack",
        "1000",
        "10",
        "0",
        "0",
        "4",
        "300",
        "12",
        "telemetry-worker:",
        "kill@1.5s",
    ]


def test_all_held_is_status_0_and_tells_how_to_repeat(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude([verdict(), verdict()], "make faults SEED=5", 60) == 0

    assert "2000 records, 2 faults, 0 missing, 0 double. 60 s; make faults SEED=5" in capsys.readouterr().out


def test_one_that_did_not_hold_is_status_1_with_the_reason_and_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    bad = verdict(difference=Difference(1, 0, []), faults_found=["missing among points: x"])

    assert conclude([verdict(), bad], "make faults SEED=5", 60) == 1

    said = capsys.readouterr().out
    assert "missing among points: x" in said
    assert "1 of 2; 重演 / to repeat: make faults SEED=5" in said
