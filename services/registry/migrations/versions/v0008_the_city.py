"""Designs, registers, counts of visitors, closures, papers, scenes; other names, swaps and maintenance of devices."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

_SOURCE = ("source", "source_sha256")
_PAPER = ("code", "document_no", "title", "sha256", "recorded_by")
_INDEXES = (
    ("layout", "pilot"),
    ("layout", "district"),
    ("started_project", "district"),
    ("venue_entry", "district"),
    ("venue_entry", "venue"),
    ("venue_count", "venue"),
    ("venue_count", "district"),
    ("standard_reference", "pilot"),
    ("standard_reference", "district"),
    ("funding", "site"),
    ("funding", "district"),
    ("device_alias", "vendor", "alias"),
    ("device_alias", "vendor", "device"),
    ("scene", "district"),
    ("swap", "place"),
    ("swap", "district"),
    ("swap", "vendor", "device_out"),
    ("maintenance", "place"),
    ("maintenance", "vendor"),
    ("maintenance", "district"),
    ("dwelling", "pilot", "layout"),
)
_TABLES = (
    "layout",
    "started_project",
    "venue_entry",
    "venue_count",
    "closure",
    "standard_reference",
    "funding",
    "scene",
    "device_alias",
    "swap",
    "maintenance",
)


def upgrade() -> None:
    """Create the tables, the layout of dwellings, and where a device is in its life: registered, if it is there."""
    op.add_column("dwelling", _maybe("layout"))
    op.add_column("device", sa.Column("state", _text(), nullable=False, server_default="REGISTERED"))
    op.add_column("device", _day("state_from"))
    op.add_column("device", _maybe("state_reason"))
    _of_the_city()
    _papers()
    _of_devices()
    for table, *columns in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _of_the_city() -> None:
    _entity("layout", *_texts("code", "name"), _json("slots"), _number("design_version"), *_of("pilot"), *_district())
    _entity(
        "started_project",
        *_texts("code", "name", *_SOURCE),
        _number("dwellings"),
        _day("permit_on"),
        _day("started_on"),
        *_of("pilot", nullable=True),
        *_district(),
    )
    _entity(
        "venue_entry",
        *_texts("code", "name", "venue_type", "source"),
        _must_day("source_on"),
        *_of("venue", nullable=True),
        *_district(),
    )
    _entity("venue_count", *_texts("zone", "period", "method", *_SOURCE), _number("count"), *_of("venue"), *_district())
    _entity(
        "closure",
        *_texts("code", "name", "kind", *_SOURCE),
        _must_day("valid_from"),
        _must_day("valid_to"),
        _json("districts"),
        sa.Column("cancelled", sa.Boolean, nullable=False),
    )
    _entity(
        "scene",
        *_texts("slug", "name", "scene_type", "funding_source"),
        _maybe("scene_type_text"),
        *_of("organisation", nullable=True),
        *_state(),
        *_district(),
    )


def _of_devices() -> None:
    vendor = ("vendor", "organisation")
    _entity("device_alias", *_texts("alias", "device"), _must_day("valid_from"), _day("valid_to"), *_of(*vendor))
    _entity(
        "swap",
        *_texts("device_out", "device_in", "reason", "place"),
        _must_day("on"),
        _maybe("reason_text"),
        *_of(*vendor),
        *_state(),
        *_district(),
    )
    _entity(
        "maintenance",
        *_texts("place", "reason"),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("from_ms", "to_ms")),
        *_of(*vendor),
        *_state(),
        *_district(),
    )


def _papers() -> None:
    _entity(
        "standard_reference",
        *_texts(*_PAPER, "standard"),
        *map(_maybe, ("verified_by", "edition", "level")),
        _must_day("issued_on"),
        sa.Column("dwellings", sa.Integer),
        *_of("pilot"),
        *_district(),
    )
    _entity(
        "funding",
        *_texts(*_PAPER, "funding_source"),
        _maybe("verified_by"),
        _must_day("issued_on"),
        *_of("site", target="site.slug"),
        *_district(),
    )


def downgrade() -> None:
    """Drop the tables and the layout of dwellings; what the log says of them stays."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    with op.batch_alter_table("dwelling") as dwelling:
        dwelling.drop_index("ix_dwelling_pilot_layout")
        dwelling.drop_column("layout")
    with op.batch_alter_table("device") as device:
        for name in ("state", "state_from", "state_reason"):
            device.drop_column(name)


def _entity(name: str, *rest: sa.schema.SchemaItem) -> None:
    primary = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, *_texts("id"), _number("version"), *rest, primary)


def _of(column: str, parent: str = "", target: str = "", nullable: bool = False) -> tuple[sa.schema.SchemaItem, ...]:
    own = _maybe(column) if nullable else sa.Column(column, _text(), nullable=False)
    return own, sa.ForeignKeyConstraint([column], [target or f"{parent or column}.id"])


def _district() -> tuple[sa.Column[Any], ...]:
    return _texts("district")


def _state() -> tuple[sa.Column[Any], ...]:
    return *_texts("state"), _day("state_from"), _maybe("state_reason")


def _text() -> sa.Text:
    return sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()


def _texts(*names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, _text(), nullable=False) for name in names)


def _maybe(name: str) -> sa.Column[Any]:
    return sa.Column(name, _text())


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date)


def _must_day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=False)
