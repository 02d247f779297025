"""People's accounts and what opens them; keys that expire."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; keys that are there have no end."""
    text = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "person",
        sa.Column("id", text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("login", "post", "role")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("districts", "vendors")),
        *(sa.Column(name, text) for name in ("oidc_subject", "handed_over_to")),
        sa.Column("state", text, nullable=False),
        sa.Column("state_from", sa.Date),
        sa.Column("state_reason", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    for column in ("oidc_subject", "handed_over_to"):
        op.create_index(op.f(f"ix_person_{column}"), "person", [column])
    op.create_table(
        "person_sign_in",
        sa.Column("login", text, nullable=False),
        *(sa.Column(name, text) for name in ("password_hash", "code_sha256")),
        sa.Column("code_until_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_person_sign_in")),
        sa.ForeignKeyConstraint(["login"], ["person.id"], name=op.f("fk_person_sign_in_login")),
    )
    op.add_column("key", sa.Column("expires_on", sa.Date))


def downgrade() -> None:
    """Drop them; what the log says of them stays."""
    op.drop_column("key", "expires_on")
    op.drop_table("person_sign_in")
    op.drop_table("person")
