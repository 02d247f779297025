"""The tables: one typed table per entity, the change log, and what identities and scopes need beside them."""

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *rest: Any, **kwargs: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *rest, nullable=kwargs.pop("nullable", False), **kwargs)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _must_day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date, nullable=False)


def _entity(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, _text("id", primary_key=True), _number("version"), *columns)


def _of(parent: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{parent}.id")


# District of the pilot or venue an entity belongs to; it is fixed for life, so a copy cannot go stale.
def _district() -> sa.Column[str]:
    return _text("district", index=True)


def _paper() -> tuple[sa.Column[Any], ...]:
    """What every paper about a pilot has: who recorded it, and who else verified it."""
    words = ("code", "document_no", "title", "sha256", "recorded_by")
    pilot = _text("pilot", _of("pilot"), index=True)
    return (pilot, *(_text(name) for name in words), _text("verified_by", nullable=True))


SITE = sa.Table("site", METADATA, _text("slug", primary_key=True), _text("entity"), _district())

TABLES = {
    "organisation": _entity("organisation", _text("slug"), _text("uscc", index=True), _text("name"), _json("roles")),
    "pilot": _entity(
        "pilot",
        _text("slug", sa.ForeignKey("site.slug")),
        _text("name"),
        _district(),
        _text("housing_type"),
        _text("funding_source"),
        _text("registration_code", nullable=True),
        _day("construction_start_date"),
    ),
    "phase": _entity("phase", _text("pilot", _of("pilot"), index=True), _number("number"), _text("name"), _district()),
    "dwelling": _entity(
        "dwelling",
        _text("pilot", _of("pilot"), index=True),
        _number("phase"),
        _text("dwelling_ref"),
        _day("handed_over_on"),
        _district(),
    ),
    "slot": _entity(
        "slot",
        _text("pilot", _of("pilot"), index=True),
        _text("dwelling_ref"),
        _text("code"),
        _text("category"),
        _flag("required"),
        _day("installed_on"),
        _day("retired_on"),
        _district(),
    ),
    "venue": _entity(
        "venue",
        _text("slug", sa.ForeignKey("site.slug")),
        _text("name"),
        _district(),
        _text("venue_type"),
        _text("funding_source"),
        _text("venue_type_text", nullable=True),
        _text("managing_authority", nullable=True),
    ),
    "zone": _entity(
        "zone",
        _text("venue", _of("venue"), index=True),
        _text("code"),
        _text("name"),
        _json("calendars"),
        _district(),
    ),
    "installation": _entity(
        "installation",
        _text("venue", _of("venue"), index=True),
        _text("zone"),
        _text("code"),
        _text("vr_device_kind"),
        _text("presence_method"),
        _number("seats"),
        _day("installed_on"),
        _day("retired_on"),
        _district(),
    ),
    "device": _entity(
        "device",
        _text("vendor", _of("organisation"), index=True),
        _text("device"),
        _text("category", nullable=True),
        sa.Column("reporting_interval_s", sa.Integer),
    ),
    "binding": _entity(
        "binding",
        _text("vendor", _of("organisation")),
        _text("device"),
        sa.Column("valid_from", sa.Date, nullable=False),
        _text("slot", _of("slot"), nullable=True, index=True),
        _text("installation", _of("installation"), nullable=True, index=True),
        _day("valid_to"),
        _district(),
        sa.Index(None, "vendor", "device"),
    ),
    "feed": _entity(
        "feed",
        _text("vendor", _of("organisation"), index=True),
        _text("feed"),
        _json("sites"),
        _flag("vendor_cloud"),
        _number("heartbeat_interval_s"),
        _flag("active"),
    ),
    "selection": _entity("selection", *_paper(), _day("withdrawn_on"), _must_day("issued_on"), _district()),
    "legal_basis": _entity(
        "legal_basis", *_paper(), _text("basis"), _must_day("valid_from"), _day("valid_to"), _district()
    ),
    "occupancy": _entity(
        "occupancy",
        _text("pilot", _of("pilot"), index=True),
        _text("dwelling_ref"),
        _text("month"),
        _flag("occupied"),
        _district(),
    ),
    "tenancy": _entity(
        "tenancy",
        _text("pilot", _of("pilot"), index=True),
        _text("dwelling_ref"),
        _number("number"),
        _must_day("valid_from"),
        _day("valid_to"),
        _text("consent"),
        _must_day("consent_from"),
        _day("given_from"),
        _district(),
    ),
    "feed_binding": _entity(
        "feed_binding",
        _text("vendor", _of("organisation")),
        _text("device"),
        _text("feed"),
        _must_day("valid_from"),
        _day("valid_to"),
        sa.Index(None, "vendor", "device"),
        sa.Index(None, "vendor", "feed"),
    ),
    "outage": _entity(
        "outage",
        _text("vendor", _of("organisation")),
        _text("feed"),
        sa.Column("from_ms", sa.BigInteger, nullable=False),
        sa.Column("to_ms", sa.BigInteger),
        _text("cause"),
        _text("state"),
        _text("drafted_by"),
        *(_text(name, nullable=True) for name in ("evidence_title", "evidence_sha256", "evidenced_by")),
        *(_text(name, nullable=True) for name in ("decided_by", "decision_reason")),
        sa.Index(None, "vendor", "feed"),
    ),
    "key": _entity(
        "key", _text("key"), _text("name"), _text("role"), _json("districts"), _json("vendors"), _flag("active")
    ),
}

# The sites of a feed once more, so that a district finds the feeds that serve it.
FEED_SITE = sa.Table(
    "feed_site",
    METADATA,
    _text("feed", _of("feed"), primary_key=True),
    _text("site", sa.ForeignKey("site.slug"), primary_key=True, index=True),
)
KEY_SECRET = sa.Table("key_secret", METADATA, _text("key", _of("key"), primary_key=True), _text("sha256"))

CHANGE = sa.Table(
    "change",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    _text("time"),
    _text("actor"),
    _text("entity"),
    _text("id"),
    _number("version"),
    _text("before", nullable=True),
    _text("after", nullable=True),
    _text("previous_hash"),
    _text("hash"),
    sa.UniqueConstraint("entity", "id", "version"),
)
