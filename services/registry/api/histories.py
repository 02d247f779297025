"""What was done to one thing, and what held on a day, for whoever may read it."""

from typing import Any, NamedTuple

import marshmallow as ma
import msgspec
from flask_smorest import Blueprint

from services.registry.accesses import site_of, told
from services.registry.api.guarding import guarded
from services.registry.api.purposes import Purposed, asking
from services.registry.collection import Collection, Entity
from services.registry.entities import BY_ENTITY
from services.registry.fields import Day
from services.registry.history import Step, held_on, steps
from services.registry.schemas_amendment import FieldChangeSchema
from services.registry.scope import reach
from services.registry.store import Database
from shared.contracts.registry import Change
from shared.failures import Rejected
from shared.runtime.auth import caller

_OPERATION = "get_history"


class HistoryQuery(Purposed):
    """The civil day of which it is asked."""

    on = Day(load_default=None, metadata={"description": "Tell also what held on this civil day, by what is known now"})


class StepSchema(ma.Schema):
    """One change: when and by whom it was recorded, from which civil day on it holds, and what it changed."""

    version = ma.fields.Integer(required=True)
    time = ma.fields.String(required=True, metadata={"format": "date-time"})
    actor = ma.fields.String(required=True)
    holds_from = ma.fields.Date(
        required=True, allow_none=True, metadata={"description": "Null of the registration: it has held ever since"}
    )
    amendment = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "The number of the amendment it put in force"}
    )
    changes = ma.fields.List(ma.fields.Nested(FieldChangeSchema), required=True)


class HistorySchema(ma.Schema):
    """Every change of one thing, and what held on the day asked for."""

    steps = ma.fields.List(ma.fields.Nested(StepSchema), required=True)
    held = ma.fields.Dict(
        required=True, allow_none=True, metadata={"description": "Null if no day is asked for, or it was removed"}
    )


class History(NamedTuple):
    """See HistorySchema."""

    steps: list[Step]
    held: Any


def _last(collection: Collection, changes: list[Change]) -> Entity:
    """What was removed, as it last stood."""
    return msgspec.convert(changes[-1].before, collection.kind)


def blueprint(database: Database) -> Blueprint:
    """The history of anything that is in a collection."""
    histories = Blueprint("histories", __name__, description="历史: who changed what, and what was true when")

    @histories.route("/v1/histories/<entity>/<path:key>", methods=["GET"])
    @guarded(histories)
    @histories.arguments(HistoryQuery, location="query", unknown=ma.RAISE)
    @histories.response(200, HistorySchema)
    @histories.alt_response(404, "NOT_FOUND")
    @histories.doc(
        operationId=_OPERATION,
        summary="Who changed what of it, when, and from when on it holds; for whoever may read the thing itself",
    )
    def history(query: dict[str, Any], entity: str, key: str) -> History:
        collection = next((each for name, each in BY_ENTITY.items() if name == entity), None)
        if collection is None:
            raise Rejected("not_found", what=entity)
        if caller().role not in collection.access.readers:
            raise Rejected("forbidden")
        who = asking(query["purpose"], caller(), _OPERATION) if collection.of_dwellings else None
        with database.reading() as reading:
            found = reading.one(collection.entity, key, reach(caller()))
            gone = found is None and reading.is_gone(collection.entity, key, reach(caller()))
            changes = reading.history(collection.entity, key)
            amendments = reading.amendments_of(collection.entity, key)
        if who:
            row = found.row if found else _last(collection, changes) if gone else None
            database.note(who, told(collection, [] if row is None else [(key, row)], site_of(collection, key)))
        if found is None and not gone:
            raise Rejected("not_found", what=key)
        day = query["on"]
        return History(steps(changes, amendments), None if day is None else held_on(changes, amendments, day))

    return histories
