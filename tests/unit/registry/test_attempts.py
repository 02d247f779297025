"""Failed attempts are limited: of keys per key and address, of people per login and per address, for a while."""

import pytest

from services.registry.attempts import (
    PEOPLE_PER_ADDRESS,
    PEOPLES_WINDOW_S,
    PER_ADDRESS,
    PER_KEY,
    PER_LOGIN,
    WINDOW_S,
    Attempts,
)
from shared.failures import Rejected, Unavailable


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


def guess(attempts: Attempts, login: str, address: str, *, right: bool = False) -> str:
    """The reason it was refused for, or nothing."""
    try:
        with attempts.guessable(login, address):
            if not right:
                raise Rejected("bad_credentials")
    except Rejected as error:
        return error.reason
    return ""


def test_a_login_guessed_at_from_anywhere_is_closed_to_the_right_password_too_for_a_while() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    assert {guess(attempts, "desk", f"10.0.0.{number}") for number in range(PER_LOGIN)} == {"bad_credentials"}
    with pytest.raises(Rejected) as refused, attempts.guessable("desk", "10.0.1.1"):
        pytest.fail("no password is looked at")
    assert refused.value.params == {"wait_s": PEOPLES_WINDOW_S + 1}
    assert guess(attempts, "other", "10.0.1.1", right=True) == ""
    clock.now_s += PEOPLES_WINDOW_S
    assert guess(attempts, "desk", "10.0.1.1", right=True) == ""


def test_an_address_that_guesses_at_many_logins_is_closed_and_others_are_not() -> None:
    attempts = Attempts(Clock())
    for number in range(PEOPLE_PER_ADDRESS):
        guess(attempts, f"desk-{number}", "10.0.0.1")
    assert guess(attempts, "unused", "10.0.0.1", right=True) == "too_many_attempts"
    assert guess(attempts, "unused", "10.0.0.2", right=True) == ""
    assert attempt(attempts, "k", "10.0.0.1") == "bad_credentials"  # keys are counted apart


def test_failures_of_keys_and_what_succeeds_push_no_guesses_out_of_memory() -> None:
    attempts = Attempts(Clock())
    for _ in range(PER_LOGIN):
        guess(attempts, "desk", "10.0.0.1")
    for number in range(10_001):
        attempt(attempts, f"k-{number}", f"10.1.{number // 250}.{number % 250}")
        guess(attempts, f"other-{number}", f"10.2.{number // 250}.{number % 250}", right=True)
    assert guess(attempts, "desk", "10.0.0.2", right=True) == "too_many_attempts"


def test_all_addresses_of_an_ipv6_network_of_64_bits_are_one_and_the_mapped_ipv4_its_own() -> None:
    attempts = Attempts(Clock())
    for number in range(PER_ADDRESS):
        attempt(attempts, f"k-{number}", f"2001:db8:0:1::{number:x}")
    for number in range(PEOPLE_PER_ADDRESS):
        guess(attempts, f"desk-{number}", f"2001:db8:0:1:{number:x}::1")
    assert attempt(attempts, "unused", "2001:db8:0:1:ffff::1") == "too_many_attempts"
    assert guess(attempts, "unused", "2001:db8:0:1:ffff::1", right=True) == "too_many_attempts"
    assert guess(attempts, "unused", "2001:db8:0:2::1", right=True) == ""
    for number in range(PEOPLE_PER_ADDRESS):
        guess(attempts, f"office-{number}", "::ffff:10.0.0.1")
    assert guess(attempts, "unused", "10.0.0.1", right=True) == "too_many_attempts"
    assert guess(attempts, "unused", "::ffff:10.0.0.2", right=True) == ""


def test_guesses_made_at_once_are_no_more_than_those_made_one_by_one() -> None:
    attempts = Attempts(Clock())
    let_in = [attempts.guessable("desk", "10.0.0.1") for _ in range(PER_LOGIN)]
    for each in let_in:
        each.__enter__()  # all of them look at a password, and none has failed yet
    assert guess(attempts, "desk", "10.0.0.1", right=True) == "too_many_attempts"
    for each in let_in:
        each.__exit__(None, None, None)
    assert guess(attempts, "desk", "10.0.0.1", right=True) == ""


def test_what_succeeded_or_was_never_tried_does_not_count() -> None:
    attempts = Attempts(Clock())
    for _ in range(PER_LOGIN):
        assert guess(attempts, "desk", "10.0.0.1", right=True) == ""
        with pytest.raises(Unavailable), attempts.guessable("desk", "10.0.0.1"):
            raise Unavailable("database")
    assert guess(attempts, "desk", "10.0.0.1") == "bad_credentials"
