"""How often a device reports, from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "reporting_interval",
        sa.Column("id", text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("vendor", text, nullable=False),
        sa.Column("device", text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("interval_s", sa.Integer, nullable=False),
        sa.Column("reason", text),
        sa.ForeignKeyConstraint(["vendor"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_interval")),
    )
    op.create_index(op.f("ix_reporting_interval_vendor_device"), "reporting_interval", ["vendor", "device"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("reporting_interval")
