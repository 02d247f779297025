"""Which requests were done under which names of their callers'."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "idempotency",
        *(sa.Column(name, text, nullable=False) for name in ("actor", "key", "request_sha256", "time")),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_time"), "idempotency", ["time"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("idempotency")
