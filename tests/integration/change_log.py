"""The logs: a row for the change log, its length; both as someone sees them who has the database's password."""

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


TAMPERING = {
    "update": "UPDATE {log} SET actor = 'somebody else' WHERE sequence = 1",
    "delete": "DELETE FROM {log} WHERE sequence = (SELECT max(sequence) FROM {log})",
    "delete everything": "DELETE FROM {log}",
    "insert far ahead": "INSERT INTO {log} SELECT sequence + 7, {rest} FROM {log} WHERE sequence = 1",
    "insert without a sequence": "INSERT INTO {log} SELECT NULL, {rest} FROM {log} WHERE sequence = 1",
}
TAMPERING_OF = {
    "sqlite": TAMPERING
    | {"insert over": "INSERT OR REPLACE INTO {log} SELECT sequence, {rest} FROM {log} WHERE sequence = 1"},
    "postgresql": TAMPERING
    | {
        "insert over": "INSERT INTO {log} SELECT sequence, {rest} FROM {log} WHERE sequence = 1 "
        "ON CONFLICT (sequence) DO UPDATE SET actor = 'somebody else'",
        "truncate": "TRUNCATE {log}",
    },
}


@contextmanager
def opened(url: str) -> Iterator[sa.Connection]:
    """A transaction of somebody else's, with nothing of ours; committed at the end."""
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        yield connection


def not_refused(url: str, log: str = "change") -> list[str]:
    """Which ways of tampering with a log of one row or more the database lets pass; they are undone."""
    passed = []
    with opened(url) as connection:
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {log}").scalar_one() > 0
        columns = [column["name"] for column in sa.inspect(connection).get_columns(log)]
    rest = ", ".join(f'"{name}"' for name in columns if name != "sequence")
    for name, template in TAMPERING_OF[connection.dialect.name].items():
        statement = template.format(log=log, rest=rest)
        try:
            with opened(url) as connection:
                connection.exec_driver_sql(statement)
                connection.rollback()
            passed.append(name)
        except exc.IntegrityError as error:
            assert "append-only" in str(error)
    return passed


def drop_trigger(connection: sa.Connection, name: str) -> None:
    """Take one of a log's triggers away."""
    of = f" ON {name.partition('_')[0]}" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"DROP TRIGGER {name}{of}")
