"""The registry inside one write transaction; see :class:`services.registry.store.Store`."""

from collections import Counter
from collections.abc import Collection as Many, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from services.registry.adapters import sql_idempotency, sql_log
from services.registry.adapters.sql_tables import FEED_SITE, KEY_SECRET, SITE, TABLES
from services.registry.collection import Entity
from services.registry.store import New, Once, Site, Stored, Version
from shared.contracts.civil_time import date_from_day, day_of, ms_from_rfc3339
from shared.contracts.registry import ENTITIES, EntityName, Feed


class SqlStore:
    """Reads and writes on a connection whose transaction holds the writer's lock."""

    def __init__(self, connection: sa.Connection, actor: str, time: str) -> None:
        self._connection = connection
        self._actor = actor
        self._time = time
        self.changes: Counter[str] = Counter()  # by entity, for those who count what was committed

    @property
    def today(self) -> date:
        """See Store."""
        return date_from_day(day_of(ms_from_rfc3339(self._time)))

    def known(self, entity: EntityName, ids: Many[str]) -> dict[str, Stored]:
        """See Store."""
        if not ids:
            return {}
        table = TABLES[entity]
        rows = self._connection.execute(sa.select(table).where(table.c.id.in_(ids))).mappings()
        return {row["id"]: Stored(entity_of(entity, row), row["version"]) for row in rows}

    def sites(self, slugs: Many[str]) -> dict[str, Site]:
        """See Store."""
        if not slugs:
            return {}
        rows = self._connection.execute(sa.select(SITE).where(SITE.c.slug.in_(slugs)))
        return {row.slug: Site(row.entity, row.district) for row in rows}

    def organisations_of(self, usccs: Many[str]) -> dict[str, str]:
        """See Store."""
        table = TABLES["organisation"]
        rows = self._connection.execute(sa.select(table.c.uscc, table.c.slug).where(table.c.uscc.in_(usccs)))
        return {row.uscc: row.slug for row in rows}

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """See Store."""
        if not values:
            return []
        table = TABLES[entity]
        query = sa.select(table).where(sa.tuple_(*(table.c[name] for name in fields)).in_(values))
        return [entity_of(entity, row) for row in self._connection.execute(query).mappings()]

    def add(self, entity: EntityName, rows: Sequence[New]) -> None:
        """See Store."""
        if not rows:
            return
        if entity in ("pilot", "venue"):
            sites = [{"slug": new.id, "entity": entity, "district": new.district} for new in rows]
            self._connection.execute(sa.insert(SITE), sites)
        table = TABLES[entity]
        columns = [_columns(table, new.row) | {"id": new.id, "version": 1} for new in rows]
        if "district" in table.c:
            columns = [row | {"district": new.district} for row, new in zip(columns, rows, strict=True)]
        self._connection.execute(sa.insert(table), columns)
        for new in rows:
            self._index_sites(new.id, new.row)
        self._log([sql_log.Entry(entity, new.id, 1, None, new.row) for new in rows])

    def replace(self, entity: EntityName, key: str, before: Stored, after: Entity) -> Stored:
        """See Store."""
        table = TABLES[entity]
        version = before.version + 1
        columns = _columns(table, after) | {"version": version}
        self._connection.execute(sa.update(table).where(table.c.id == key).values(columns))
        self._index_sites(key, after)
        self._log([sql_log.Entry(entity, key, version, before.row, after)])
        return Stored(after, version)

    def keep_secret(self, key: str, sha256: str) -> None:
        """See Store."""
        self._connection.execute(sa.insert(KEY_SECRET).values(key=key, sha256=sha256))

    def history(self, entity: EntityName, key: str) -> list[Version]:
        """See Store."""
        told = sql_log.bodies(self._connection, entity, key)
        return [Version(actor, msgspec.convert(body, ENTITIES[entity])) for actor, body in told]

    def done_before(self, once: Once | None) -> bool:
        """See Store."""
        if once is None:
            return False
        return sql_idempotency.done_before(self._connection, self._actor, self._time, once)

    def active_administrators(self) -> int:
        """See Store."""
        table = TABLES["key"]
        query = sa.select(sa.func.count()).where(table.c.role == "administrator", table.c.active)
        return int(self._connection.execute(query).scalar_one())

    def _index_sites(self, key: str, row: Entity) -> None:
        if isinstance(row, Feed):
            self._connection.execute(sa.delete(FEED_SITE).where(FEED_SITE.c.feed == key))
            if row.sites:
                self._connection.execute(sa.insert(FEED_SITE), [{"feed": key, "site": site} for site in row.sites])

    def _log(self, entries: Sequence[sql_log.Entry]) -> None:
        sql_log.append(self._connection, self._actor, self._time, entries)
        self.changes.update(entry.entity for entry in entries)


def entity_of(entity: EntityName, row: Any) -> Entity:
    """A row of an entity's table as its Struct; columns that are not of the contract are left out."""
    kind = ENTITIES[entity]
    return msgspec.convert({name: row[name] for name in kind.__struct_fields__}, kind)


def _columns(table: sa.Table, row: Entity) -> dict[str, Any]:
    """The values of an entity's own columns; what goes into JSON has its dates as text."""
    values = msgspec.structs.asdict(row)
    return {
        name: msgspec.to_builtins(value, str_keys=True) if isinstance(table.c[name].type, sa.JSON) else value
        for name, value in values.items()
    }
