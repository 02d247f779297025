"""What was imported in bulk, and whether it was taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "import",
        sa.Column("id", text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("kind", "file_sha256")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("rows", "new", "changed", "unchanged")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("first_sequence", "last_sequence")),
        *(sa.Column(name, text, nullable=False) for name in ("imported_by", "imported_at", "state")),
        sa.Column("state_reason", text),
        *(sa.Column(name, sa.BigInteger) for name in ("undone_first_sequence", "undone_last_sequence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index(op.f("ix_import_imported_by"), "import", ["imported_by"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("import")
