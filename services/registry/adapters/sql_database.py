"""The registry's database: transactions to read and to write; driver exceptions become Unavailable here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from services.registry import counters
from services.registry.adapters import sql_dialects
from services.registry.adapters.sql_reading import SqlReading
from services.registry.adapters.sql_store import SqlStore
from shared.contracts.civil_time import rfc3339
from shared.failures import Rejected, Unavailable

_CONNECTIONS = 32  # more than a process has threads; a waiting reader of the change feed holds none


class SqlDatabase:
    """One database, from any number of threads; ``now_ms`` is the clock of the log's times."""

    def __init__(self, url: str, now_ms: Callable[[], int]) -> None:
        self._engine = sa.create_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
        sql_dialects.prepare(self._engine)
        self._writing = self._engine.execution_options(writing=True)
        self._now_ms = now_ms

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """See :class:`services.registry.store.Database`."""
        with _unavailable(), self._engine.begin() as connection:
            yield SqlReading(connection)

    @contextmanager
    def writing(self, actor: str) -> Iterator[SqlStore]:
        """See :class:`services.registry.store.Database`."""
        with _unavailable(), self._writing.begin() as connection:
            store = SqlStore(connection, actor, rfc3339(self._now_ms()))
            yield store
        for entity, changes in store.changes.items():
            counters.CHANGES.labels(entity).inc(changes)

    def check(self) -> None:
        """Do nothing if the database is there.

        :raises Unavailable: if it does not answer, or has not been migrated
        """
        try:
            with self.reading() as reading:
                reading.head()
        except exc.ProgrammingError as error:  # PostgreSQL's word for a table that is not there
            raise Unavailable("database", "not migrated") from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except exc.DataError as error:  # PostgreSQL has no text with U+0000; nothing that was checked gets here
        raise Rejected("invalid_request") from error
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        raise Unavailable("database", str(error.args[0]) if error.args else repr(error)) from error
    except exc.DatabaseError as error:
        if type(error) is not exc.DatabaseError:
            raise  # of a kind that is a defect of ours
        raise Unavailable("database", str(error.args[0])) from error  # SQLite's word for a file that is damaged
