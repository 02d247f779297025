"""Mosquitto's accounts, kept in memory; mirrors services/registry/adapters/mosquitto_accounts.py."""

from contextlib import AbstractContextManager, nullcontext

from services.registry.feed_accounts import Account
from shared.failures import Unavailable


class MosquittoAccountsInMemory:
    """Accounts and passwords by user name.

    ``away`` makes every call fail as a lost broker does, ``mute`` as one that did it and whose answer was lost.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.passwords: dict[str, str] = {}
        self.away = False
        self.mute = False

    def at_hand(self) -> AbstractContextManager[None]:
        return nullcontext()

    def open(self, account: Account, password: str) -> None:
        self._here()
        self.accounts[account.username] = account
        self.passwords[account.username] = password
        self._answer()

    def change(self, account: Account) -> bool:
        self._here()
        known = account.username in self.accounts
        if known:
            self.accounts[account.username] = account
        self._answer()
        return known

    def _here(self) -> None:
        if self.away:
            raise Unavailable("mosquitto", "away, as the test wants it")

    def _answer(self) -> None:
        if self.mute:
            raise Unavailable("mosquitto", "did not answer, as the test wants it")
