"""Who relies on a document, and the texts that are in no log."""

from collections.abc import Callable, Iterator
from typing import get_args

import sqlalchemy as sa

from services.registry.adapters.sql_tables import TABLES
from services.registry.adapters.sql_tables_audit import AUDIT_CASE_DISTRICT, AUDIT_TEXT
from services.registry.store import KeptText
from shared.contracts.registry import EntityName

Condition = sa.ColumnElement[bool]
_LISTS = ("documents", "changes")  # of hashes; of what an amendment changes, which may be one


def everything(_entity: EntityName) -> Condition:
    """All rows."""
    return sa.true()


def relying_on(
    connection: sa.Connection, sha256: str, within: Callable[[EntityName], Condition]
) -> list[tuple[EntityName, str]]:
    """See :class:`services.registry.store.Store`; a column that names documents is told by its name."""
    found: list[tuple[EntityName, str]] = []
    for entity in get_args(EntityName):
        table = TABLES[entity]
        naming = list(_naming(table, sha256))
        if entity != "document" and naming:
            query = sa.select(table.c.id).where(sa.or_(*naming), within(entity)).order_by(table.c.id)
            found += [(entity, key) for key in connection.execute(query).scalars()]
    return found


def _naming(table: sa.Table, sha256: str) -> Iterator[Condition]:
    for column in table.c:
        if column.name == "sha256" or column.name.endswith("_sha256"):
            yield column == sha256
        elif column.name in _LISTS:
            yield sa.cast(column, sa.Text).contains(f'"{sha256}"', autoescape=True)


def keep_text(connection: sa.Connection, entry: str, kept: KeptText) -> None:
    """See :class:`services.registry.store.Store`."""
    connection.execute(sa.insert(AUDIT_TEXT).values(id=entry, **kept._asdict()))


def text_of(connection: sa.Connection, entry: str) -> KeptText | None:
    """See :class:`services.registry.store.Store`."""
    row = connection.execute(sa.select(AUDIT_TEXT).where(AUDIT_TEXT.c.id == entry)).one_or_none()
    return KeptText(row.salt, row.text) if row else None


def index_districts(connection: sa.Connection, case: str, districts: set[str]) -> None:
    """Note the districts that a case's scope touches, in the place of those before."""
    connection.execute(sa.delete(AUDIT_CASE_DISTRICT).where(AUDIT_CASE_DISTRICT.c.audit_case == case))
    rows = [{"audit_case": case, "district": district} for district in sorted(districts)]
    if rows:
        connection.execute(sa.insert(AUDIT_CASE_DISTRICT), rows)


def touching(table: sa.Table, districts: tuple[str, ...]) -> Condition:
    """The cases whose scope touches one of the districts."""
    same = AUDIT_CASE_DISTRICT.c.audit_case == table.c.id
    return sa.exists().where(same, AUDIT_CASE_DISTRICT.c.district.in_(districts))
