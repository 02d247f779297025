"""The change feed: how others learn, and the audit log; a long poll."""

import threading
import time
from typing import Any

import marshmallow as ma
import msgspec
from flask import Response
from flask_smorest import Blueprint

from services.registry.accesses import told_of_log
from services.registry.api import purposes
from services.registry.api.guarding import guarded
from services.registry.store import Database
from shared.contracts.registry import ENTITIES, Changes
from shared.runtime.auth import caller

_POLL_S = 0.075
_LONGEST_WAIT_S = 30
_MOST = 10_000
_MOST_WAITING = 8  # half of the process's threads: readers who wait must not keep out everybody else
_WHO_WAITS = "service"
_OPERATION = "get_changes"


class ChangesQuery(purposes.Purposed):
    """From where, how many, and how long to wait for one."""

    after = ma.fields.Integer(load_default=0, validate=ma.validate.Range(0, 2**53, error="rule.after"))
    limit = ma.fields.Integer(load_default=1_000, validate=ma.validate.Range(1, _MOST, error="rule.changes_limit"))
    wait = ma.fields.Float(
        load_default=0,
        validate=ma.validate.Range(0, _LONGEST_WAIT_S, error="rule.wait"),
        metadata={"description": "Seconds to wait for a change if there is none yet; role service only, a few at once"},
    )


class ChangeSchema(ma.Schema):
    """One row of the append-only change log."""

    sequence = ma.fields.Integer(required=True)
    time = ma.fields.String(required=True, metadata={"format": "date-time"})
    actor = ma.fields.String(required=True, metadata={"description": "The key that made the change"})
    entity = ma.fields.String(required=True, validate=ma.validate.OneOf(list(ENTITIES)))
    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    before = ma.fields.Dict(required=True, allow_none=True)
    after = ma.fields.Dict(required=True, allow_none=True)
    previous_hash = ma.fields.String(required=True)
    hash = ma.fields.String(
        required=True,
        metadata={
            "description": "Hex SHA-256 of previous_hash and the RFC 8785 form of the row without its two hashes"
        },
    )


class ChangesSchema(ma.Schema):
    """A page of the change log; ``head`` is its last sequence."""

    changes = ma.fields.List(ma.fields.Nested(ChangeSchema), required=True)
    head = ma.fields.Integer(required=True)


def blueprint(database: Database, stopping: threading.Event) -> Blueprint:
    """The change feed; who waits is answered at once when ``stopping`` is set."""
    places = threading.BoundedSemaphore(_MOST_WAITING)
    changes = Blueprint("changes", __name__, description="变更记录: the change feed")

    @changes.route("/v1/changes", methods=["GET"])
    @guarded(changes, "service", "auditor", "administrator")
    @changes.arguments(ChangesQuery, location="query", unknown=ma.RAISE)
    @changes.response(200, ChangesSchema)
    @changes.doc(operationId=_OPERATION, summary="What changed after a sequence; waits, if asked, for something to")
    def page(query: dict[str, Any]) -> Response:
        after, asking = query["after"], purposes.asking(query["purpose"], caller(), _OPERATION)
        if query["wait"] and caller().role == _WHO_WAITS and places.acquire(blocking=False):
            try:
                _wait(database, after, query["wait"], stopping)
            finally:
                places.release()
        with database.reading() as reading:
            found = Changes(reading.changes(after, query["limit"]), reading.head().sequence)
        told = told_of_log(found.changes)
        if told.sites or caller().role != _WHO_WAITS:  # a machine follows the log: only what tells of homes is kept
            database.note(asking, told)
        return Response(msgspec.json.encode(found), content_type="application/json")

    return changes


def _wait(database: Database, after: int, wait_s: float, stopping: threading.Event) -> None:
    """Until there is a change after a sequence, or ``wait_s`` have passed, or ``stopping`` is set."""
    until = time.monotonic() + wait_s
    while _head(database) <= after and time.monotonic() < until and not stopping.wait(_POLL_S):
        pass


def _head(database: Database) -> int:
    """The log's last sequence, read in a transaction of its own, so that a waiting reader holds none."""
    with database.reading() as reading:
        return reading.head().sequence
