"""Passwords are kept as argon2id, and an account that is not there costs as much as one that is."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import argon2
import pytest
from argon2 import PasswordHasher

from services.registry.passwords import LEAST_CHARACTERS, Passwords, faults_of
from shared.failures import Unavailable

PASSWORD = "correct horse battery"


class Counting(PasswordHasher):
    """A quick one, that remembers with which parameters it was made to work."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[argon2.Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002  # the library's name
        self.verified.append(argon2.extract_parameters(str(hash)))
        return super().verify(hash, password)


def test_a_hash_is_argon2id_with_the_parameters_of_rfc_9106() -> None:
    told = argon2.extract_parameters(Passwords().hash(PASSWORD))
    assert told.type is argon2.Type.ID
    assert (told.time_cost, told.memory_cost, told.parallelism) == (3, 65_536, 4)  # RFC 9106 section 4, second choice
    assert told.salt_len >= 16


def test_the_right_password_is_right_and_two_hashes_of_it_differ() -> None:
    passwords = Passwords(Counting())
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert first != second
    assert passwords.is_right(first, PASSWORD)
    assert passwords.is_right(second, PASSWORD)
    assert not passwords.is_right(first, PASSWORD + " ")


def test_without_an_account_the_same_work_is_done_and_nothing_is_right() -> None:
    counting = Counting()
    passwords = Passwords(counting)
    kept = passwords.hash(PASSWORD)
    assert not passwords.is_right(kept, "a wrong password")
    assert not passwords.is_right(None, PASSWORD)
    assert not passwords.is_right(None, "the hash of an account that is not there")
    with_account, *without = counting.verified
    assert without == [with_account] * 2


class Slow(Counting):
    """One that is busy until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = threading.Semaphore(0), threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002
        self.begun.release()
        assert self.may_go_on.wait(60)
        return super().verify(hash, password)


def test_who_would_wait_too_long_for_his_turn_is_told_to_come_again() -> None:
    slow = Slow()
    passwords = Passwords(slow)
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(passwords.is_right, None, PASSWORD) for _ in range(2)]
        assert all(slow.begun.acquire(timeout=60) for _ in busy)
        with pytest.raises(Unavailable, match="passwords"):
            passwords.is_right(None, PASSWORD)
        slow.may_go_on.set()
        assert [each.result(60) for each in busy] == [False, False]
    assert not passwords.is_right(None, PASSWORD)


@pytest.mark.parametrize(
    ("password", "fit"),
    [
        ("x" * (LEAST_CHARACTERS - 1), False),
        ("x" * LEAST_CHARACTERS, True),
        ("x" * 1024, True),
        ("x" * 1025, False),
        ("\u5b57" * 341, True),  # 1,023 bytes
        ("\u5b57" * 342, False),
        ("e\u0301" * 11, False),  # eleven letters, however they are typed
        ("my-Desk-7-is-here", False),
        ("my desk 7 is here", True),
    ],
)
def test_what_a_password_must_be_like(password: str, fit: bool) -> None:
    assert (list(faults_of("desk-7", password)) == []) is fit
