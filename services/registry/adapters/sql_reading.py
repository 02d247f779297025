"""The registry inside one read transaction: pages, single entities and the change feed, each within a reach."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from services.registry.adapters import sql_log
from services.registry.adapters.sql_store import entity_of
from services.registry.adapters.sql_tables import FEED_SITE, KEY_SECRET, SITE, TABLES
from services.registry.chain import Head
from services.registry.collection import Entity
from services.registry.scope import Reach
from shared.contracts.registry import Change, EntityName, Key

Condition = sa.ColumnElement[bool]


class SqlReading:
    """Reads on a connection with an open transaction; see :class:`services.registry.store.Reading`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(
        self, entity: EntityName, reach: Reach, filters: Mapping[str, Any], after: str, limit: int
    ) -> list[tuple[str, Entity]]:
        """See Reading."""
        table = TABLES[entity]
        query = sa.select(table).where(_in_reach(entity, reach), table.c.id > after).order_by(table.c.id).limit(limit)
        query = query.where(*(table.c[name] == value for name, value in filters.items()))
        rows = self._connection.execute(query).mappings()
        return [(row["id"], entity_of(entity, row)) for row in rows]

    def one(self, entity: EntityName, key: str, reach: Reach) -> Entity | None:
        """See Reading."""
        table = TABLES[entity]
        query = sa.select(table).where(_in_reach(entity, reach), table.c.id == key)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else entity_of(entity, row)

    def changes(self, after: int, limit: int) -> list[Change]:
        """See Reading."""
        return list(sql_log.changes(self._connection, after, limit))

    def every_change(self) -> Iterator[Change]:
        """The whole change log, a little at a time."""
        return sql_log.changes(self._connection, after=0)

    def head(self) -> Head:
        """See Reading."""
        return sql_log.head(self._connection)

    def keys(self) -> list[Key]:
        """See Reading."""
        return [row for _, row in self.page("key", Reach(everything=True), {}, "", 10_000) if isinstance(row, Key)]

    def key_and_secret(self, key: str) -> tuple[Key, str] | None:
        """See Reading."""
        row = self.one("key", key, Reach(everything=True))
        if not isinstance(row, Key):
            return None
        query = sa.select(KEY_SECRET.c.sha256).where(KEY_SECRET.c.key == key)
        return row, str(self._connection.execute(query).scalar_one())


def _in_reach(entity: EntityName, reach: Reach) -> Condition:
    """Which rows of an entity a reach covers: by default none."""
    if reach.everything:
        return sa.true()
    table = TABLES[entity]
    conditions: list[Condition] = [sa.false()]
    if reach.districts:
        condition = _BY_DISTRICT.get(entity, _own_district)
        conditions.append(condition(table, reach.districts))
    if reach.vendors and entity in ("device", "feed", "feed_binding", "outage"):
        conditions.append(table.c.vendor.in_(reach.vendors))
    return sa.or_(*conditions)


def _own_district(table: sa.Table, districts: tuple[str, ...]) -> Condition:
    return table.c.district.in_(districts)


def _bound_in(table: sa.Table, districts: tuple[str, ...]) -> Condition:
    """Devices that are, were or will be bound in the districts."""
    binding = TABLES["binding"]
    return sa.exists().where(
        binding.c.vendor == table.c.vendor, binding.c.device == table.c.device, binding.c.district.in_(districts)
    )


def _serving(table: sa.Table, districts: tuple[str, ...]) -> Condition:
    """Feeds of which at least one site lies in the districts."""
    return sa.exists().where(
        FEED_SITE.c.feed == table.c.id, FEED_SITE.c.site == SITE.c.slug, SITE.c.district.in_(districts)
    )


def _of_feeds_serving(table: sa.Table, districts: tuple[str, ...]) -> Condition:
    """What belongs to feeds of which at least one site lies in the districts."""
    feed = table.c.vendor + "/" + table.c.feed
    return sa.exists().where(FEED_SITE.c.feed == feed, FEED_SITE.c.site == SITE.c.slug, SITE.c.district.in_(districts))


_BY_DISTRICT: Mapping[str, Callable[[sa.Table, tuple[str, ...]], Condition]] = {
    "organisation": lambda *_: sa.true(),  # organisations are of the city
    "device": _bound_in,
    "feed": _serving,
    "feed_binding": _of_feeds_serving,
    "outage": _of_feeds_serving,
    "key": lambda *_: sa.false(),
}
