"""The first tables: entities, sites, keys and the change log with its triggers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.registry.adapters import sql_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INDEXES = (
    ("site", "district"),
    ("organisation", "uscc"),
    *((name, "district") for name in ("pilot", "phase", "dwelling", "slot")),
    *((name, "district") for name in ("venue", "zone", "installation", "binding")),
    *((name, "pilot") for name in ("phase", "dwelling", "slot")),
    *((name, "venue") for name in ("zone", "installation")),
    *((name, "vendor") for name in ("device", "feed")),
    ("binding", "vendor", "device"),
    ("binding", "slot"),
    ("binding", "installation"),
    ("feed_site", "site"),
)


def upgrade() -> None:
    """Create everything; the change log defends itself from here on."""
    op.create_table("site", _text("slug"), _text("entity"), _text("district"), sa.PrimaryKeyConstraint("slug"))
    _entity("organisation", _text("slug"), _text("uscc"), _text("name"), _json("roles"))
    _entity(
        "pilot",
        _text("slug"),
        _text("name"),
        _text("district"),
        _text("housing_type"),
        _text("funding_source"),
        _text("registration_code", nullable=True),
        _day("construction_start_date"),
        sa.ForeignKeyConstraint(["slug"], ["site.slug"]),
    )
    _entity("phase", _text("pilot"), _number("number"), _text("name"), _text("district"), _of("pilot"))
    _entity(
        "dwelling",
        _text("pilot"),
        _number("phase"),
        _text("dwelling_ref"),
        _day("handed_over_on"),
        _text("district"),
        _of("pilot"),
    )
    _entity(
        "slot",
        _text("pilot"),
        _text("dwelling_ref"),
        _text("code"),
        _text("category"),
        _flag("required"),
        _day("installed_on"),
        _day("retired_on"),
        _text("district"),
        _of("pilot"),
    )
    _entity(
        "venue",
        _text("slug"),
        _text("name"),
        _text("district"),
        _text("venue_type"),
        _text("funding_source"),
        _text("venue_type_text", nullable=True),
        _text("managing_authority", nullable=True),
        sa.ForeignKeyConstraint(["slug"], ["site.slug"]),
    )
    _entity("zone", _text("venue"), _text("code"), _text("name"), _json("calendars"), _text("district"), _of("venue"))
    _entity(
        "installation",
        _text("venue"),
        _text("zone"),
        _text("code"),
        _text("vr_device_kind"),
        _text("presence_method"),
        _number("seats"),
        _day("installed_on"),
        _day("retired_on"),
        _text("district"),
        _of("venue"),
    )
    _entity(
        "device",
        _text("vendor"),
        _text("device"),
        _text("category", nullable=True),
        sa.Column("reporting_interval_s", sa.Integer),
        _of("organisation", "vendor"),
    )
    _entity(
        "binding",
        _text("vendor"),
        _text("device"),
        sa.Column("valid_from", sa.Date, nullable=False),
        _text("slot", nullable=True),
        _text("installation", nullable=True),
        _day("valid_to"),
        _text("district"),
        _of("organisation", "vendor"),
        _of("slot"),
        _of("installation"),
    )
    _entity(
        "feed",
        _text("vendor"),
        _text("feed"),
        _json("sites"),
        _flag("vendor_cloud"),
        _number("heartbeat_interval_s"),
        _flag("active"),
        _of("organisation", "vendor"),
    )
    op.create_table(
        "feed_site",
        _text("feed"),
        _text("site"),
        sa.PrimaryKeyConstraint("feed", "site"),
        _of("feed"),
        sa.ForeignKeyConstraint(["site"], ["site.slug"]),
    )
    _entity("key", _text("key"), _text("name"), _text("role"), _json("districts"), _json("vendors"), _flag("active"))
    op.create_table("key_secret", _text("key"), _text("sha256"), sa.PrimaryKeyConstraint("key"), _of("key"))
    op.create_table(
        "change",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=False),
        *(_text(name) for name in ("time", "actor", "entity", "id")),
        _number("version"),
        _text("before", nullable=True),
        _text("after", nullable=True),
        _text("previous_hash"),
        _text("hash"),
        sa.UniqueConstraint("entity", "id", "version"),
    )
    for table, *columns in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    sql_append_only.protect(op.get_bind(), "change")


def downgrade() -> None:
    """Drop everything, the log included."""
    sql_append_only.unprotect(op.get_bind(), "change")
    for table in ("change", "key_secret", "key", "feed_site", "feed", "binding", "device", "installation", "zone"):
        op.drop_table(table)
    for table in ("venue", "slot", "dwelling", "phase", "pilot", "organisation", "site"):
        op.drop_table(table)


def _entity(name: str, *rest: sa.schema.SchemaItem) -> None:
    op.create_table(name, _text("id"), _number("version"), *rest, sa.PrimaryKeyConstraint("id"))


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _of(parent: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column or parent], [f"{parent}.id"])
