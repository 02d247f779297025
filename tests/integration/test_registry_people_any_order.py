"""Whatever is done to accounts, in any order: what opens one is what a small model says, and nothing else does."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.registry import people, signing_in
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.amending import any_version
from services.registry.entities import BY_ENTITY
from services.registry.moving import Move, move
from services.registry.passwords import Passwords
from services.registry.store import Store
from shared.contracts.registry_people import Person
from shared.failures import Rejected
from shared.runtime.auth import Principal
from tests.integration.databases import Databases

LOGINS = st.sampled_from(["desk-1", "desk-2", "desk-3"])
PASSWORDS = ("correct horse battery", "another long password")
ADMINISTRATOR = Principal("k-0", "管理岗", "administrator")
HASHES = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
DAY_MS = 86_400_000
T = TypeVar("T")


@dataclass
class Account:
    """What should hold of an account; ``codes``: every one that was ever told, the last one last."""

    state: str = "INVITED"
    password: str = ""
    codes: list[str] = field(default_factory=list)
    code_ends_ms: int = 0  # 0: it has ended
    handed_over: bool = False


class Accounts(RuleBasedStateMachine):
    """Three accounts of administrators, the only ones there are, over a real database."""

    databases: Databases

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = time.time_ns() // 1_000_000
        self.database = SqlDatabase(self.databases.migrated(), lambda: self.now_ms)
        self.accounts: dict[str, Account] = {}
        self.led = False

    def teardown(self) -> None:
        self.database.close()

    @rule(login=LOGINS)
    def invite(self, login: str) -> None:
        person = Person(login, "管理岗", "administrator")
        told = self._done(
            login not in self.accounts, lambda store: people.invite(store, person, ADMINISTRATOR, self.now_ms)
        )
        if told is not None:
            self.accounts[login] = Account(codes=[told.code], code_ends_ms=self.now_ms + 7 * DAY_MS)

    @rule(login=LOGINS, which=st.integers(0, 5), password=st.sampled_from(PASSWORDS))
    def open_with_a_code_that_was_told(self, login: str, which: int, password: str) -> None:
        account = self.accounts.get(login, Account())
        code = account.codes[-1 - which % len(account.codes)] if account.codes else "a guess"
        is_last = account.codes[-1:] == [code]
        right = account.state == "INVITED" and is_last and self.now_ms < account.code_ends_ms
        self._done(right, lambda store: people.open_with(store, login, code, HASHES.hash(password), self.now_ms))
        if right:
            account.state, account.password, account.code_ends_ms = "ACTIVE", password, 0

    @rule(login=LOGINS)
    def reset(self, login: str) -> None:
        account = self.accounts.get(login)
        may = account is not None and account.state != "CLOSED" and not self._is_last(login)
        told = self._done(may, lambda store: people.reset(store, login, ADMINISTRATOR, any_version, self.now_ms))
        if told is not None and account is not None:
            account.state, account.password, account.code_ends_ms = "INVITED", "", self.now_ms + 7 * DAY_MS
            account.codes.append(told.code)

    @rule(login=LOGINS, state=st.sampled_from(["LOCKED", "ACTIVE", "CLOSED"]))
    def step(self, login: str, state: str) -> None:
        account = self.accounts.get(login)
        may = account is not None and (
            (account.state == "LOCKED" and account.password != "")
            if state == "ACTIVE"
            else account.state not in ("CLOSED", state) and not self._is_last(login)
        )
        wanted = Move(state, None, "试验")
        self._done(may, lambda store: move(store, BY_ENTITY["person"], login, wanted, ADMINISTRATOR))
        if may and account is not None:
            account.state, account.code_ends_ms = state, 0

    @rule(login=LOGINS, to=LOGINS)
    def hand_over(self, login: str, to: str) -> None:
        account, heir = self.accounts.get(login), self.accounts.get(to)
        may = account is not None and heir is not None and login != to and heir.state == "ACTIVE"
        may = may and account is not None and not account.handed_over
        self._done(may, lambda store: people.hand_over(store, login, to, ADMINISTRATOR, any_version))
        if may and account is not None:
            account.state, account.code_ends_ms, account.handed_over = "CLOSED", 0, True

    @rule(days=st.integers(1, 8))
    def days_pass(self, days: int) -> None:
        self.now_ms += days * DAY_MS

    @invariant()
    def one_password_opens_an_active_account_and_nothing_opens_any_other(self) -> None:
        for login in ("desk-1", "desk-2", "desk-3"):
            account = self.accounts.get(login, Account(state="–"))
            expected = [account.password] if account.state == "ACTIVE" else []
            assert [password for password in PASSWORDS if self._opens(login, password)] == expected

    @invariant()
    def once_somebody_administers_somebody_always_does(self) -> None:
        with self.database.writing("k-0") as store:
            found = store.lasting_administrators()
        assert found == sum(account.state == "ACTIVE" for account in self.accounts.values())
        assert found or not self.led
        self.led |= found > 0

    def _is_last(self, login: str) -> bool:
        active = [name for name, account in self.accounts.items() if account.state == "ACTIVE"]
        return active == [login]

    def _opens(self, login: str, password: str) -> bool:
        try:
            signing_in.by_password(self.database, HASHES, login, password)
        except Rejected:
            return False
        return True

    def _done(self, expected: bool, do: Callable[[Store], T]) -> T | None:
        """What it answers; None if it is refused, which must be as expected."""
        try:
            with self.database.writing("k-0") as store:
                answer = do(store)
        except Rejected:
            assert not expected
            return None
        assert expected
        return answer


def test_in_any_order_of_what_is_done_to_accounts_no_second_word_opens_one(databases: Databases) -> None:
    here = type("AccountsHere", (Accounts,), {"databases": databases})
    quick = settings(max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(here, settings=quick)
