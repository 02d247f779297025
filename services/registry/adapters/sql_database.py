"""The registry's database: transactions to read and to write; driver exceptions become Unavailable here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from services.registry import counters
from services.registry.accesses import Asking, Told
from services.registry.adapters import sql_accesses, sql_dialects
from services.registry.adapters.sql_reading import SqlReading
from services.registry.adapters.sql_store import SqlStore
from services.registry.adapters.sql_text import Unstorable
from shared.contracts.civil_time import rfc3339
from shared.failures import Rejected, Unavailable

_AWAY = {  # what PostgreSQL, by its SQLSTATE, files under defects, though waiting mends it
    "42P01": "not migrated",  # no such table
    "42703": "not migrated",  # no such column
    "25006": "read-only, as a standby is",
    "25P03": "a writer was silent for too long",
}
_CONNECTIONS = 32  # more than a process has threads; a waiting reader of the change feed holds none
_LONGEST_TURN_S = 30


class SqlDatabase:
    """One database, from any number of threads; ``now_ms`` is the clock of the log's times."""

    def __init__(self, url: str, now_ms: Callable[[], int]) -> None:
        options = {"pool_size": _CONNECTIONS, "max_overflow": 0, "pool_pre_ping": True}
        engine = sa.create_engine(url, hide_parameters=True, **options)  # an error that is logged tells no text
        sql_dialects.prepare(engine)
        self._reading, self._writing = sql_dialects.reading(engine), sql_dialects.writing(engine)
        self._noting = sql_dialects.noting(engine)
        self._turn_to_note = threading.Lock()  # who waits here is next; in SQLite's own queue nobody is
        self._now_ms = now_ms

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """See :class:`services.registry.store.Database`."""
        with _told_apart(), self._reading.begin() as connection:
            yield SqlReading(connection)

    @contextmanager
    def writing(self, actor: str) -> Iterator[SqlStore]:
        """See :class:`services.registry.store.Database`."""
        with _told_apart(), self._writing.begin() as connection:
            store = SqlStore(connection, actor, rfc3339(self._now_ms()))
            yield store
        for entity, changes in store.changes.items():
            counters.CHANGES.labels(entity).inc(changes)

    def note(self, asking: Asking, told: Told) -> None:
        """See :class:`services.registry.store.Database`."""
        if not self._turn_to_note.acquire(timeout=_LONGEST_TURN_S):
            raise Unavailable("database", "another read is being noted")
        try:
            with _told_apart(), self._noting.begin() as connection:
                sql_accesses.append(connection, rfc3339(self._now_ms()), asking, told)
        finally:
            self._turn_to_note.release()

    @contextmanager
    def trying(self, actor: str) -> Iterator[SqlStore]:
        """See :class:`services.registry.store.Database`."""
        with _told_apart(), self._writing.connect() as connection, connection.begin() as transaction:
            yield SqlStore(connection, actor, rfc3339(self._now_ms()), logged=False)
            transaction.rollback()

    def check(self) -> None:
        """Do nothing if the database is there.

        :raises Unavailable: if it does not answer, or has not been migrated
        """
        with self.reading() as reading:
            reading.head()

    def close(self) -> None:
        """Close every connection."""
        self._reading.dispose()  # the pool is the writers' too


@contextmanager
def _told_apart() -> Iterator[None]:
    """Raise Rejected or Unavailable for what they are the words for; anything else is a defect of ours."""
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable("database", str(error.args[0])) from error
    except exc.StatementError as error:
        if (failure := _failure(error)) is None:
            raise
        raise failure from error


def _failure(error: exc.StatementError) -> Rejected | Unavailable | None:
    if isinstance(error, exc.DataError) or isinstance(error.orig, Unstorable):  # nothing that was checked gets here
        return Rejected("invalid_request")
    if why := _AWAY.get(getattr(error.orig, "sqlstate", None) or ""):
        return Unavailable("database", why)
    # DatabaseError itself is SQLite's word for a file that is damaged; its other kinds are defects.
    if isinstance(error, exc.OperationalError | exc.InterfaceError) or type(error) is exc.DatabaseError:
        return Unavailable("database", str(error.args[0]))
    return None
