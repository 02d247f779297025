"""Tokens for keys and people, and the public keys by which anyone checks them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry import counters, fields, keys, people, signing_in
from services.registry.api import bodies
from services.registry.api.keys import CredentialsSchema
from services.registry.attempts import Attempts
from services.registry.passwords import MOST_BYTES, Passwords
from services.registry.store import Database
from services.registry.tokens import LIFETIME_S, KeyRing
from shared.contracts.civil_time import date_from_day, day_of
from shared.failures import Rejected
from shared.runtime.auth import Principal

_log = logging.getLogger(__name__)
NOT_STORED = {"Cache-Control": {"schema": {"type": "string"}}}


class PasswordCredentialsSchema(ma.Schema):
    """A person's login and password."""

    login = ma.fields.String(required=True, validate=fields.Length(1, 200))
    password = ma.fields.String(required=True, validate=fields.Length(1, MOST_BYTES))


class TokenSchema(ma.Schema):
    """A token, in the words of RFC 6749 section 5.1."""

    access_token = ma.fields.String(required=True)
    token_type = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True, metadata={"description": "Seconds"})


class KeySetSchema(ma.Schema):
    """A JSON Web Key Set: members by RFC 7517 and RFC 8037."""

    keys = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()), required=True)


class Tokens:
    """Issues tokens to whom it is told to; ``ring`` has the signing keys by now, ``now_ms`` is the clock."""

    def __init__(self, ring: Callable[[], KeyRing], now_ms: Callable[[], int]) -> None:
        self._ring, self._now_ms = ring, now_ms

    def for_whom(self, who: Principal) -> Any:
        """The answer with a fresh token, not to be stored on its way."""
        counters.TOKENS.labels("issued").inc()
        signed = self._ring().issue(who, self._now_ms())
        return {"access_token": signed, "token_type": "Bearer", "expires_in": LIFETIME_S}, {"Cache-Control": "no-store"}

    def published(self) -> list[dict[str, str]]:
        """The public keys by which tokens are checked now."""
        return [key.jwk for key in self._ring().published(self._now_ms())]


@contextmanager
def counting_refusals() -> Iterator[None]:
    """Count what is refused inside the block, by its reason."""
    try:
        yield
    except Rejected as error:
        counters.TOKENS.labels(error.reason).inc()
        raise


def blueprint(
    database: Database, tokens: Tokens, attempts: Attempts, passwords: Passwords, now_ms: Callable[[], int]
) -> Blueprint:
    """Tokens, and the keys that sign them."""
    made = Blueprint("tokens", __name__, description="令牌: tokens, and the keys by which anyone can check them")

    @made.route("/v1/tokens", methods=["POST"])
    @made.response(200, TokenSchema, headers=NOT_STORED)
    @made.alt_response(401, "UNAUTHORIZED")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.alt_response(429, "TOO_MANY_REQUESTS")
    @made.alt_response(503, "SERVICE_UNAVAILABLE")
    @made.doc(
        requestBody=bodies.documented({"oneOf": [CredentialsSchema(), PasswordCredentialsSchema()]}),
        security=[],
        operationId="get_token",
        summary="A token for a key and its secret, or for a person's login and password",
    )
    def token() -> Any:
        by_password = "login" in bodies.json_object()
        with counting_refusals():
            return tokens.for_whom(_person() if by_password else _key())

    def _person() -> Principal:
        given = bodies.load(PasswordCredentialsSchema())
        with attempts.guessable(given["login"], request.remote_addr or ""):
            return people.principal(signing_in.by_password(database, passwords, **given))

    def _key() -> Principal:
        given = bodies.load(CredentialsSchema())
        today = date_from_day(day_of(now_ms()))
        with attempts.counted(given["key"], request.remote_addr or ""), database.reading() as reading:
            key = keys.owner(reading, **given, today=today)
        if keys.expires_soon(key, today):  # a machine has nobody who looks at its key
            _log.warning("a key expires soon", extra={"key": key.key, "expires_on": str(key.expires_on)})
        return keys.principal(key)

    @made.route("/.well-known/jwks.json", methods=["GET"])
    @made.response(200, KeySetSchema, description="A JSON Web Key Set (RFC 7517)")
    @made.doc(security=[], operationId="get_jwks", summary="The public keys by which tokens are checked")
    def jwks() -> dict[str, Any]:
        return {"keys": tokens.published()}

    return made
