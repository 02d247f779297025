"""Who read dwelling-level rows, append-only; and the hashes by which a lost state of the broker is written back."""

import sqlalchemy as sa
from alembic import op

from services.registry.adapters import sql_append_only

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create both tables; the database refuses to change what is in the first."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "access",
        sa.Column("sequence", _SEQUENCE, autoincrement=False, nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("time", "actor", "role", "operation", "address")),
        sa.Column("purpose", text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("first", text),
        sa.Column("last", text),
        sa.Column("sites", text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_access")),
    )
    op.create_index(op.f("ix_access_time"), "access", ["time"])
    op.create_index(op.f("ix_access_actor"), "access", ["actor"])
    op.create_table(
        "feed_password",
        *(sa.Column(name, text, nullable=False) for name in ("feed", "password", "salt")),
        sa.Column("iterations", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_password")),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"], name=op.f("fk_feed_password_feed")),
    )
    sql_append_only.protect(op.get_bind(), "access")


def downgrade() -> None:
    """Drop both, the access log included."""
    sql_append_only.unprotect(op.get_bind(), "access")
    op.drop_table("feed_password")
    op.drop_table("access")
