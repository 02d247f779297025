"""The only place that knows which database it is: how to lock, and how the change log defends itself.

SQLite: BEGIN IMMEDIATE is the lock. PostgreSQL: an advisory lock, held until the transaction ends.
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
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'change'::regclass AND NOT tgisinternal",
}
_GUARDS = {"change_is_never_updated", "change_is_never_deleted", "change_is_appended"}
_LOCK = 0x5049_4C4F_54  # any number that nobody else uses: "PILOT"


def protect_change_log(connection: sa.Connection) -> None:
    """Let the database refuse UPDATE, DELETE, and an INSERT out of sequence on the change log.

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
    return set(connection.exec_driver_sql(_TRIGGERS[connection.dialect.name]).scalars()) >= _GUARDS


def prepare(engine: sa.Engine) -> None:
    """Make an engine's connections behave: explicit transactions, durable commits, foreign keys."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _lock_postgresql)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else the driver begins by itself, and late
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _lock_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
