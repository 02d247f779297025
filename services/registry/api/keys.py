"""Keys of machines: made, listed and revoked by administrators."""

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import fields, keys
from services.registry.api import bodies
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.store import Database, Once
from shared.contracts import vocabulary
from shared.contracts.registry import Key
from shared.failures import Rejected
from shared.runtime.auth import caller

_ADMINISTRATOR = "administrator"


class NewKeySchema(ma.Schema):
    """What a key is for, in which role, and how far it reaches."""

    name = fields.text(required=True)
    role = fields.one_of(vocabulary.ROLES, required=True)
    districts = ma.fields.List(
        fields.one_of(vocabulary.DISTRICT_CODES), load_default=list, validate=[fields.Length(0, 11), fields.distinct]
    )
    vendors = ma.fields.List(fields.slug(), load_default=list, validate=[fields.Length(0, 1000), fields.distinct])


class KeySchema(NewKeySchema):
    """A key, without its secret."""

    key = ma.fields.String(required=True)
    active = ma.fields.Boolean(required=True)


class CredentialsSchema(ma.Schema):
    """A key and its secret; a file that the bootstrap wrote can be sent as it is."""

    class Meta:
        """The file also names the role."""

        unknown = ma.EXCLUDE

    key = ma.fields.String(required=True, validate=fields.Length(1, 200))
    secret = ma.fields.String(required=True, validate=fields.Length(1, 200))


def keys_blueprint(database: Database) -> Blueprint:
    """Keys: made, listed and revoked by administrators."""
    blueprint = Blueprint("keys", __name__, url_prefix="/v1/keys", description="密钥: keys of machines and people")

    @blueprint.route("", methods=["GET"])
    @guarded(blueprint, _ADMINISTRATOR)
    @blueprint.response(200, KeySchema(many=True))
    @blueprint.doc(operationId="list_keys", summary="Every key, in use or not; no secrets")
    def listed() -> list[Key]:
        with database.reading() as reading:
            return reading.keys()

    @blueprint.route("", methods=["POST"])
    @guarded(blueprint, _ADMINISTRATOR)
    @once(blueprint)
    @blueprint.response(201, CredentialsSchema)
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented(NewKeySchema()),
        operationId="create_key",
        summary="Make a key; its secret is shown this once",
    )
    def post(said: Once | None) -> keys.NewKey:
        wanted = bodies.load(NewKeySchema())
        with database.writing(caller().key) as store:
            if store.done_before(said):
                raise Rejected("done_before")
            return keys.create(store, **wanted)

    @blueprint.route("/<key>", methods=["DELETE"])
    @guarded(blueprint, _ADMINISTRATOR)
    @blueprint.response(204)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.doc(operationId="revoke_key", summary="Revoke a key: no more tokens; those it has run out in minutes")
    def delete(key: str) -> None:
        with database.writing(caller().key) as store:
            keys.revoke(store, key)

    return blueprint
