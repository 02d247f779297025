"""What the HTTP process is asked, and its status."""

from datetime import date, timedelta
from typing import Any

import marshmallow as ma

from services.adoption.figures.scopes import KINDS, parse
from shared.contracts.figures import PARTS

# Three years and some days: the longest that measure 11 looks at, and a bound on what one request may cost.
LONGEST_WINDOW = timedelta(days=1_100)
_DAY = ma.validate.Range(date(2000, 1, 1), date(2100, 1, 1), error="Must be a day of 2000 to 2099.")


class WindowQuery(ma.Schema):
    """A scope and a half-open window of civil days."""

    from_ = ma.fields.Date(
        required=True, data_key="from", validate=_DAY, metadata={"description": "First civil day, Asia/Shanghai"}
    )
    to = ma.fields.Date(required=True, validate=_DAY, metadata={"description": "Civil day after the last one"})
    scope = ma.fields.String(
        load_default="programme",
        metadata={"description": "programme, or kind:id with kind one of " + ", ".join(KINDS[1:])},
    )

    @ma.validates("scope")
    def is_a_scope(self, value: str, **_: Any) -> None:
        """Refuse what has not the form of a scope."""
        if parse(value) is None:
            raise ma.ValidationError("Not a scope: programme, or kind:id.")

    @ma.validates_schema
    def begins_before_it_ends(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty window."""
        if data["from_"] >= data["to"]:
            raise ma.ValidationError("Must be later than from.", "to")
        if data["to"] - data["from_"] > LONGEST_WINDOW:
            raise ma.ValidationError("At most 1,100 days after from.", "to")


class FigureQuery(WindowQuery):
    """And as known on which civil day; by default all that is known counts."""

    as_of = ma.fields.Date(
        load_default=None,
        validate=_DAY,
        metadata={"description": "Facts as known on this civil day; the registry is as it is now"},
    )
    cutoff = ma.fields.Boolean(
        load_default=False, metadata={"description": "As known on the cut-off day, seven days after to"}
    )

    @ma.validates_schema
    def names_one_day(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse two answers to one question."""
        if data["as_of"] and data["cutoff"]:
            raise ma.ValidationError("Not together with as_of.", "cutoff")


class LateQuery(WindowQuery):
    """And since which civil day; by default since the cut-off day, seven days after ``to``."""

    since = ma.fields.Date(
        load_default=None, validate=_DAY, metadata={"description": "What became known after this civil day"}
    )


class RowsQuery(FigureQuery):
    """Which rows behind a figure."""

    part = ma.fields.String(required=True, validate=ma.validate.OneOf(PARTS, error="Not a part of a figure."))


class Watermark(ma.Schema):
    """All that a telemetry worker received before a moment is folded."""

    worker = ma.fields.String(required=True)
    received_before = ma.fields.String(required=True, metadata={"format": "date-time"})


class Status(ma.Schema):
    """How far the facts are."""

    rows = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    set_aside = ma.fields.Integer(required=True)
    registry_sequence = ma.fields.Integer(required=True)
    last_fold = ma.fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    refolding = ma.fields.Integer(required=True, metadata={"description": "Device-days that wait to be folded again"})
    watermarks = ma.fields.List(ma.fields.Nested(Watermark), required=True)
