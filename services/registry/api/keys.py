"""Keys, the tokens they are exchanged for, and the public key by which tokens are checked."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry import counters, fields, keys
from services.registry.api import bodies
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.attempts import Attempts
from services.registry.store import Database, Once
from services.registry.tokens import LIFETIME_S, SigningKey
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


class TokenSchema(ma.Schema):
    """A token, in the words of RFC 6749 section 5.1."""

    access_token = ma.fields.String(required=True)
    token_type = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True, metadata={"description": "Seconds"})


class KeySetSchema(ma.Schema):
    """A JSON Web Key Set: members by RFC 7517 and RFC 8037."""

    keys = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()), required=True)


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


def tokens_blueprint(
    database: Database, signing_key: SigningKey, attempts: Attempts, now_ms: Callable[[], int]
) -> Blueprint:
    """Tokens for keys; the only operations besides health that need no token."""
    blueprint = Blueprint("tokens", __name__, description="令牌: tokens, and the key by which anyone can check them")

    @blueprint.route("/v1/tokens", methods=["POST"])
    @blueprint.response(200, TokenSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
    @blueprint.alt_response(401, "UNAUTHORIZED")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.alt_response(429, "TOO_MANY_REQUESTS")
    @blueprint.doc(
        requestBody=bodies.documented(CredentialsSchema()),
        security=[],
        operationId="get_token",
        summary="A token for a key and its secret",
    )
    def token() -> Any:
        given = bodies.load(CredentialsSchema())
        try:
            with attempts.counted(given["key"], request.remote_addr or ""), database.reading() as reading:
                key = keys.owner(reading, **given)
        except Rejected as error:
            counters.TOKENS.labels(error.reason).inc()
            raise
        counters.TOKENS.labels("issued").inc()
        signed = signing_key.issue(key, now_ms() // 1000)
        answer = {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME_S}
        return answer, {"Cache-Control": "no-store"}

    @blueprint.route("/.well-known/jwks.json", methods=["GET"])
    @blueprint.response(200, KeySetSchema, description="A JSON Web Key Set (RFC 7517)")
    @blueprint.doc(security=[], operationId="get_jwks", summary="The public keys that sign tokens")
    def jwks() -> dict[str, Any]:
        return signing_key.published()

    return blueprint
