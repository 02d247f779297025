"""The tables beside the entities' and the change log: who read what, how feeds log in, what has been removed."""

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
# What has been removed and is not there again, and whose it was: so that a day on which it stood can tell it.
GONE = sa.Table(
    "gone",
    METADATA,
    text("entity", primary_key=True),
    text("id", primary_key=True),
    text("district", nullable=True),
    text("vendor", nullable=True),
)
