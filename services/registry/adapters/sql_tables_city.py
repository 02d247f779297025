"""The tables of designs, registers, counts of visitors, closures, papers, and other names of devices."""

import sqlalchemy as sa

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

_SOURCE = ("source", "source_sha256")

TABLES_OF_THE_CITY = {
    "layout": entity(
        "layout",
        text("pilot", of("pilot"), index=True),
        text("code"),
        text("name"),
        json("slots"),
        number("design_version"),
        district(),
    ),
    "started_project": entity(
        "started_project",
        text("code"),
        text("name"),
        district(),
        number("dwellings"),
        *map(text, _SOURCE),
        day("permit_on"),
        day("started_on"),
        text("pilot", of("pilot"), nullable=True),
    ),
    "venue_entry": entity(
        "venue_entry",
        text("code"),
        text("name"),
        district(),
        text("venue_type"),
        text("source"),
        must_day("source_on"),
        text("venue", of("venue"), nullable=True, index=True),
    ),
    "venue_count": entity(
        "venue_count",
        text("venue", of("venue"), index=True),
        *map(text, ("zone", "period", "method")),
        number("count"),
        *map(text, _SOURCE),
        district(),
    ),
    "closure": entity(
        "closure",
        *map(text, ("code", "name", "kind")),
        must_day("valid_from"),
        must_day("valid_to"),
        *map(text, _SOURCE),
        json("districts"),
        flag("cancelled"),
    ),
    "standard_reference": entity(
        "standard_reference",
        *paper(),
        text("standard"),
        must_day("issued_on"),
        text("edition", nullable=True),
        text("level", nullable=True),
        sa.Column("dwellings", sa.Integer),
        district(),
    ),
    "funding": entity(
        "funding",
        *paper(text("site", sa.ForeignKey("site.slug"), index=True)),
        text("funding_source"),
        must_day("issued_on"),
        district(),
    ),
    "device_alias": entity(
        "device_alias",
        text("vendor", of("organisation")),
        text("alias"),
        must_day("valid_from"),
        text("device"),
        day("valid_to"),
        sa.Index(None, "vendor", "alias"),
        sa.Index(None, "vendor", "device"),
    ),
}
