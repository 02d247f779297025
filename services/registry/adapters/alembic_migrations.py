"""The database's schema, step by step: Alembic's migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from services.registry.adapters import sql_append_only, sql_dialects

SCRIPTS = Path(__file__).parent.parent / "migrations"


class Unprotected(Exception):
    """A migration left the change log, the access log or an audit's record without its triggers; it was undone."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, in one transaction.

    :raises Unprotected: if a log would not defend itself afterwards
    """
    with _migrating(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, in one transaction; ``base`` is before the first.

    :raises Unprotected: if a log would not defend itself afterwards
    """
    with _migrating(url) as config:
        command.downgrade(config, revision)


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    """One transaction, under the writer's lock, on a connection that is closed afterwards."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    sql_dialects.prepare(engine)
    with sql_dialects.writing(engine).begin() as connection:
        yield _config(connection)
        _assert_protected(connection)


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _assert_protected(connection: sa.Connection) -> None:
    there = sa.inspect(connection)
    for table in sql_append_only.TABLES:
        if there.has_table(table) and not sql_append_only.is_protected(connection, table):
            raise Unprotected(f"{table} has lost its triggers: call sql_append_only.protect at the end")
