"""Wait for a condition, with a deadline and the last answer in the failure."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(ask: Callable[[], Answer], right: Callable[[Answer], bool], within_s: float = 60) -> Answer:
    """Ask until the answer is right; fails with the last answer after ``within_s`` seconds."""
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if right(answer):
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within_s} s; last answer: {answer!r}")
        time.sleep(0.1)
