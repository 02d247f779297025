"""Entities as rows of their tables, and back."""

from collections.abc import Collection as Many
from typing import Any

import msgspec
import sqlalchemy as sa

from services.registry.adapters.sql_tables import TABLES
from services.registry.collection import Entity
from shared.contracts.registry import ENTITIES, EntityName


def beside(
    connection: sa.Connection, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]
) -> list[Entity]:
    """See :meth:`services.registry.store.Store.beside`."""
    if not values:
        return []
    table = TABLES[entity]
    query = sa.select(table).where(sa.tuple_(*(table.c[name] for name in fields)).in_(values))
    return [entity_of(entity, row) for row in connection.execute(query).mappings()]


def entity_of(entity: EntityName, row: Any) -> Entity:
    """A row of an entity's table as its Struct; columns that are not of the contract are left out."""
    kind = ENTITIES[entity]
    return msgspec.convert({name: row[name] for name in kind.__struct_fields__}, kind)


def columns_of(table: sa.Table, row: Entity) -> dict[str, Any]:
    """The values of an entity's own columns; what goes into JSON has its dates as text."""
    values = msgspec.structs.asdict(row)
    return {
        name: msgspec.to_builtins(value, str_keys=True) if isinstance(table.c[name].type, sa.JSON) else value
        for name, value in values.items()
    }
