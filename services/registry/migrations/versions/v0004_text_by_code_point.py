"""Text compares and sorts by code point on PostgreSQL too, whatever the language of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pages come in the same order everywhere; indexes serve it. SQLite does so by itself."""
    _collate("C")


def downgrade() -> None:
    """Back to the database's own language."""
    _collate("default")


def _collate(collation: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            if isinstance(column["type"], sa.Text):
                op.alter_column(table, column["name"], type_=sa.Text(collation=collation))
