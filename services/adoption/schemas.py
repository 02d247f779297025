"""What the HTTP process is asked, and its status."""

from datetime import date, timedelta
from typing import Any

import marshmallow as ma

from services.adoption.figures.scopes import KINDS, parse
from shared.contracts.figures import PARTS

# Three years and some days: the longest that measure 11 looks at, and a bound on what one request may cost.
LONGEST_WINDOW = timedelta(days=1_100)
_DAY = ma.validate.Range(date(2000, 1, 1), date(2100, 1, 1), error="Must be a day of 2000 to 2099.")


class FigureQuery(ma.Schema):
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


class RowsQuery(FigureQuery):
    """Which rows behind a figure."""

    part = ma.fields.String(required=True, validate=ma.validate.OneOf(PARTS, error="Not a part of a figure."))


class Status(ma.Schema):
    """How far the facts are."""

    rows = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    set_aside = ma.fields.Integer(required=True)
    registry_sequence = ma.fields.Integer(required=True)
    last_fold = ma.fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
