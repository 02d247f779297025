"""A registry whose requests are carried out and answered in full, and then undone: each finds what the others found."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from services.registry.accesses import Asking, Told
from services.registry.adapters import sql_accesses
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.adapters.sql_store import SqlStore
from services.registry.feed_accounts import BrokerAccounts
from shared.contracts.civil_time import rfc3339
from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.registry_under_test import RegistryUnderTest


class _UndoneError(Exception):
    """Ends a transaction, so that nothing of it stays."""


class Trial:
    """Whether writes are undone, and what they would have changed: rows of the log, by entity; accounts."""

    def __init__(self) -> None:
        self.undoing = False
        self._changes: Counter[str] = Counter()

    def count(self, changes: Counter[str]) -> None:
        """Take note of a transaction's rows of the log."""
        self._changes.update(changes)

    def taken(self) -> dict[str, int]:
        """What was changed since the last time."""
        found, self._changes = self._changes, Counter()
        return dict(found)


class TryingDatabase(SqlDatabase):
    """Commits nothing while its trial is undoing."""

    def __init__(self, url: str, now_ms: Callable[[], int], trial: Trial) -> None:
        super().__init__(url, now_ms)
        self._trial = trial

    @contextmanager
    def writing(self, actor: str) -> Iterator[SqlStore]:
        """As it is, but that what came to its end is undone there."""
        with suppress(_UndoneError), super().writing(actor) as store:
            yield store
            self._trial.count(store.changes)
            if self._trial.undoing:
                raise _UndoneError

    def note(self, asking: Asking, told: Told) -> None:
        """As it is, in a transaction that is undone."""
        if not self._trial.undoing:
            super().note(asking, told)
            return
        with self._noting.connect() as connection, connection.begin() as transaction:
            sql_accesses.append(connection, rfc3339(self._now_ms()), asking, told)
            transaction.rollback()


class CountedAccounts(MosquittoAccountsInMemory):
    """Accounts that tell a trial of every call."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial

    def _here(self) -> None:
        self._trial.count(Counter(account=1))


@contextmanager
def trying(make: Callable[[BrokerAccounts], RegistryUnderTest]) -> Iterator[tuple[RegistryUnderTest, Trial]]:
    """A registry, and its trial: what ``make`` does with a broker stays, what is asked afterwards is undone."""
    trial = Trial()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.registry.app.SqlDatabase", lambda url, now_ms: TryingDatabase(url, now_ms, trial))
        made = make(CountedAccounts(trial))
    trial.taken()
    trial.undoing = True
    yield made, trial
