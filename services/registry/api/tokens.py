"""Tokens for keys, and the public keys by which anyone checks them."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry import counters, keys
from services.registry.api import bodies
from services.registry.api.keys import CredentialsSchema
from services.registry.attempts import Attempts
from services.registry.store import Database
from services.registry.tokens import LIFETIME_S, KeyRing
from shared.failures import Rejected


class TokenSchema(ma.Schema):
    """A token, in the words of RFC 6749 section 5.1."""

    access_token = ma.fields.String(required=True)
    token_type = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True, metadata={"description": "Seconds"})


class KeySetSchema(ma.Schema):
    """A JSON Web Key Set: members by RFC 7517 and RFC 8037."""

    keys = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()), required=True)


def blueprint(
    database: Database, ring: Callable[[], KeyRing], attempts: Attempts, now_ms: Callable[[], int]
) -> Blueprint:
    """Tokens, and the keys that sign them."""
    tokens = Blueprint("tokens", __name__, description="令牌: tokens, and the keys by which anyone can check them")

    @tokens.route("/v1/tokens", methods=["POST"])
    @tokens.response(200, TokenSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
    @tokens.alt_response(401, "UNAUTHORIZED")
    @tokens.alt_response(422, "UNPROCESSABLE_ENTITY")
    @tokens.alt_response(429, "TOO_MANY_REQUESTS")
    @tokens.doc(
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
        signed = ring().issue(keys.principal(key), now_ms())
        answer = {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME_S}
        return answer, {"Cache-Control": "no-store"}

    @tokens.route("/.well-known/jwks.json", methods=["GET"])
    @tokens.response(200, KeySetSchema, description="A JSON Web Key Set (RFC 7517)")
    @tokens.doc(security=[], operationId="get_jwks", summary="The public keys by which tokens are checked")
    def jwks() -> dict[str, Any]:
        return {"keys": [key.jwk for key in ring().published(now_ms())]}

    return tokens
