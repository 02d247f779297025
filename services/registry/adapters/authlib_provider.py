"""A city's identity provider, through Authlib: OpenID Connect Core 1.0 section 3.1, with PKCE (RFC 7636)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from services.registry.signing_in import Asked
from shared.failures import Rejected, Unavailable

_DISCOVERY = "/.well-known/openid-configuration"
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
_TIMEOUT_S = 5
_LEEWAY_S = 30
_KEPT_S = 300  # anybody may ask where to sign in, and must not make us ask the provider each time
_AT_ONCE = 2  # requests to the provider, each of which holds a thread of ours
_TURN_S = 2.0


class AuthlibProvider:
    """See :class:`services.registry.signing_in.IdentityProvider`.

    Nothing is asked before somebody signs in. The provider's addresses are kept for five minutes; its keys are not:
    only who has a code of its own makes us ask for them, and they may change. ``monotonic_s`` is the clock.
    """

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, redirect_uri: str, monotonic_s: Callable[[], float]
    ) -> None:
        self._issuer, self._client_id, self._now = issuer, client_id, monotonic_s
        self._kept: tuple[float, Any] | None = None  # until when, and what was told
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._client = {
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "code_challenge_method": "S256",
        }

    def address(self, asked: Asked) -> str:
        """See IdentityProvider."""
        with _answering(), OAuth2Session(**self._client) as session:
            url = self._told(session)["authorization_endpoint"]
            address, _ = session.create_authorization_url(
                url, state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
            )
        return str(address)

    def subject(self, asked: Asked, code: str) -> str:
        """See IdentityProvider."""
        with _answering(), OAuth2Session(**self._client) as session:
            told = self._told(session)
            with self._turn():
                token = session.fetch_token(
                    told["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=asked.verifier,
                    timeout=_TIMEOUT_S,
                )
            claims = self._claims(token, self._json(session, told["jwks_uri"]), asked.nonce)
        return str(claims["sub"])

    def _told(self, session: OAuth2Session) -> Any:
        if self._kept and self._now() < self._kept[0]:
            return self._kept[1]
        told = self._json(session, self._issuer.rstrip("/") + _DISCOVERY)
        if told["issuer"] != self._issuer:
            raise ValueError(f"the provider calls itself {told['issuer']}")
        self._kept = self._now() + _KEPT_S, told
        return told

    def _json(self, session: OAuth2Session, url: str) -> Any:
        with self._turn():
            answer = session.request("GET", url, withhold_token=True, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_TURN_S):
            raise Unavailable("oidc", "too many at once")
        try:
            yield
        finally:
            self._turns.release()

    def _claims(self, token: Any, jwks: Any, nonce: str) -> CodeIDToken:
        """The claims of an ID token; Authlib checks its signature, issuer, audience, times, nonce and access token."""
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(str(token.get("id_token")), KeySet.import_key_set(jwks), registry=registry)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {"iss": {"essential": True, "value": self._issuer}, "aud": {"essential": True, "value": self._client_id}},
            {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=_LEEWAY_S)
        return claims


@contextmanager
def _answering() -> Iterator[None]:
    """Raise Rejected for what the caller must mend, and Unavailable for what the provider must."""
    try:
        yield
    except JoseError as error:
        raise Rejected("not_signed_in", why=f"ID token: {error}") from error
    except OAuthError as error:
        if error.error == "invalid_grant":  # the code was used before, is too old, or was given for another verifier
            raise Rejected("not_signed_in", why=str(error)) from error
        raise Unavailable("oidc", str(error)) from error
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:  # away, or it says what it should not
        raise Unavailable("oidc", repr(error)) from error
