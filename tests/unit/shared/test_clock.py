"""A trial's clock: the moment in its file, going on by itself, and never back."""

import json
import os
from pathlib import Path

import pytest

from shared.failures import Unavailable
from shared.runtime.clock import TrialClock

MS = 1_000_000
DAY_MS = 86_400_000
START = 1_763_000_000_000


class Trial:
    """A trial's file, and the two clocks of the machine it runs on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wall_ns, self.monotonic_ns = 1_700_000_000_000 * MS, 7_000 * MS
        self.clock = self.restarted()

    def restarted(self) -> TrialClock:
        return TrialClock(self.path, lambda: self.wall_ns, lambda: self.monotonic_ns)

    def pass_ms(self, ms: int) -> None:
        self.wall_ns += ms * MS
        self.monotonic_ns += ms * MS

    def set(self, text: str) -> None:
        self.path.write_text(text)
        os.utime(self.path, ns=(self.wall_ns, self.wall_ns))

    def move(self, now_ms: int) -> None:
        self.set(json.dumps({"now_ms": now_ms}))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "clock.json")


def test_until_the_file_is_there_no_time_is_given(trial: Trial) -> None:
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"clock\.json"):
            trial.clock.now_ms()
    trial.move(START)
    assert trial.clock.now_ms() == START


@pytest.mark.parametrize("text", ["", "{", '{"now": 1}', '{"now_ms": "soon"}'])
def test_a_file_with_something_else_in_it_is_no_clock_until_it_is_mended(trial: Trial, text: str) -> None:
    trial.move(START)
    assert trial.clock.now_ms() == START
    trial.set(text)
    trial.pass_ms(51)
    with pytest.raises(Unavailable, match="now_ms"):
        trial.clock.now_ms()
    trial.move(START + 100)
    assert trial.clock.now_ms() == START + 100


def test_time_goes_on_from_when_the_content_changed_and_jumps_with_it(trial: Trial) -> None:
    trial.move(START)
    assert trial.clock.now_ms() == START
    trial.pass_ms(1_500)
    assert trial.clock.now_ms() == START + 1_500
    trial.move(START)  # the same content, written again
    trial.pass_ms(60)
    assert trial.clock.now_ms() == START + 1_560
    trial.move(START + DAY_MS)
    trial.pass_ms(60)
    assert trial.clock.now_ms() == START + DAY_MS
    trial.pass_ms(10)
    assert trial.clock.now_ms() == START + DAY_MS + 10


def test_a_moment_put_back_waits_to_be_reached(trial: Trial) -> None:
    trial.move(START)
    assert trial.clock.now_ms() == START
    trial.move(START - 1_000)
    trial.pass_ms(60)
    assert trial.clock.now_ms() == START
    trial.pass_ms(2_000)
    assert trial.clock.now_ms() == START + 1_000


def test_the_file_is_read_at_most_twenty_times_a_second(trial: Trial) -> None:
    trial.move(START)
    assert trial.clock.now_ms() == START
    trial.move(START + DAY_MS)
    trial.pass_ms(49)
    assert trial.clock.now_ms() == START + 49
    trial.pass_ms(1)
    assert trial.clock.now_ms() == START + DAY_MS


def test_a_restarted_process_goes_on_where_the_file_is_by_now(trial: Trial) -> None:
    trial.move(START)
    trial.pass_ms(5_000)
    assert trial.clock.now_ms() == START + 5_000
    assert trial.restarted().now_ms() == START + 5_000
