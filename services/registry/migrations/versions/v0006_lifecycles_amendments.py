"""States of pilots, phases and venues, the acceptance of installations, and amendments."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FIRST = {"pilot": "DRAFT", "phase": "PLANNED", "venue": "DRAFT"}


def upgrade() -> None:
    """Add the columns, what is there already being in its first state; create the table."""
    for table, first in _FIRST.items():
        # The default stays: to take it away SQLite would make the table anew, which others refer to.
        op.add_column(table, sa.Column("state", _text(), nullable=False, server_default=first))
        op.add_column(table, sa.Column("state_from", sa.Date))
        op.add_column(table, sa.Column("state_reason", _text()))
    op.add_column("installation", sa.Column("accepted_on", sa.Date))
    op.add_column("installation", sa.Column("accepted_by", _text()))
    op.create_table(
        "amendment",
        sa.Column("id", _text(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, _text(), nullable=False) for name in ("entity", "of", "reason", "proposed_by", "state")),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("effective_from", sa.Date),
        *(sa.Column(name, _text()) for name in ("decided_by", "decision_reason")),
        sa.Column("made_version", sa.Integer),
        sa.Column("district", _text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index(op.f("ix_amendment_district"), "amendment", ["district"])
    op.create_index(op.f("ix_amendment_entity_of"), "amendment", ["entity", "of"])


def downgrade() -> None:
    """Drop them; what the log says of them stays."""
    op.drop_table("amendment")
    for column in ("accepted_by", "accepted_on"):
        op.drop_column("installation", column)
    for table in _FIRST:
        for column in ("state_reason", "state_from", "state"):
            op.drop_column(table, column)


def _text() -> sa.Text:
    return sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
