"""Sign in at the city's identity provider: there by a redirect, and back with a code that becomes a token of ours.

What was asked is kept by the browser alone, in a cookie that is signed, short-lived, and goes with the first answer.
"""

import hmac
import secrets
from typing import Any, NamedTuple

import marshmallow as ma
from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.registry import people, signing_in
from services.registry.api.tokens import NOT_STORED, Tokens, TokenSchema, counting_refusals
from services.registry.signing_in import Asked, IdentityProvider
from services.registry.store import Database
from shared.failures import Rejected

COOKIE = "pilotlight_oidc"
LASTS_S = 600
PATH = "/v1/oidc"


class CityProvider(NamedTuple):
    """The city's identity provider; ``cookie_key`` signs what was asked, ``https``: browsers come by it."""

    identities: IdentityProvider
    cookie_key: bytes
    https: bool


class AnswerSchema(ma.Schema):
    """What the provider sends the browser back with."""

    class Meta:
        """Providers add words of their own."""

        unknown = ma.EXCLUDE

    code = ma.fields.String(load_default="")
    state = ma.fields.String(load_default="")
    error = ma.fields.String(load_default="")


def blueprint(database: Database, tokens: Tokens, city: CityProvider | None) -> Blueprint:
    """Signing in at the city's identity provider; without one there is nothing here."""
    made = Blueprint("oidc", __name__, url_prefix=PATH, description="统一身份认证: the city's identity provider")

    @made.route("/login", methods=["GET"])
    @made.response(302, headers={"Location": {"schema": {"type": "string"}}}, description="To the provider")
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(503, "SERVICE_UNAVAILABLE")
    @made.doc(security=[], operationId="oidc_login", summary="Go to the city's identity provider, for a browser")
    def login() -> ResponseReturnValue:
        provider = _there_is(city)
        asked = Asked(*(secrets.token_urlsafe(32) for _ in Asked._fields))
        answer = redirect(provider.identities.address(asked))
        answer.set_cookie(
            COOKIE,
            _signer(provider).dumps(asked),
            max_age=LASTS_S,
            path=PATH,
            secure=provider.https,
            httponly=True,
            samesite="Lax",  # the provider's redirect is from another site
        )
        return answer

    @made.route("/callback", methods=["GET"])
    @made.arguments(AnswerSchema, location="query")
    @made.response(200, TokenSchema, headers=NOT_STORED)
    @made.alt_response(401, "UNAUTHORIZED")
    @made.alt_response(403, "FORBIDDEN")
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(503, "SERVICE_UNAVAILABLE")
    @made.doc(security=[], operationId="oidc_callback", summary="A token for whoever comes back from the provider")
    def callback(answered: dict[str, str]) -> Any:
        provider = _there_is(city)
        with counting_refusals():
            asked = _asked(provider, answered)
            subject = provider.identities.subject(asked, answered["code"])
            body, headers = tokens.for_whom(people.principal(signing_in.by_subject(database, subject)))
        answer = make_response(body, headers)
        answer.delete_cookie(COOKIE, path=PATH, secure=provider.https, httponly=True, samesite="Lax")
        return answer

    return made


def _there_is(city: CityProvider | None) -> CityProvider:
    if city is None:
        raise Rejected("not_found", what="OIDC")
    return city


def _asked(provider: CityProvider, answered: dict[str, str]) -> Asked:
    """What this browser had asked, if this is the answer to it.

    :raises Rejected: ``not_signed_in``
    """
    try:
        asked = Asked(*_signer(provider).loads(request.cookies.get(COOKIE, ""), max_age=LASTS_S))
    except BadSignature as error:  # also too old, or none
        raise Rejected("not_signed_in", why="cookie") from error
    if not hmac.compare_digest(asked.state.encode(), answered["state"].encode()):
        raise Rejected("not_signed_in", why="state")
    if not answered["code"]:
        raise Rejected("not_signed_in", why=answered["error"][:100] or "code")
    return asked


def _signer(provider: CityProvider) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(provider.cookie_key, salt=COOKIE)
