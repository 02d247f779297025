"""The designs of dwellings, and the slots made by them."""

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import fields, fitting
from services.registry.accesses import told_of_places
from services.registry.amending import IsMeant
from services.registry.api import bodies, purposes
from services.registry.api.collections import blueprint_for
from services.registry.api.guarding import guarded
from services.registry.api.preconditions import conditional
from services.registry.collection import Collection
from services.registry.store import Database
from shared.runtime.auth import caller


class FitSchema(ma.Schema):
    """Which dwellings of the layout are meant: those of a phase, or all."""

    phase = fields.number(1, 999, load_default=None, allow_none=True)


class FittedSchema(ma.Schema):
    """What was made, what was there, and what the design does not have."""

    made = ma.fields.Integer(required=True)
    there = ma.fields.Integer(required=True, metadata={"description": "As the design has them, before this request"})
    beyond = ma.fields.Integer(
        required=True,
        metadata={
            "description": "Slots of these dwellings that the design has not, or not of that category; they stay"
        },
    )
    first_beyond = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "Up to ten of their ids"})


def blueprint(collection: Collection, database: Database) -> Blueprint:
    """The collection of layouts, and the making of their slots."""
    made = blueprint_for(collection, database)

    @made.route("/<path:key>/slots", methods=["POST"])
    @guarded(made, *collection.access.writers)
    @conditional(made)
    @made.response(200, FittedSchema)
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.doc(
        requestBody=bodies.documented(FitSchema()),
        operationId="fit_layout",
        summary="Make the slots that its dwellings lack, all of them or none; again, it makes none",
    )
    def slots(is_meant: IsMeant, key: str) -> fitting.Fitted:
        wanted = bodies.load(FitSchema())
        with database.writing(caller().key) as store:
            fitted = fitting.fit(store, key, caller(), is_meant, wanted["phase"])
        if fitted.first_beyond:
            asking = purposes.asking(purposes.BEYOND, caller(), "fit_layout")
            database.note(asking, told_of_places(fitted.first_beyond))
        return fitted

    return made
