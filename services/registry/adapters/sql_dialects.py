"""The only place that knows which database it is: how to lock, and how the change log defends itself.

SQLite: BEGIN IMMEDIATE is the lock, and every transaction reads one snapshot. PostgreSQL: an advisory lock, held until
the transaction ends; each statement of a writer sees what was committed before it, a reader's transaction one snapshot.
"""

from typing import Any

import sqlalchemy as sa

# UPDATE and DELETE: never. An INSERT must carry the next sequence: on SQLite, INSERT OR REPLACE fires neither an
# UPDATE nor (without recursive_triggers) a DELETE trigger, so without this a row could be replaced.
_SQLITE = "CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END"
_NOT_NEXT = "WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM change)"
_POSTGRESQL = "CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION refuse_change()"
_REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM change) THEN RETURN NEW; END IF;
  END IF;
  RAISE integrity_constraint_violation USING MESSAGE = 'the change log is append-only';
END $$
"""
_PROTECTED = {
    "sqlite": (
        _SQLITE.format(name="change_is_never_updated", when="UPDATE ON change"),
        _SQLITE.format(name="change_is_never_deleted", when="DELETE ON change"),
        _SQLITE.format(name="change_is_appended", when=f"INSERT ON change {_NOT_NEXT}"),
    ),
    "postgresql": (
        _REFUSE_CHANGE,
        _POSTGRESQL.format(name="change_is_never_updated", when="UPDATE ON change FOR EACH ROW"),
        _POSTGRESQL.format(name="change_is_never_deleted", when="DELETE ON change FOR EACH ROW"),
        _POSTGRESQL.format(name="change_is_appended", when="INSERT ON change FOR EACH ROW"),
        _POSTGRESQL.format(name="change_is_never_truncated", when="TRUNCATE ON change"),
    ),
}
_UNPROTECTED = {"sqlite": (), "postgresql": ("DROP FUNCTION refuse_change() CASCADE",)}
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'change'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'change'::regclass AND tgenabled IN ('O', 'A')",
}
_GUARDS = {"change_is_never_updated", "change_is_never_deleted", "change_is_appended"}
_GUARDS_OF = {"sqlite": _GUARDS, "postgresql": _GUARDS | {"change_is_never_truncated"}}
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ"},
}
_WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {"writing": True},
    "postgresql": {"writing": True, "isolation_level": "READ COMMITTED"},
}
_LOCK = 0x5049_4C4F_54  # any number that nobody else uses: "PILOT"
_LONGEST_WAIT_MS = 30_000  # for another writer
_LONGEST_PAUSE_MS = 60_000  # a writer whose machine is gone would hold the lock until TCP notices
_CONNECT_S = 5


def protect_change_log(connection: sa.Connection) -> None:
    """Let the database refuse UPDATE, DELETE, TRUNCATE, and an INSERT out of sequence on the change log.

    Alembic's batch mode makes a table anew and drops its triggers: call this after it.
    """
    for statement in _PROTECTED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def unprotect_change_log(connection: sa.Connection) -> None:
    """Remove what :func:`protect_change_log` leaves behind when the table is dropped."""
    for statement in _UNPROTECTED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def is_protected(connection: sa.Connection) -> bool:
    """Whether the change log's triggers are there."""
    kind = connection.dialect.name
    return set(connection.exec_driver_sql(_TRIGGERS[kind]).scalars()) >= _GUARDS_OF[kind]


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
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _connect_postgresql(_dialect: Any, _record: Any, _words: Any, settings: dict[str, Any]) -> None:
    settings.setdefault("connect_timeout", _CONNECT_S)  # the driver's own is two minutes; the URL may say otherwise


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{_LONGEST_WAIT_MS}', true), "
            f"set_config('idle_in_transaction_session_timeout', '{_LONGEST_PAUSE_MS}', true), "
            f"pg_advisory_xact_lock({_LOCK})"
        )
