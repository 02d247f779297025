"""The only place that knows which database it is: how to lock, and how the two logs defend themselves.

SQLite: BEGIN IMMEDIATE is the lock, and every transaction reads one snapshot. PostgreSQL: an advisory lock, held until
the transaction ends; each statement of a writer sees what was committed before it, a reader's transaction one snapshot.
Who notes a read takes another advisory lock there, so that no reader waits for a long import; SQLite has one for all.
"""

from typing import Any

import sqlalchemy as sa

# UPDATE and DELETE: never. An INSERT must carry the next sequence: on SQLite, INSERT OR REPLACE fires neither an
# UPDATE nor (without recursive_triggers) a DELETE trigger, so without this a row could be replaced.
_SQLITE = "CREATE TRIGGER {log}_is_{rule} BEFORE {when} BEGIN SELECT RAISE(ABORT, 'the {log} log is append-only'); END"
_NOT_NEXT = "WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM {log})"
_POSTGRESQL = "CREATE TRIGGER {log}_is_{rule} BEFORE {when} EXECUTE FUNCTION refuse_{log}()"
_REFUSE = """
CREATE FUNCTION refuse_{log}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM {log}) THEN RETURN NEW; END IF;
  END IF;
  RAISE integrity_constraint_violation USING MESSAGE = 'the {log} log is append-only';
END $$
"""
_RULES = {
    "sqlite": {
        "never_updated": "UPDATE ON {log}",
        "never_deleted": "DELETE ON {log}",
        "appended": "INSERT ON {log} " + _NOT_NEXT,
    },
    "postgresql": {
        "never_updated": "UPDATE ON {log} FOR EACH ROW",
        "never_deleted": "DELETE ON {log} FOR EACH ROW",
        "appended": "INSERT ON {log} FOR EACH ROW",
        "never_truncated": "TRUNCATE ON {log}",
    },
}
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{log}'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = '{log}'::regclass AND tgenabled IN ('O', 'A')",
}
LOGS = ("change", "access")
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


def protect_log(connection: sa.Connection, log: str) -> None:
    """Let the database refuse UPDATE, DELETE, TRUNCATE, and an INSERT out of sequence on one of :data:`LOGS`.

    Alembic's batch mode makes a table anew and drops its triggers: call this after it.
    """
    kind = connection.dialect.name
    if kind == "postgresql":
        connection.exec_driver_sql(_REFUSE.format(log=log))
    trigger = _SQLITE if kind == "sqlite" else _POSTGRESQL
    for rule, when in _RULES[kind].items():
        connection.exec_driver_sql(trigger.format(log=log, rule=rule, when=when.format(log=log)))


def unprotect_log(connection: sa.Connection, log: str) -> None:
    """Remove what :func:`protect_log` leaves behind when the table is dropped."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION refuse_{log}() CASCADE")


def is_protected(connection: sa.Connection, log: str) -> bool:
    """Whether a log's triggers are there."""
    kind = connection.dialect.name
    there = set(connection.exec_driver_sql(_TRIGGERS[kind].format(log=log)).scalars())
    return there >= {f"{log}_is_{rule}" for rule in _RULES[kind]}


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
