"""The hashes of the feeds' passwords, in Mosquitto's form."""

import sqlalchemy as sa

from services.registry.adapters.sql_tables import FEED_PASSWORD, TABLES
from shared.brokers.dynamic_security import PasswordHash
from shared.contracts.registry import Feed


def keep(connection: sa.Connection, feed: str, password: PasswordHash) -> None:
    """See :meth:`services.registry.store.Store.keep_password`."""
    connection.execute(sa.delete(FEED_PASSWORD).where(FEED_PASSWORD.c.feed == feed))
    connection.execute(sa.insert(FEED_PASSWORD).values(feed=feed, **password._asdict()))


def with_feeds(connection: sa.Connection) -> list[tuple[Feed, PasswordHash | None]]:
    """See :meth:`services.registry.store.Store.feeds_and_passwords`."""
    feeds, kept = TABLES["feed"], FEED_PASSWORD.c
    columns = [feeds.c[name] for name in Feed.__struct_fields__]
    query = sa.select(*columns, kept.password, kept.salt, kept.iterations)
    rows = connection.execute(query.outerjoin_from(feeds, FEED_PASSWORD).order_by(feeds.c.id)).mappings()
    return [
        (
            Feed(**{name: row[name] for name in Feed.__struct_fields__}),
            PasswordHash(row["password"], row["salt"], row["iterations"]) if row["password"] else None,
        )
        for row in rows
    ]
