"""The tables of papers, occupancy, tenancies, the feeds of devices, and outages."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import day, district, entity, flag, must_day, number, of, paper, text

TABLES_OF_EVIDENCE = {
    "selection": entity("selection", *paper(), day("withdrawn_on"), must_day("issued_on"), district()),
    "legal_basis": entity("legal_basis", *paper(), text("basis"), must_day("valid_from"), day("valid_to"), district()),
    "occupancy": entity(
        "occupancy",
        text("pilot", of("pilot"), index=True),
        text("dwelling_ref"),
        text("month"),
        flag("occupied"),
        district(),
    ),
    "tenancy": entity(
        "tenancy",
        text("pilot", of("pilot"), index=True),
        text("dwelling_ref"),
        number("number"),
        must_day("valid_from"),
        day("valid_to"),
        text("consent"),
        must_day("consent_from"),
        day("given_from"),
        district(),
    ),
    "feed_binding": entity(
        "feed_binding",
        text("vendor", of("organisation")),
        text("device"),
        text("feed"),
        must_day("valid_from"),
        day("valid_to"),
        sa.Index(None, "vendor", "device"),
        sa.Index(None, "vendor", "feed"),
    ),
    "outage": entity(
        "outage",
        text("vendor", of("organisation")),
        text("feed"),
        sa.Column("from_ms", sa.BigInteger, nullable=False),
        sa.Column("to_ms", sa.BigInteger),
        text("cause"),
        text("state"),
        text("drafted_by"),
        *(text(name, nullable=True) for name in ("evidence_title", "evidence_sha256", "evidenced_by")),
        *(text(name, nullable=True) for name in ("decided_by", "decision_reason")),
        sa.Index(None, "vendor", "feed"),
    ),
}
