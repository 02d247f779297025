"""Mosquitto's accounts, kept in memory; mirrors services/registry/adapters/mosquitto_accounts.py."""

from services.registry.feed_accounts import Account
from shared.failures import Unavailable


class MosquittoAccountsInMemory:
    """Accounts and passwords by user name; ``away`` makes every call fail as a lost broker does."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.passwords: dict[str, str] = {}
        self.away = False

    def open(self, account: Account, password: str) -> None:
        self._here()
        self.accounts[account.username] = account
        self.passwords[account.username] = password

    def change(self, account: Account) -> None:
        self._here()
        self.accounts[account.username] = account

    def _here(self) -> None:
        if self.away:
            raise Unavailable("mosquitto", "away, as the test wants it")
