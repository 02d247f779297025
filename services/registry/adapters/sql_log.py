"""The append-only change log: rows get their sequence and hash under the writer's lock."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from services.registry.adapters.sql_tables import CHANGE
from services.registry.chain import EMPTY, Head, hash_of
from shared.contracts.registry import Change, EntityName


class Entry(NamedTuple):
    """What one change does, before it has a place in the log."""

    entity: EntityName
    id: str
    version: int
    before: msgspec.Struct | None
    after: msgspec.Struct | None


def head(connection: sa.Connection) -> Head:
    """The last row of the log."""
    row = connection.execute(sa.select(CHANGE.c.sequence, CHANGE.c.hash).order_by(CHANGE.c.sequence.desc()).limit(1))
    return Head(*row.one_or_none() or EMPTY)


def append(connection: sa.Connection, actor: str, time: str, entries: Sequence[Entry]) -> None:
    """Append changes. The transaction must hold the writer's lock: else two would take one sequence."""
    rows = []
    last = head(connection)
    for entry in entries:
        unhashed = Change(
            sequence=last.sequence + 1,
            time=time,
            actor=actor,
            entity=entry.entity,
            id=entry.id,
            version=entry.version,
            before=body(entry.before),
            after=body(entry.after),
            previous_hash=last.hash,
            hash="",
        )
        change = msgspec.structs.replace(unhashed, hash=hash_of(unhashed))
        last = Head(change.sequence, change.hash)
        columns = msgspec.structs.asdict(change)
        rows.append({**columns, "before": _text(change.before), "after": _text(change.after)})
    if rows:
        connection.execute(sa.insert(CHANGE), rows)


def changes(connection: sa.Connection, after: int, limit: int | None = None) -> Iterator[Change]:
    """The rows after a sequence, in order."""
    query = sa.select(CHANGE).where(CHANGE.c.sequence > after).order_by(CHANGE.c.sequence).limit(limit)
    for row in connection.execute(query, execution_options={"yield_per": 1_000}).mappings():
        yield _change(row)


def changes_of(connection: sa.Connection, entity: EntityName, key: str) -> list[Change]:
    """Every change of an entity, in order."""
    query = sa.select(CHANGE).where(CHANGE.c.entity == entity, CHANGE.c.id == key).order_by(CHANGE.c.version)
    return [_change(row) for row in connection.execute(query).mappings()]


def bodies(connection: sa.Connection, entity: EntityName, key: str) -> list[tuple[str, dict[str, Any], int]]:
    """The actor of each change of an entity since it was last registered, what it was afterwards, and its version."""
    query = sa.select(CHANGE.c.actor, CHANGE.c.after, CHANGE.c.version)
    rows = connection.execute(
        query.where(CHANGE.c.entity == entity, CHANGE.c.id == key).order_by(CHANGE.c.version.desc())
    )
    lived = list(itertools.takewhile(lambda row: row.after is not None, rows))
    return [(row.actor, _parsed(row.after), row.version) for row in reversed(lived)]


def versions(connection: sa.Connection, entity: EntityName, ids: Sequence[str]) -> dict[str, int]:
    """The last version of those ids that were ever there; of one that was removed, the removal's."""
    query = sa.select(CHANGE.c.id, sa.func.max(CHANGE.c.version)).where(CHANGE.c.entity == entity, CHANGE.c.id.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query.group_by(CHANGE.c.id))}


def sequences(connection: sa.Connection, entity: EntityName, key: str) -> list[tuple[int, int]]:
    """The version and the sequence of each change of an entity."""
    query = sa.select(CHANGE.c.version, CHANGE.c.sequence).where(CHANGE.c.entity == entity, CHANGE.c.id == key)
    return [(row.version, row.sequence) for row in connection.execute(query.order_by(CHANGE.c.version))]


def body(entity: msgspec.Struct | None) -> dict[str, Any] | None:
    """An entity as it stands in JSON: dates as text."""
    return None if entity is None else dict(msgspec.to_builtins(entity, str_keys=True))


def _change(row: sa.RowMapping) -> Change:
    return Change(**{**row, "before": _parsed(row["before"]), "after": _parsed(row["after"])})


def _text(content: dict[str, Any] | None) -> str | None:
    return None if content is None else msgspec.json.encode(content).decode()


def _parsed(content: str | None) -> Any:
    return None if content is None else msgspec.json.decode(content)
