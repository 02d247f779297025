"""What a collection is asked in a query, and how its rows are told in a page."""

from datetime import date
from typing import Any

import marshmallow as ma
import msgspec

from services.registry.api import purposes
from services.registry.collection import Collection
from services.registry.fields import Day
from services.registry.store import Stored
from shared.contracts.civil_time import day_from_date, rfc3339, start_of

_DEFAULT_LIMIT = 100
_COUNT = ma.validate.Range(0, 2**31 - 1, error="rule.after")  # what every database can hold
_MOST = 1_000


class AsOf(ma.Schema):
    """The day as of which the registry is read."""

    as_of = Day(
        load_default=None,
        metadata={"description": "As the registry stood at the end of that civil day (Asia/Shanghai); now, without it"},
    )


def one_schema(collection: Collection) -> type[ma.Schema]:
    """The query of one entity: the day, and for dwelling-level rows why it is read."""
    fields = {**AsOf().fields, **(purposes.Purposed().fields if collection.of_dwellings else {})}
    return ma.Schema.from_dict(fields, name=f"{named(collection)}Query")


def page_schema(collection: Collection) -> type[ma.Schema]:
    """A page's query: the collection's filters, and a cursor."""
    types = {field.name: field.type for field in msgspec.structs.fields(collection.kind)}
    fields: dict[str, ma.fields.Field[Any]] = {
        name: ma.fields.Integer(validate=_COUNT) if types[name] is int else ma.fields.String()
        for name in collection.filters
    }
    fields |= one_schema(collection)().fields
    fields["versions"] = ma.fields.Boolean(
        load_default=False, metadata={"description": "With the version of each row, which a move of many asks for"}
    )
    fields["after"] = ma.fields.String(load_default="", metadata={"description": "The id of the last one seen"})
    fields["limit"] = ma.fields.Integer(
        load_default=_DEFAULT_LIMIT, validate=ma.validate.Range(1, _MOST, error="rule.limit")
    )
    return ma.Schema.from_dict(fields, name=f"{named(collection)}Page")


def listed_schema(collection: Collection) -> type[ma.Schema]:
    """A row of a page: it may tell its version."""
    version = ma.fields.Integer(dump_only=True, metadata={"description": "As its ETag says it, if `versions` asked"})
    return type(f"{named(collection)}Listed", (collection.schema,), {"version": version})


def with_version(found: Stored) -> dict[str, Any]:
    """A row of a page that tells its version."""
    return {**msgspec.structs.asdict(found.row), "version": found.version}


def end_of(day: date | None) -> str | None:
    """The moment before which a change was made to count on a day."""
    return None if day is None else rfc3339(start_of(day_from_date(day) + 1))


def start_of_day(day: date | None) -> str | None:
    """The first moment of a day."""
    return None if day is None else rfc3339(start_of(day_from_date(day)))


def named(collection: Collection) -> str:
    """``FeedBinding`` for feed_binding."""
    return "".join(word.capitalize() for word in collection.entity.split("_"))
