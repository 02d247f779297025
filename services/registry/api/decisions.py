"""The operations that take a second person: verifying a paper, deciding an outage."""

from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import deciding, fields
from services.registry.amending import IsMeant
from services.registry.api import bodies
from services.registry.api.collections import blueprint_for
from services.registry.api.guarding import guarded
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.collection import Collection
from services.registry.entities import BY_ENTITY
from services.registry.store import Database
from shared.runtime.auth import caller

DECIDERS = ("administrator", "programme_manager", "district_approver")
PAPERS = ("selection", "legal_basis", "standard_reference", "funding")


class DecisionSchema(ma.Schema):
    """Whether an outage is approved, and why."""

    approved = fields.Flag(required=True)
    reason = fields.text(required=True)


def papers_blueprint(collection: Collection, database: Database) -> Blueprint:
    """A collection of papers, and their verification."""
    blueprint = blueprint_for(collection, database)

    @blueprint.route("/<path:key>/verification", methods=["POST"])
    @guarded(blueprint, *DECIDERS)
    @conditional(blueprint)
    @blueprint.response(200, collection.schema, headers=TELLS_ETAG)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.doc(
        operationId=f"verify_{collection.entity}", summary="Verify it, as somebody who neither recorded nor changed it"
    )
    def verification(is_meant: IsMeant, key: str) -> Any:
        with database.writing(caller().key) as store:
            after = deciding.verify(store, collection, key, caller(), is_meant)
        return after.row, etag(after)

    return blueprint


def outages_blueprint(database: Database) -> Blueprint:
    """The outages, and their decision."""
    blueprint = blueprint_for(BY_ENTITY["outage"], database)

    @blueprint.route("/<path:key>/decision", methods=["POST"])
    @guarded(blueprint, *DECIDERS)
    @conditional(blueprint)
    @blueprint.response(200, BY_ENTITY["outage"].schema, headers=TELLS_ETAG)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented(DecisionSchema()),
        operationId="decide_outage",
        summary="Approve or reject it, as somebody who neither drafted nor changed it",
    )
    def decision(is_meant: IsMeant, key: str) -> Any:
        wanted = bodies.load(DecisionSchema())
        with database.writing(caller().key) as store:
            after = deciding.decide(store, key, caller(), is_meant, **wanted)
        return after.row, etag(after)

    return blueprint
