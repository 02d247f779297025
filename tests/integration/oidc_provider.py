"""A city's identity provider on loopback: Authlib's own server side behind HTTP, whose ID tokens a test can spoil.

Who comes to its authorization endpoint is signed in at once, as the subject the test says. PKCE is required.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, request
from joserfc.jwk import ECKey

CLIENT_ID, CLIENT_SECRET = "registry", "a secret of the registry"


class Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """The registry, as the provider knows it."""

    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """What a code was given for."""

    def __init__(self, user: str, payload: Any) -> None:
        self.user, self.redirect_uri, self.scope = user, payload.redirect_uri, payload.scope
        self.nonce = payload.data["nonce"]
        self.code_challenge, self.code_challenge_method = (
            payload.data.get(name) for name in ("code_challenge", "code_challenge_method")
        )

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str:
        return str(self.nonce)

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class OidcProvider:
    """The provider: ``subject`` is who signs in next, ``spoilt`` what its ID tokens say instead of what is right."""

    def __init__(self) -> None:
        self.subject = "sub-1"
        self.spoilt: dict[str, Any] = {}
        self.redirect_uri = ""
        self.issuer = ""
        self.codes: dict[str, Code] = {}
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "key-1"}, auto_kid=False)
        self.published = self.key
        self.requests: list[str] = []
        self.answers = threading.Event()  # while it is not set, nothing is answered
        self.answers.set()
        self.app = _application(self)


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes, kept by the provider until they are used."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        if not request.payload.data.get("code_challenge"):
            raise InvalidRequestError("code_challenge is missing")
        self.server.provider.codes[code] = Code(request.user, request.payload)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.provider.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        codes = self.server.provider.codes
        for code in [code for code, given in codes.items() if given is authorization_code]:
            del codes[code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class IdTokens(OpenIDCode):  # type: ignore[misc]
    """ID tokens, as the provider would have them, or spoilt."""

    def __init__(self, provider: OidcProvider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return any(code.nonce == nonce for code in self._provider.codes.values())

    def resolve_client_private_key(self, client: Client) -> Any:
        return self._provider.key

    def get_client_algorithm(self, client: Client) -> str:
        return "ES256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "ES256", "kid": "key-1"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._provider.issuer, "aud": [CLIENT_ID]}

    def generate_user_info(self, user: str, scope: str) -> Any:
        return UserInfo(sub=user, **self._provider.spoilt)  # these claims win


def _application(provider: OidcProvider) -> Flask:
    app = Flask("oidc_provider")
    server = AuthorizationServer(app, lambda _id: Client(provider.redirect_uri), lambda _token, _request: None)
    server.provider = provider
    server.register_grant(Grant, [IdTokens(provider), CodeChallenge(required=True)])

    @app.before_request
    def note() -> None:
        provider.requests.append(request.path)
        provider.answers.wait()

    @app.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {"issuer": provider.issuer, **{name: f"{provider.issuer}/{path}" for name, path in endpoints.items()}}

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=provider.subject)
        return server.create_authorization_response(request, grant_user=provider.subject, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/jwks")
    def jwks() -> dict[str, Any]:
        return {"keys": [provider.published.as_dict(private=False)]}

    return app


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def answering(provider: OidcProvider) -> Iterator[OidcProvider]:
    """The provider behind HTTP, at a free port."""
    with make_server("127.0.0.1", 0, provider.app, handler_class=_Quiet) as http:
        provider.issuer = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            http.shutdown()
