"""Since when a consent that was withdrawn had been given."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; absent means the first day, as before."""
    op.add_column("tenancy", sa.Column("given_from", sa.Date))


def downgrade() -> None:
    """Drop the column; what the log says of it stays."""
    with op.batch_alter_table("tenancy") as table:
        table.drop_column("given_from")
