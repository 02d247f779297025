"""The tables: one typed table per entity, the change log, and what identities and scopes need beside them."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import (
    METADATA as METADATA,
    day,
    district,
    entity,
    flag,
    json,
    number,
    of,
    state,
    text,
)
from services.registry.adapters.sql_tables_audit import TABLES_OF_AUDIT
from services.registry.adapters.sql_tables_city import TABLES_OF_THE_CITY
from services.registry.adapters.sql_tables_evidence import TABLES_OF_EVIDENCE
from services.registry.adapters.sql_tables_imports import TABLES_OF_IMPORTS
from services.registry.adapters.sql_tables_people import TABLES_OF_PEOPLE
from services.registry.adapters.sql_tables_trail import ACCESS as ACCESS, FEED_PASSWORD as FEED_PASSWORD, GONE as GONE

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
        *state(),
    ),
    "phase": entity(
        "phase", text("pilot", of("pilot"), index=True), number("number"), text("name"), *state(), district()
    ),
    "dwelling": entity(
        "dwelling",
        text("pilot", of("pilot"), index=True),
        number("phase"),
        text("dwelling_ref"),
        day("handed_over_on"),
        text("layout", nullable=True),
        district(),
        sa.Index(None, "pilot", "layout"),
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
        text("state_reason", nullable=True),
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
        *state(),
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
        day("accepted_on"),
        text("accepted_by", nullable=True),
        text("state_reason", nullable=True),
        district(),
    ),
    "device": entity(
        "device",
        text("vendor", of("organisation"), index=True),
        text("device"),
        text("category", nullable=True),
        sa.Column("reporting_interval_s", sa.Integer),
        *state(),
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
    **TABLES_OF_EVIDENCE,
    **TABLES_OF_IMPORTS,
    "amendment": entity(
        "amendment",
        text("entity"),
        text("of"),
        number("number"),
        json("changes"),
        *(text(name) for name in ("reason", "proposed_by", "state")),
        day("effective_from"),
        *(text(name, nullable=True) for name in ("decided_by", "decision_reason")),
        sa.Column("made_version", sa.Integer),
        district(),
        sa.Index(None, "entity", "of"),
    ),
    "key": entity(
        "key",
        text("key"),
        text("name"),
        text("role"),
        json("districts"),
        json("vendors"),
        flag("active"),
        day("expires_on"),
    ),
    **TABLES_OF_PEOPLE,
    **TABLES_OF_THE_CITY,
    **TABLES_OF_AUDIT,
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
