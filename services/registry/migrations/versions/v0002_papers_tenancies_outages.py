"""Papers, occupancy and tenancies of dwellings, the feeds of devices, and outages of feeds."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = (
    *((name, "district") for name in ("selection", "legal_basis", "occupancy", "tenancy")),
    *((name, "pilot") for name in ("selection", "legal_basis", "occupancy", "tenancy")),
    ("feed_binding", "vendor", "device"),
    ("feed_binding", "vendor", "feed"),
    ("outage", "vendor", "feed"),
)


def upgrade() -> None:
    """Create the tables."""
    paper = ("code", "document_no", "title", "sha256", "recorded_by")
    _of_pilot("selection", *map(_text, paper), _maybe("verified_by"), _day("withdrawn_on"), _day("issued_on", False))
    _of_pilot(
        "legal_basis",
        *map(_text, paper),
        _maybe("verified_by"),
        _text("basis"),
        _day("valid_from", False),
        _day("valid_to"),
    )
    _of_pilot("occupancy", _text("dwelling_ref"), _text("month"), sa.Column("occupied", sa.Boolean, nullable=False))
    _of_pilot(
        "tenancy",
        _text("dwelling_ref"),
        sa.Column("number", sa.Integer, nullable=False),
        _day("valid_from", False),
        _day("valid_to"),
        _text("consent"),
        _day("consent_from", False),
    )
    _of_vendor("feed_binding", _text("device"), _text("feed"), _day("valid_from", False), _day("valid_to"))
    _of_vendor(
        "outage",
        _text("feed"),
        sa.Column("from_ms", sa.BigInteger, nullable=False),
        sa.Column("to_ms", sa.BigInteger),
        *map(_text, ("cause", "state", "drafted_by")),
        *map(_maybe, ("evidence_title", "evidence_sha256", "evidenced_by", "decided_by", "decision_reason")),
    )
    for table, *columns in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Drop the tables; what the log says of them stays."""
    for table in ("outage", "feed_binding", "tenancy", "occupancy", "legal_basis", "selection"):
        op.drop_table(table)


def _of_pilot(name: str, *columns: sa.Column[Any]) -> None:
    parent = sa.ForeignKeyConstraint(["pilot"], ["pilot.id"])
    _entity(name, _text("pilot"), *columns, _text("district"), parent)


def _of_vendor(name: str, *columns: sa.Column[Any]) -> None:
    parent = sa.ForeignKeyConstraint(["vendor"], ["organisation.id"])
    _entity(name, _text("vendor"), *columns, parent)


def _entity(name: str, *rest: sa.schema.SchemaItem) -> None:
    version = sa.Column("version", sa.Integer, nullable=False)
    op.create_table(name, _text("id"), version, *rest, sa.PrimaryKeyConstraint("id"))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _maybe(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text)


def _day(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=nullable)
