"""The change log: a row for it, its length; and as someone sees it who has the database's password."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import exc

from services.registry import keys
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.chain import verify
from services.registry.store import Store


def change_something(store: Store) -> None:
    """Append one row."""
    keys.create(store, "somebody", "auditor", [], [])


def length(database: SqlDatabase) -> int:
    """How many rows there are; fails unless the chain holds."""
    with database.reading() as reading:
        return verify(reading.every_change()).sequence


_REST = "time, actor, entity, id, version, before, after, previous_hash, hash"
TAMPERING = {
    "update": "UPDATE change SET actor = 'somebody else' WHERE sequence = 1",
    "delete": "DELETE FROM change WHERE sequence = (SELECT max(sequence) FROM change)",
    "delete everything": "DELETE FROM change",
    "insert far ahead": f"INSERT INTO change SELECT sequence + 7, {_REST} FROM change WHERE sequence = 1",
    "insert without a sequence": f"INSERT INTO change SELECT NULL, {_REST} FROM change WHERE sequence = 1",
}
TAMPERING_OF = {
    "sqlite": TAMPERING
    | {"insert over": f"INSERT OR REPLACE INTO change SELECT sequence, {_REST} FROM change WHERE sequence = 1"},
    "postgresql": TAMPERING
    | {
        "insert over": f"INSERT INTO change SELECT sequence, {_REST} FROM change WHERE sequence = 1 "
        "ON CONFLICT (sequence) DO UPDATE SET actor = 'somebody else'",
        "truncate": "TRUNCATE change",
    },
}


@contextmanager
def opened(url: str) -> Iterator[sa.Connection]:
    """A transaction of somebody else's, with nothing of ours; committed at the end."""
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        yield connection


def not_refused(url: str) -> list[str]:
    """Which ways of tampering with a log of one row or more the database lets pass; they are undone."""
    passed = []
    with opened(url) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one() > 0
    for name, statement in TAMPERING_OF[connection.dialect.name].items():
        try:
            with opened(url) as connection:
                connection.exec_driver_sql(statement)
                connection.rollback()
            passed.append(name)
        except exc.IntegrityError as error:
            assert "append-only" in str(error)
    return passed


def drop_trigger(connection: sa.Connection, name: str) -> None:
    """Take one of the log's triggers away."""
    of = " ON change" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {name}{of}")
