"""The tables of evidence and audit, and what is kept beside them: confidential texts, and the districts of a case."""

from typing import Any

import sqlalchemy as sa

from services.registry.adapters.sql_columns import METADATA, day, entity, flag, json, must_day, number, of, text


def _state() -> tuple[sa.Column[Any], ...]:
    return text("state"), day("state_from"), text("state_reason", nullable=True)


TABLES_OF_AUDIT = {
    "document": entity(
        "document",
        *(text(name) for name in ("sha256", "document_kind", "title", "media_type", "recorded_by")),
        number("size_bytes"),
        text("site", sa.ForeignKey("site.slug"), nullable=True, index=True),
        text("vendor", of("organisation"), nullable=True, index=True),
        sa.Column("pages", sa.Integer),
        text("supersedes", of("document"), nullable=True),
        text("verified_by", nullable=True),
        *_state(),
        text("district", nullable=True, index=True),
    ),
    "audit_case": entity(
        "audit_case",
        text("code"),
        text("title"),
        json("sites"),
        json("districts"),
        must_day("period_from"),
        must_day("period_to"),
        text("lead"),
        flag("legal_hold"),
        json("named"),
        *_state(),
    ),
    "audit_entry": entity(
        "audit_entry",
        text("audit_case", of("audit_case"), index=True),
        number("number"),
        text("kind"),
        text("recorded_by"),
        flag("confidential"),
        text("text", nullable=True),
        text("text_sha256", nullable=True),
        json("documents"),
        text("district", nullable=True, index=True),
        text("vendor", of("organisation"), nullable=True, index=True),
        text("about_entity", nullable=True),
        text("about_id", nullable=True),
        sa.Column("check", sa.JSON(none_as_null=True)),
        sa.Column("sample", sa.JSON(none_as_null=True)),
        sa.Column("replies_to", sa.Integer),
    ),
}

# The districts that the scope of a case touches, so that a district finds its cases.
AUDIT_CASE_DISTRICT = sa.Table(
    "audit_case_district",
    METADATA,
    text("audit_case", of("audit_case"), primary_key=True),
    text("district", primary_key=True, index=True),
)
# The texts of confidential entries: in no log, no page and no reading as of a day.
AUDIT_TEXT = sa.Table(
    "audit_text", METADATA, text("id", of("audit_entry"), primary_key=True), text("salt"), text("text")
)
