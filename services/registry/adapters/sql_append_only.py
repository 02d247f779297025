"""Tables whose rows are never changed or removed, whoever asks: the change log, the access log, an audit's record.

A row must carry the next sequence or number: on SQLite, INSERT OR REPLACE fires neither an UPDATE nor (without
recursive_triggers) a DELETE trigger, so without that a row could be replaced. Alembic's batch mode makes a table anew
and drops its triggers: protect it again after that.
"""

import sqlalchemy as sa

_SQLITE = "CREATE TRIGGER {table}_is_{how} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
_POSTGRESQL = "CREATE TRIGGER {table}_is_{how} BEFORE {when} EXECUTE FUNCTION refuse_in_{table}()"
_FUNCTION = """
CREATE FUNCTION refuse_in_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {follows} THEN RETURN NEW; END IF;
  END IF;
  RAISE integrity_constraint_violation USING MESSAGE = '{table} is append-only';
END $$
"""
_NEXT = "NEW.sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM {table})"
_FOLLOWS = {  # when a row may be added
    "change": _NEXT.format(table="change"),
    "access": _NEXT.format(table="access"),
    "audit_entry": "NEW.number = (SELECT coalesce(max(number), 0) + 1 FROM audit_entry"
    " WHERE audit_case = NEW.audit_case)",
    "audit_text": "NOT EXISTS (SELECT 1 FROM audit_text WHERE id = NEW.id)",
}
_WHEN = {
    "never_updated": "UPDATE ON {table} FOR EACH ROW",
    "never_deleted": "DELETE ON {table} FOR EACH ROW",
    "appended": "INSERT ON {table} FOR EACH ROW",
}
_TRUNCATE = {"never_truncated": "TRUNCATE ON {table}"}
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND tgenabled IN ('O', 'A')",
}
TABLES = tuple(_FOLLOWS)


def protect(connection: sa.Connection, table: str) -> None:
    """Let the database refuse UPDATE, DELETE, TRUNCATE, and an INSERT out of turn on one of TABLES."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(_FUNCTION.format(table=table, follows=_FOLLOWS[table]))
    for how, when in _when(connection).items():
        if sqlite and how == "appended":
            when += f" WHEN coalesce({_FOLLOWS[table]}, 0) IS NOT 1"
        form = _SQLITE if sqlite else _POSTGRESQL
        connection.exec_driver_sql(form.format(table=table, how=how, when=when.format(table=table)))


def unprotect(connection: sa.Connection, table: str) -> None:
    """Remove what :func:`protect` leaves behind when the table is dropped."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"DROP FUNCTION refuse_in_{table}() CASCADE")


def is_protected(connection: sa.Connection, table: str) -> bool:
    """Whether a table's triggers are there."""
    there = connection.exec_driver_sql(_TRIGGERS[connection.dialect.name].format(table=table)).scalars()
    return set(there) >= {f"{table}_is_{how}" for how in _when(connection)}


def _when(connection: sa.Connection) -> dict[str, str]:
    return _WHEN if connection.dialect.name == "sqlite" else _WHEN | _TRUNCATE
