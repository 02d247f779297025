"""Who read dwelling-level rows, and why: the access log, for those who look after it."""

from typing import Any

import marshmallow as ma
from flask import url_for
from flask_smorest import Blueprint

from services.registry.accesses import AccessesAsked, Noted
from services.registry.api.guarding import guarded
from services.registry.api.queries import start_of_day
from services.registry.fields import Day, slug
from services.registry.store import Database

_MOST = 1_000


class AccessesQuery(ma.Schema):
    """Which reads, from where, how many."""

    actor = ma.fields.String(load_default=None, metadata={"description": "Only this key's"})
    from_ = Day(load_default=None, data_key="from", metadata={"description": "First civil day, Asia/Shanghai"})
    to = Day(load_default=None, metadata={"description": "Civil day after the last one"})
    site = slug(load_default=None, metadata={"description": "Only those that told rows of this pilot or venue"})
    after = ma.fields.Integer(load_default=0, validate=ma.validate.Range(0, 2**53, error="rule.after"))
    limit = ma.fields.Integer(load_default=100, validate=ma.validate.Range(1, _MOST, error="rule.limit"))


class AccessSchema(ma.Schema):
    """One read of dwelling-level rows."""

    sequence = ma.fields.Integer(required=True)
    time = ma.fields.String(required=True, metadata={"format": "date-time"})
    actor = ma.fields.String(required=True, metadata={"description": "The key that read"})
    role = ma.fields.String(required=True)
    operation = ma.fields.String(required=True, metadata={"description": "An operationId of this document"})
    address = ma.fields.String(required=True, metadata={"description": "Path and query, without the purpose"})
    purpose = ma.fields.String(required=True)
    rows = ma.fields.Integer(required=True, metadata={"description": "How many rows were told"})
    first = ma.fields.String(required=True, allow_none=True, metadata={"description": "The first id told"})
    last = ma.fields.String(required=True, allow_none=True, metadata={"description": "The last id told"})
    sites = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "Whose rows were told, or asked for and not there"}
    )


def blueprint(database: Database) -> Blueprint:
    """The access log."""
    accesses = Blueprint("accesses", __name__, description="访问留痕: who read dwelling-level rows, and why")

    @accesses.route("/v1/accesses", methods=["GET"])
    @guarded(accesses, "auditor", "administrator")
    @accesses.arguments(AccessesQuery, location="query", unknown=ma.RAISE)
    @accesses.response(
        200,
        AccessSchema(many=True),
        headers={"Link": {"description": "rel=next (RFC 8288), if there is more", "schema": {"type": "string"}}},
    )
    @accesses.doc(operationId="list_accesses", summary="A page of the access log, in the order of sequences")
    def page(query: dict[str, Any]) -> Any:
        limit, since, to = query["limit"], query["from_"], query["to"]
        asked = AccessesAsked(
            query["after"], limit + 1, query["actor"], start_of_day(since), start_of_day(to), query["site"]
        )
        with database.reading() as reading:
            found = reading.accesses(asked)
        rows = [_told(noted) for noted in found[:limit]]
        if len(found) <= limit:
            return rows
        said = {"actor": query["actor"], "from": since, "to": to, "site": query["site"]}
        following = url_for("accesses.page", **said, after=found[limit - 1].sequence, limit=limit)
        return rows, {"Link": f'<{following}>; rel="next"'}

    return accesses


def _told(noted: Noted) -> dict[str, Any]:
    return {
        "sequence": noted.sequence,
        "time": noted.time,
        **noted.asking._asdict(),
        **noted.told._asdict(),
    }
