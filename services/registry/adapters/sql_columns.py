"""The columns that tables are made of."""

from typing import Any

import sqlalchemy as sa

from services.registry.adapters.sql_text import PlainText

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, *rest: Any, **kwargs: Any) -> sa.Column[str]:
    """Text; not null, if not said otherwise."""
    return sa.Column(name, PlainText, *rest, nullable=kwargs.pop("nullable", False), **kwargs)


def number(name: str) -> sa.Column[int]:
    """An integer."""
    return sa.Column(name, sa.Integer, nullable=False)


def day(name: str) -> sa.Column[Any]:
    """A civil day, or none."""
    return sa.Column(name, sa.Date)


def json(name: str) -> sa.Column[Any]:
    """Anything, as JSON."""
    return sa.Column(name, sa.JSON, nullable=False)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def must_day(name: str) -> sa.Column[Any]:
    """A civil day."""
    return sa.Column(name, sa.Date, nullable=False)


def entity(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """The table of an entity."""
    return sa.Table(name, METADATA, text("id", primary_key=True), number("version"), *columns)


def of(parent: str) -> sa.ForeignKey:
    """A reference to the id of another table."""
    return sa.ForeignKey(f"{parent}.id")


def district() -> sa.Column[str]:
    """The district of the pilot or venue it belongs to; fixed for life, so a copy cannot go stale."""
    return text("district", index=True)


def paper(site: sa.Column[str] | None = None) -> tuple[sa.Column[Any], ...]:
    """What every paper about a pilot (or a site) has: who recorded it, and who else verified it."""
    words = ("code", "document_no", "title", "sha256", "recorded_by")
    if site is None:
        site = text("pilot", of("pilot"), index=True)
    return (site, *(text(name) for name in words), text("verified_by", nullable=True))


def state() -> tuple[sa.Column[Any], ...]:
    """Where something is in its lifecycle."""
    return text("state"), day("state_from"), text("state_reason", nullable=True)
