"""The tables beside the entities' and the change log: who read what, and how feeds log in at the broker."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import METADATA, number, of, text

ACCESS = sa.Table(
    "access",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    text("time", index=True),
    text("actor", index=True),
    text("role"),
    text("operation"),
    text("address"),
    text("purpose"),
    number("rows"),
    text("first", nullable=True),
    text("last", nullable=True),
    text("sites"),
)
# Mosquitto's form of a password's hash; never the password.
FEED_PASSWORD = sa.Table(
    "feed_password",
    METADATA,
    text("feed", of("feed"), primary_key=True),
    text("password"),
    text("salt"),
    number("iterations"),
)
