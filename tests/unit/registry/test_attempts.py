"""Failed attempts are limited per key and address, and pass again after a minute."""

import pytest

from services.registry.attempts import PER_ADDRESS, PER_KEY, WINDOW_S, Attempts
from shared.failures import Rejected


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def attempt(attempts: Attempts, key: str, address: str, *, right: bool = False) -> str:
    """The reason it was refused for, or nothing."""
    try:
        with attempts.counted(key, address):
            if not right:
                raise Rejected("bad_credentials")
    except Rejected as error:
        return error.reason
    return ""


def test_after_too_many_failures_further_ones_must_wait_and_a_right_secret_need_not() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    failures = [attempt(attempts, "k", "10.0.0.1") for _ in range(PER_KEY)]
    assert failures == ["bad_credentials"] * PER_KEY
    with pytest.raises(Rejected) as refused, attempts.counted("k", "10.0.0.1"):
        raise Rejected("bad_credentials")
    assert (refused.value.reason, refused.value.params) == ("too_many_attempts", {"wait_s": WINDOW_S + 1})

    assert attempt(attempts, "k", "10.0.0.1", right=True) == ""
    clock.now_s += WINDOW_S
    assert attempt(attempts, "k", "10.0.0.1") == "bad_credentials"


def test_a_keys_failures_are_its_own_and_its_addresss() -> None:
    attempts = Attempts(Clock())
    for _ in range(PER_KEY + 1):
        attempt(attempts, "k", "10.0.0.1")
    assert attempt(attempts, "k", "10.0.0.2") == "bad_credentials"
    assert attempt(attempts, "another", "10.0.0.1") == "bad_credentials"


def test_an_address_that_tries_many_keys_must_wait() -> None:
    attempts = Attempts(Clock())
    for number in range(PER_ADDRESS):
        attempt(attempts, f"k-{number}", "10.0.0.1")
    assert attempt(attempts, "unused", "10.0.0.1") == "too_many_attempts"
    assert attempt(attempts, "unused", "10.0.0.1", right=True) == ""


def test_right_attempts_are_never_limited() -> None:
    attempts = Attempts(Clock())
    assert {attempt(attempts, "k", "10.0.0.1", right=True) for _ in range(PER_ADDRESS * 2)} == {""}
