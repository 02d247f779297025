"""The eleven districts, as data."""

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry.api.guarding import guarded
from shared.contracts.vocabulary import DISTRICTS, District


class DistrictSchema(ma.Schema):
    """One of the eleven units that are responsible under clauses 11 and 12."""

    code = ma.fields.String(required=True)
    name_zh = ma.fields.String(required=True)
    name_en = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    gbt2260 = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "GB/T 2260; two of the eleven have none"}
    )


def blueprint() -> Blueprint:
    """The districts."""
    districts = Blueprint("districts", __name__, description="区: the eleven districts")

    @districts.route("/v1/districts", methods=["GET"])
    @guarded(districts)
    @districts.response(200, DistrictSchema(many=True))
    @districts.doc(operationId="list_districts", summary="The eleven districts")
    def listed() -> list[District]:
        return list(DISTRICTS)  # flask-smorest takes a tuple for a body with its status

    return districts
