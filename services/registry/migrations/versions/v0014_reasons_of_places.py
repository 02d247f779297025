"""Why a slot or an installation is in its state."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    for table in ("slot", "installation"):
        op.add_column(table, sa.Column("state_reason", text))


def downgrade() -> None:
    """Drop them; what the log says of them stays."""
    for table in ("slot", "installation"):
        op.drop_column(table, "state_reason")
