"""Evidence documents, audit cases with their append-only entries, and the texts that are in no log."""

import sqlalchemy as sa
from alembic import op

from services.registry.adapters import sql_append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and let the database refuse changes of an audit's record."""
    _documents()
    _cases()
    _entries()
    for table in ("audit_entry", "audit_text"):
        sql_append_only.protect(op.get_bind(), table)


def downgrade() -> None:
    """Drop them, in the order of their references."""
    for table in ("audit_entry", "audit_text"):
        sql_append_only.unprotect(op.get_bind(), table)
    for table in ("audit_text", "audit_entry", "audit_case_district", "audit_case", "document"):
        op.drop_table(table)


def _documents() -> None:
    _create(
        "document",
        *_text("sha256", "document_kind", "title", "media_type", "recorded_by", "state"),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer()),
        sa.Column("state_from", sa.Date()),
        *_text("site", "vendor", "supersedes", "verified_by", "state_reason", "district", nullable=True),
        _reference("document", "site", "site.slug"),
        _reference("document", "vendor", "organisation.id"),
        _reference("document", "supersedes", "document.id"),
    )
    _index("document", "site", "vendor", "district")


def _cases() -> None:
    _create(
        "audit_case",
        *_text("code", "title", "lead", "state"),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("sites", "districts", "named")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("period_from", "period_to")),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("state_from", sa.Date()),
        *_text("state_reason", nullable=True),
    )
    op.create_table(
        "audit_case_district",
        *_text("audit_case", "district"),
        sa.PrimaryKeyConstraint("audit_case", "district", name=op.f("pk_audit_case_district")),
        _reference("audit_case_district", "audit_case", "audit_case.id"),
    )
    _index("audit_case_district", "district")


def _entries() -> None:
    _create(
        "audit_entry",
        *_text("audit_case", "kind", "recorded_by"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("check", sa.JSON()),
        sa.Column("sample", sa.JSON()),
        sa.Column("replies_to", sa.Integer()),
        *_text("text", "text_sha256", "district", "vendor", "about_entity", "about_id", nullable=True),
        _reference("audit_entry", "audit_case", "audit_case.id"),
        _reference("audit_entry", "vendor", "organisation.id"),
    )
    _index("audit_entry", "audit_case", "district", "vendor")
    op.create_table(
        "audit_text",
        *_text("id", "salt", "text"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_text")),
        _reference("audit_text", "id", "audit_entry.id"),
    )


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    version = sa.Column("version", sa.Integer(), nullable=False)
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    op.create_table(table, *_text("id"), version, *columns, key)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    kind = sa.Text(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
