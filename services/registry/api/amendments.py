"""Amendments: proposed here, decided as everything is that has a lifecycle."""

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import fields
from services.registry.api import bodies
from services.registry.api.collections import add_reading, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.api.states import add_moving, gathered
from services.registry.entities import BY_ENTITY
from services.registry.lifecycles import OFFICERS
from services.registry.proposing import ENTITIES_SETTLED, Proposal, propose
from services.registry.refusal import Fault, Refused
from services.registry.schemas import OPTIONAL, REQUIRED
from services.registry.schemas_amendment import AmendmentSchema
from services.registry.store import Database, Once
from shared.contracts.registry_amendment import Amendment
from shared.failures import Rejected
from shared.runtime.auth import caller

_AMENDMENTS = BY_ENTITY["amendment"]


class ProposalSchema(ma.Schema):
    """What is to be changed of something approved, and why."""

    entity = fields.one_of(ENTITIES_SETTLED, **REQUIRED)
    of = ma.fields.String(**REQUIRED, validate=fields.Length(1, 300), metadata={"description": "The id"})
    changes = ma.fields.Dict(
        keys=ma.fields.String(), **REQUIRED, validate=fields.Length(1, 50), metadata={"description": "As in a PATCH"}
    )
    reason = fields.text(500, **REQUIRED)
    effective_from = fields.Day(
        **OPTIONAL,
        metadata={"description": "From which civil day it is to hold, dated back; without it, from the decision's own"},
    )


def blueprint(database: Database) -> Blueprint:
    """The collection of amendments."""
    amendments = blueprint_of(_AMENDMENTS)
    add_reading(amendments, _AMENDMENTS, database)
    add_moving(amendments, _AMENDMENTS, database)

    @amendments.route("", methods=["POST"])
    @guarded(amendments, *OFFICERS)
    @once(amendments)
    @amendments.response(201, AmendmentSchema(many=True))
    @amendments.alt_response(404, "NOT_FOUND")
    @amendments.alt_response(409, "CONFLICT")
    @amendments.alt_response(422, "UNPROCESSABLE_ENTITY")
    @amendments.doc(
        requestBody=bodies.documented_rows(ProposalSchema()),
        operationId="propose_amendments",
        summary="Propose edits of what was approved, all or none; one that is pending already, unchanged, is no error",
    )
    def post(said: Once | None) -> list[Amendment]:
        wanted = bodies.load_rows(ProposalSchema())
        faults: list[Fault] = []
        proposed = []
        with database.writing(caller().key) as store:
            if store.done_before(said):
                raise Rejected("done_before")
            for index, row in enumerate(wanted):
                with gathered(faults, index):
                    proposed.append(propose(store, Proposal(**row), caller()))
            if faults:
                raise Refused(faults)
        return proposed

    return amendments
