"""What has been removed and is not there again, and whose it was."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "gone",
        *(sa.Column(name, text, nullable=False) for name in ("entity", "id")),
        *(sa.Column(name, text) for name in ("district", "vendor")),
        sa.PrimaryKeyConstraint("entity", "id", name=op.f("pk_gone")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("gone")
