"""Which requests were done under which names of their callers'."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "idempotency",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "key", "request_sha256", "time")),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_time"), "idempotency", ["time"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("idempotency")
