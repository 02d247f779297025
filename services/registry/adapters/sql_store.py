"""The registry inside one write transaction; see :class:`services.registry.store.Store`."""

from collections import Counter
from collections.abc import Collection as Many, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from services.registry.adapters import (
    sql_evidence,
    sql_feed_passwords,
    sql_gone,
    sql_idempotency,
    sql_log,
    sql_rows,
    sql_sign_ins,
)
from services.registry.adapters.sql_tables import FEED_SITE, KEY_SECRET, SITE, TABLES
from services.registry.chain import Head
from services.registry.collection import Entity
from services.registry.store import Amended, KeptText, New, Once, SignIn, Site, Stored, Version
from shared.brokers.dynamic_security import PasswordHash
from shared.contracts.civil_time import date_from_day, day_of, ms_from_rfc3339
from shared.contracts.registry import ENTITIES, Change, EntityName, Feed
from shared.contracts.registry_audit import AuditCase

_SITES = ("pilot", "venue")
_REPLACED = "id of the replaced"


class SqlStore:
    """Reads and writes on a connection whose transaction holds the writer's lock; ``logged``: it will be committed."""

    def __init__(self, connection: sa.Connection, actor: str, time: str, *, logged: bool = True) -> None:
        self._connection = connection
        self._actor = actor
        self._time = time
        self._logged = logged
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
        return {row["id"]: Stored(sql_rows.entity_of(entity, row), row["version"]) for row in rows}

    def sites(self, slugs: Many[str]) -> dict[str, Site]:
        """See Store."""
        if not slugs:
            return {}
        rows = self._connection.execute(sa.select(SITE).where(SITE.c.slug.in_(slugs)))
        return {row.slug: Site(row.entity, row.district) for row in rows}

    def former_sites(self, slugs: Many[str]) -> dict[str, Site]:
        """See Store."""
        return sql_gone.sites(self._connection, slugs)

    def organisations_of(self, usccs: Many[str]) -> dict[str, str]:
        """See Store."""
        table = TABLES["organisation"]
        rows = self._connection.execute(sa.select(table.c.uscc, table.c.slug).where(table.c.uscc.in_(usccs)))
        return {row.uscc: row.slug for row in rows}

    def feeds_of(self, sites: Many[str]) -> list[str]:
        """See Store."""
        query = sa.select(FEED_SITE.c.feed).where(FEED_SITE.c.site.in_(sites)).distinct().order_by(FEED_SITE.c.feed)
        return list(self._connection.execute(query).scalars())

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """See Store."""
        return sql_rows.beside(self._connection, entity, fields, values)

    def subjects_of(self, logins: Many[str]) -> set[str]:
        """See Store."""
        return sql_sign_ins.subjects_of(self._connection, logins)

    def add(self, entity: EntityName, rows: Sequence[New]) -> None:
        """See Store."""
        if not rows:
            return
        if entity in _SITES:
            sites = [{"slug": new.id, "entity": entity, "district": new.district} for new in rows]
            self._connection.execute(sa.insert(SITE), sites)
        table = TABLES[entity]
        gone = sql_log.versions(self._connection, entity, [new.id for new in rows])
        sql_gone.forget(self._connection, entity, list(gone))
        versions = [gone.get(new.id, 0) + 1 for new in rows]
        columns = [
            sql_rows.columns_of(table, new.row) | {"id": new.id, "version": version}
            for new, version in zip(rows, versions, strict=True)
        ]
        if "district" in table.c:
            columns = [row | {"district": new.district} for row, new in zip(columns, rows, strict=True)]
        self._connection.execute(sa.insert(table), columns)
        for new in rows:
            self._index_sites(new.id, new.row)
        self._log(
            [sql_log.Entry(entity, new.id, version, None, new.row) for new, version in zip(rows, versions, strict=True)]
        )

    def replace(self, entity: EntityName, key: str, before: Stored, after: Entity) -> Stored:
        """See Store."""
        self.replace_all(entity, [Amended(key, before, after)])
        return Stored(after, before.version + 1)

    def replace_all(self, entity: EntityName, rows: Sequence[Amended]) -> None:
        """See Store."""
        if not rows:
            return
        table = TABLES[entity]
        columns = [
            sql_rows.columns_of(table, row.after) | {"version": row.before.version + 1, _REPLACED: row.id}
            for row in rows
        ]
        self._connection.execute(sa.update(table).where(table.c.id == sa.bindparam(_REPLACED)), columns)
        for row in rows:
            self._index_sites(row.id, row.after)
        self._log([sql_log.Entry(entity, row.id, row.before.version + 1, row.before.row, row.after) for row in rows])

    def remove(self, entity: EntityName, rows: Mapping[str, Stored]) -> None:
        """See Store."""
        table = TABLES[entity]
        if entity == "feed":
            self._connection.execute(sa.delete(FEED_SITE).where(FEED_SITE.c.feed.in_(rows)))
        sql_gone.note(self._connection, entity, rows)
        self._connection.execute(sa.delete(table).where(table.c.id.in_(rows)))
        if entity in _SITES:
            self._connection.execute(sa.delete(SITE).where(SITE.c.slug.in_(rows)))
        self._log([sql_log.Entry(entity, key, row.version + 1, row.row, None) for key, row in rows.items()])

    def logged(self, first: int, last: int) -> list[Change]:
        """See Store."""
        return list(sql_log.changes(self._connection, first - 1, last - first + 1))

    def sequences(self, entity: EntityName, key: str) -> list[tuple[int, int]]:
        """See Store."""
        return sql_log.sequences(self._connection, entity, key)

    def head(self) -> Head:
        """See Store."""
        return sql_log.head(self._connection)

    def now(self) -> str:
        """See Store."""
        return self._time

    def keep_secret(self, key: str, sha256: str) -> None:
        """See Store."""
        self._connection.execute(sa.insert(KEY_SECRET).values(key=key, sha256=sha256))

    def relying_on(self, sha256: str) -> list[tuple[EntityName, str]]:
        """See Store."""
        return sql_evidence.relying_on(self._connection, sha256, sql_evidence.everything)

    def keep_text(self, entry: str, kept: KeptText) -> None:
        """See Store."""
        sql_evidence.keep_text(self._connection, entry, kept)

    def text_of(self, entry: str) -> KeptText | None:
        """See Store."""
        return sql_evidence.text_of(self._connection, entry)

    def keep_password(self, feed: str, password: PasswordHash) -> None:
        """See Store."""
        sql_feed_passwords.keep(self._connection, feed, password)

    def feeds_and_passwords(self) -> list[tuple[Feed, PasswordHash | None]]:
        """See Store."""
        return sql_feed_passwords.with_feeds(self._connection)

    def history(self, entity: EntityName, key: str) -> list[Version]:
        """See Store."""
        told = sql_log.bodies(self._connection, entity, key)
        return [Version(actor, msgspec.convert(body, ENTITIES[entity]), version) for actor, body, version in told]

    def done_before(self, once: Once | None) -> bool:
        """See Store."""
        if once is None:
            return False
        return sql_idempotency.done_before(self._connection, self._actor, self._time, once)

    def keep_sign_in(self, login: str, sign_in: SignIn) -> None:
        """See Store."""
        sql_sign_ins.keep(self._connection, login, sign_in)

    def sign_in(self, login: str) -> SignIn:
        """See Store."""
        return sql_sign_ins.of(self._connection, login)

    def lasting_administrators(self) -> int:
        """See Store."""
        return sql_sign_ins.lasting_administrators(self._connection)

    def _index_sites(self, key: str, row: Entity) -> None:
        if isinstance(row, Feed):
            self._connection.execute(sa.delete(FEED_SITE).where(FEED_SITE.c.feed == key))
            if row.sites:
                self._connection.execute(sa.insert(FEED_SITE), [{"feed": key, "site": site} for site in row.sites])
        if isinstance(row, AuditCase):
            own = {site.district for site in self.sites(row.sites).values()}
            sql_evidence.index_districts(self._connection, key, own.union(row.districts))

    def _log(self, entries: Sequence[sql_log.Entry]) -> None:
        if self._logged:
            sql_log.append(self._connection, self._actor, self._time, entries)
            self.changes.update(entry.entity for entry in entries)
