"""The registry inside one read transaction: pages, single entities and the change feed, each within a reach."""

from collections.abc import Callable, Collection as Many, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from services.registry.accesses import AccessesAsked, Noted
from services.registry.adapters import (
    sql_accesses,
    sql_dialects,
    sql_evidence,
    sql_gone,
    sql_log,
    sql_rows,
    sql_sign_ins,
)
from services.registry.adapters.sql_tables import CHANGE, FEED_SITE, KEY_SECRET, SITE, TABLES
from services.registry.chain import Head
from services.registry.collection import Entity
from services.registry.scope import Reach
from services.registry.store import Asked, KeptText, SignIn, Stored
from shared.contracts.registry import ENTITIES, Amendment, Change, EntityName, Key
from shared.contracts.registry_people import Person

Condition = sa.ColumnElement[bool]


class SqlReading:
    """Reads on a connection with an open transaction; see :class:`services.registry.store.Reading`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def page(self, entity: EntityName, reach: Reach, asked: Asked) -> list[tuple[str, Stored]]:
        """See Reading. Filters are of fields that never change, but for the state: that is the one of then."""
        table = TABLES[entity]
        wanted = [
            (self._state_of_then(entity) if asked.before and name == "state" else table.c[name]) == value
            for name, value in asked.filters.items()
        ]
        where = sa.and_(_in_reach(entity, reach), table.c.id > asked.after, *wanted)
        found = self._as_of(entity, where, asked.before) if asked.before else self._now(entity, where)
        rows = self._connection.execute(found.order_by(table.c.id).limit(asked.limit)).mappings()
        told = [(row["id"], _stored(entity, row)) for row in rows]
        if asked.before:
            gone = sql_gone.page(self._connection, entity, reach, asked)
            told += islice(gone, asked.limit)
        return sorted(told, key=itemgetter(0))[: asked.limit]

    def one(self, entity: EntityName, key: str, reach: Reach, before: str | None = None) -> Stored | None:
        """See Reading."""
        where = sa.and_(_in_reach(entity, reach), TABLES[entity].c.id == key)
        found = self._as_of(entity, where, before) if before else self._now(entity, where)
        row = self._connection.execute(found).mappings().one_or_none()
        if row is None and before:
            return sql_gone.one(self._connection, entity, reach, before, key)
        return None if row is None else _stored(entity, row)

    def is_gone(self, entity: EntityName, key: str, reach: Reach) -> bool:
        """See Reading."""
        return sql_gone.is_gone(self._connection, entity, key, reach)

    def _state_of_then(self, entity: EntityName) -> sa.ColumnElement[str]:
        """What the log says, or means where it was written before there was a state."""
        state: sa.ColumnElement[str] = sql_dialects.as_json(self._connection, CHANGE.c.after)["state"].as_string()
        meant = next(field.default for field in msgspec.structs.fields(ENTITIES[entity]) if field.name == "state")
        return state if meant is msgspec.NODEFAULT else sa.func.coalesce(state, meant)

    @staticmethod
    def _now(entity: EntityName, where: Condition) -> sa.Select[Any]:
        return sa.select(TABLES[entity]).where(where)

    @staticmethod
    def _as_of(entity: EntityName, where: Condition, before: str) -> sa.Select[Any]:
        """Of each entity the last change before a moment, as the log has it; it may have had none, or been away."""
        table, earlier = TABLES[entity], CHANGE.alias()
        last = (
            sa.select(sa.func.max(earlier.c.version))
            .where(earlier.c.entity == entity, earlier.c.id == table.c.id, earlier.c.time < before)
            .scalar_subquery()
        )
        same = sa.and_(CHANGE.c.entity == entity, CHANGE.c.id == table.c.id, CHANGE.c.version == last)
        found = sa.select(CHANGE.c.id, CHANGE.c.version, CHANGE.c.after)
        return found.select_from(table.join(CHANGE, same)).where(where, CHANGE.c.after.is_not(None))

    def changes(self, after: int, limit: int) -> list[Change]:
        """See Reading."""
        return list(sql_log.changes(self._connection, after, limit))

    def history(self, entity: EntityName, key: str) -> list[Change]:
        """See Reading."""
        return sql_log.changes_of(self._connection, entity, key)

    def amendments_of(self, entity: EntityName, key: str) -> list[Amendment]:
        """See Reading."""
        table = TABLES["amendment"]
        query = sa.select(table).where(table.c.entity == entity, table.c.of == key).order_by(table.c.number)
        rows = [sql_rows.entity_of("amendment", row) for row in self._connection.execute(query).mappings()]
        return [row for row in rows if isinstance(row, Amendment)]

    def every_change(self) -> Iterator[Change]:
        """The whole change log, a little at a time."""
        return sql_log.changes(self._connection, after=0)

    def head(self) -> Head:
        """See Reading."""
        return sql_log.head(self._connection)

    def accesses(self, asked: AccessesAsked) -> list[Noted]:
        """See Reading."""
        return sql_accesses.page(self._connection, asked)

    def keys(self) -> list[Key]:
        """See Reading."""
        found = self.page("key", Reach(everything=True), Asked())
        return [key.row for _, key in found if isinstance(key.row, Key)]

    def relying_on(self, sha256: str, reach: Reach) -> list[tuple[EntityName, str]]:
        """See Reading."""
        return sql_evidence.relying_on(self._connection, sha256, lambda entity: _in_reach(entity, reach))

    def text_of(self, entry: str) -> KeptText | None:
        """See Reading."""
        return sql_evidence.text_of(self._connection, entry)

    def key_and_secret(self, key: str) -> tuple[Key, str] | None:
        """See Reading."""
        found = self.one("key", key, Reach(everything=True))
        if found is None or not isinstance(found.row, Key):
            return None
        query = sa.select(KEY_SECRET.c.sha256).where(KEY_SECRET.c.key == key)
        return found.row, str(self._connection.execute(query).scalar_one())

    def person_and_sign_in(self, login: str) -> tuple[Person, SignIn] | None:
        """See Reading."""
        found = self.one("person", login, Reach(everything=True))
        if found is None or not isinstance(found.row, Person):
            return None
        return found.row, sql_sign_ins.of(self._connection, login)

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """See Reading."""
        return sql_rows.beside(self._connection, entity, fields, values)

    def subjects_of(self, logins: Many[str]) -> set[str]:
        """See Reading."""
        return sql_sign_ins.subjects_of(self._connection, logins)


def _stored(entity: EntityName, row: Any) -> Stored:
    """A row of an entity's table, or of the log, as it stood."""
    if "after" not in row:
        return Stored(sql_rows.entity_of(entity, row), row["version"])
    return Stored(msgspec.json.decode(row["after"], type=ENTITIES[entity]), row["version"])


def _in_reach(entity: EntityName, reach: Reach) -> Condition:
    """Which rows of an entity a reach covers: by default none."""
    if reach.everything:
        return sa.true()
    table = TABLES[entity]
    conditions: list[Condition] = [sa.false()]
    if reach.districts:
        condition = _BY_DISTRICT.get(entity, _own_district)
        conditions.append(condition(table, reach.districts))
    if reach.vendors and entity in _OF_VENDORS:
        conditions.append(table.c.vendor.in_(reach.vendors))
    if reach.key and entity == "import":
        conditions.append(table.c.imported_by == reach.key)
    covered = sa.or_(*conditions)
    return sa.and_(covered, sa.not_(table.c.confidential)) if entity == "audit_entry" else covered


_OF_VENDORS = (
    "device",
    "device_alias",
    "feed",
    "feed_binding",
    "maintenance",
    "outage",
    "reporting_interval",
    "swap",
    "document",
    "audit_entry",
)


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
    "closure": lambda *_: sa.true(),
    "device": _bound_in,
    "device_alias": _bound_in,
    "reporting_interval": _bound_in,
    "feed": _serving,
    "feed_binding": _of_feeds_serving,
    "outage": _of_feeds_serving,
    "key": lambda *_: sa.false(),
    "person": lambda *_: sa.false(),
    "audit_case": sql_evidence.touching,
    "import": lambda *_: sa.false(),
}
