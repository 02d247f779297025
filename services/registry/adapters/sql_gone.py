"""What has been removed: as of a day on which it stood it is told, within the reach it was in then."""

from collections.abc import Collection as Many, Iterator

import msgspec
import sqlalchemy as sa

from services.registry.adapters.sql_tables import CHANGE, GONE, TABLES
from services.registry.scope import Reach
from services.registry.stored import Asked, Site, Stored
from shared.contracts.registry import ENTITIES, EntityName


def note(connection: sa.Connection, entity: EntityName, ids: Many[str]) -> None:
    """Note whose these are, before they are removed."""
    table = TABLES[entity]
    whose = [table.c[name] if name in table.c else sa.null() for name in ("district", "vendor")]
    rows = sa.select(sa.literal(entity), table.c.id, *whose).where(table.c.id.in_(ids))
    connection.execute(sa.insert(GONE).from_select(["entity", "id", "district", "vendor"], rows))


def forget(connection: sa.Connection, entity: EntityName, ids: Many[str]) -> None:
    """They are there again."""
    if ids:
        connection.execute(sa.delete(GONE).where(GONE.c.entity == entity, GONE.c.id.in_(ids)))


def page(connection: sa.Connection, entity: EntityName, reach: Reach, asked: Asked) -> Iterator[tuple[str, Stored]]:
    """Those of a page as of a moment that have been removed since, in the order of ids."""
    assert asked.before is not None
    for key, then in _stood(connection, entity, reach, asked.before, GONE.c.id > asked.after):
        if all(getattr(then.row, name) == value for name, value in asked.filters.items()):
            yield key, then


def one(connection: sa.Connection, entity: EntityName, reach: Reach, before: str, key: str) -> Stored | None:
    """One as it stood before a moment, if it has been removed since."""
    return dict(_stood(connection, entity, reach, before, GONE.c.id == key)).get(key)


def is_gone(connection: sa.Connection, entity: EntityName, key: str, reach: Reach) -> bool:
    """Whether an entity in reach has been removed."""
    mine = sa.and_(GONE.c.entity == entity, GONE.c.id == key, _in_reach(reach))
    return connection.execute(sa.select(GONE.c.id).where(mine)).first() is not None


def sites(connection: sa.Connection, slugs: Many[str]) -> dict[str, Site]:
    """Those that were a pilot or a venue."""
    were = sa.select(GONE).where(GONE.c.entity.in_(("pilot", "venue")), GONE.c.id.in_(slugs))
    return {row.id: Site(row.entity, row.district) for row in connection.execute(were)}


def _stood(
    connection: sa.Connection, entity: EntityName, reach: Reach, before: str, which: sa.ColumnElement[bool]
) -> Iterator[tuple[str, Stored]]:
    earlier = CHANGE.alias()
    last = (
        sa.select(sa.func.max(earlier.c.version))
        .where(earlier.c.entity == entity, earlier.c.id == GONE.c.id, earlier.c.time < before)
        .scalar_subquery()
    )
    same = sa.and_(CHANGE.c.entity == entity, CHANGE.c.id == GONE.c.id, CHANGE.c.version == last)
    mine = sa.and_(GONE.c.entity == entity, which, _in_reach(reach), CHANGE.c.after.is_not(None))
    found = sa.select(CHANGE.c.id, CHANGE.c.version, CHANGE.c.after).select_from(GONE.join(CHANGE, same))
    for row in connection.execute(found.where(mine).order_by(GONE.c.id), execution_options={"yield_per": 1_000}):
        yield row.id, Stored(msgspec.json.decode(row.after, type=ENTITIES[entity]), row.version)


def _in_reach(reach: Reach) -> sa.ColumnElement[bool]:
    if reach.everything:
        return sa.true()
    return sa.or_(GONE.c.district.in_(reach.districts), GONE.c.vendor.in_(reach.vendors))
