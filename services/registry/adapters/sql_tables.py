"""The tables: one typed table per entity, the change log, and what identities and scopes need beside them."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import (
    METADATA as METADATA,
)
from services.registry.adapters.sql_columns import (
    day,
    district,
    entity,
    flag,
    json,
    must_day,
    number,
    of,
    paper,
    text,
)
from services.registry.adapters.sql_tables_imports import TABLES_OF_IMPORTS

SITE = sa.Table("site", METADATA, text("slug", primary_key=True), text("entity"), district())

TABLES = {
    "organisation": entity("organisation", text("slug"), text("uscc", index=True), text("name"), json("roles")),
    "pilot": entity(
        "pilot",
        text("slug", sa.ForeignKey("site.slug")),
        text("name"),
        district(),
        text("housing_type"),
        text("funding_source"),
        text("registration_code", nullable=True),
        day("construction_start_date"),
    ),
    "phase": entity("phase", text("pilot", of("pilot"), index=True), number("number"), text("name"), district()),
    "dwelling": entity(
        "dwelling",
        text("pilot", of("pilot"), index=True),
        number("phase"),
        text("dwelling_ref"),
        day("handed_over_on"),
        district(),
    ),
    "slot": entity(
        "slot",
        text("pilot", of("pilot"), index=True),
        text("dwelling_ref"),
        text("code"),
        text("category"),
        flag("required"),
        day("installed_on"),
        day("retired_on"),
        district(),
    ),
    "venue": entity(
        "venue",
        text("slug", sa.ForeignKey("site.slug")),
        text("name"),
        district(),
        text("venue_type"),
        text("funding_source"),
        text("venue_type_text", nullable=True),
        text("managing_authority", nullable=True),
    ),
    "zone": entity(
        "zone",
        text("venue", of("venue"), index=True),
        text("code"),
        text("name"),
        json("calendars"),
        district(),
    ),
    "installation": entity(
        "installation",
        text("venue", of("venue"), index=True),
        text("zone"),
        text("code"),
        text("vr_device_kind"),
        text("presence_method"),
        number("seats"),
        day("installed_on"),
        day("retired_on"),
        district(),
    ),
    "device": entity(
        "device",
        text("vendor", of("organisation"), index=True),
        text("device"),
        text("category", nullable=True),
        sa.Column("reporting_interval_s", sa.Integer),
    ),
    "binding": entity(
        "binding",
        text("vendor", of("organisation")),
        text("device"),
        sa.Column("valid_from", sa.Date, nullable=False),
        text("slot", of("slot"), nullable=True, index=True),
        text("installation", of("installation"), nullable=True, index=True),
        day("valid_to"),
        district(),
        sa.Index(None, "vendor", "device"),
    ),
    "feed": entity(
        "feed",
        text("vendor", of("organisation"), index=True),
        text("feed"),
        json("sites"),
        flag("vendor_cloud"),
        number("heartbeat_interval_s"),
        flag("active"),
    ),
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
    **TABLES_OF_IMPORTS,
    "key": entity("key", text("key"), text("name"), text("role"), json("districts"), json("vendors"), flag("active")),
}

# The sites of a feed once more, so that a district finds the feeds that serve it.
FEED_SITE = sa.Table(
    "feed_site",
    METADATA,
    text("feed", of("feed"), primary_key=True),
    text("site", sa.ForeignKey("site.slug"), primary_key=True, index=True),
)
KEY_SECRET = sa.Table("key_secret", METADATA, text("key", of("key"), primary_key=True), text("sha256"))

# The names under which callers sent requests that were done.
IDEMPOTENCY = sa.Table(
    "idempotency",
    METADATA,
    text("actor", primary_key=True),
    text("key", primary_key=True),
    text("request_sha256"),
    text("time", index=True),
)

CHANGE = sa.Table(
    "change",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    text("time"),
    text("actor"),
    text("entity"),
    text("id"),
    number("version"),
    text("before", nullable=True),
    text("after", nullable=True),
    text("previous_hash"),
    text("hash"),
    sa.UniqueConstraint("entity", "id", "version"),
)
