"""How to lock, and how a connection behaves, on each database.

SQLite: BEGIN IMMEDIATE is the lock, and every transaction reads one snapshot. PostgreSQL: an advisory lock, held until
the transaction ends; each statement of a writer sees what was committed before it, a reader's transaction one snapshot.
Who notes a read takes another advisory lock there, so that no reader waits for a long import; SQLite has one for all.
"""

from typing import Any

import sqlalchemy as sa

_READING: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ"},
}
_LOCK = 0x5049_4C4F_54  # any number that nobody else uses: "PILOT"
_LOCK_OF_ACCESSES = _LOCK + 1
_WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {"lock": _LOCK},
    "postgresql": {"lock": _LOCK, "isolation_level": "READ COMMITTED"},
}
_LONGEST_WAIT_MS = 30_000  # for another writer
_LONGEST_PAUSE_MS = 60_000  # a writer whose machine is gone would hold the lock until TCP notices
_CONNECT_S = 5


def prepare(engine: sa.Engine) -> None:
    """Make an engine's connections behave: explicit transactions, durable commits, foreign keys."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "do_connect", _connect_postgresql)
        sa.event.listen(engine, "begin", _begin_postgresql)


def as_json(connection: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column of text that holds JSON, so that its members can be asked for."""
    return sa.type_coerce(column, sa.JSON) if connection.dialect.name == "sqlite" else sa.cast(column, sa.JSON)


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that only read: each sees one snapshot."""
    return engine.execution_options(**_READING[engine.dialect.name])


def writing(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that write: each excludes every other until it ends."""
    return engine.execution_options(**_WRITING[engine.dialect.name])


def noting(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that note a read: each excludes every other until it ends."""
    return writing(engine).execution_options(lock=_LOCK_OF_ACCESSES)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else the driver begins by itself, and late
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {_LONGEST_WAIT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if "lock" in connection.get_execution_options() else "BEGIN")


def _connect_postgresql(_dialect: Any, _record: Any, _words: Any, settings: dict[str, Any]) -> None:
    settings.setdefault("connect_timeout", _CONNECT_S)  # the driver's own is two minutes; the URL may say otherwise


def _begin_postgresql(connection: sa.Connection) -> None:
    if lock := connection.get_execution_options().get("lock"):
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{_LONGEST_WAIT_MS}', true), "
            f"set_config('idle_in_transaction_session_timeout', '{_LONGEST_PAUSE_MS}', true), "
            f"pg_advisory_xact_lock({lock})"
        )
