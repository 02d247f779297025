"""Who calls: short-lived JWTs (EdDSA), checked locally against the registry's published keys (JWKS)."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, NamedTuple, Protocol, TypeVar, cast

import jwt
from flask import current_app, g, request

from shared.failures import Rejected, Unavailable

ISSUER = "pilotlight"
ALGORITHM = "EdDSA"
LEEWAY_S = 30  # clocks of our machines may differ that much
_EXTENSION = "pilotlight.keys"
View = TypeVar("View", bound=Callable[..., Any])


class Principal(NamedTuple):
    """Who calls, in which role, and over which districts or vendors that role reaches."""

    key: str
    name: str
    role: str
    districts: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()


class PublicKeys(Protocol):
    """Where the public key for a token is found."""

    def get(self, token: str) -> Any:
        """The key that signed the token.

        :raises Rejected: ``bad_token`` if no published key has its id
        :raises Unavailable: if the keys cannot be fetched
        """


class PublishedKeys:
    """The registry's JWKS, fetched when a key id is new, once a second at most, and kept for an hour."""

    def __init__(self, registry_url: str) -> None:
        url = f"{registry_url}/.well-known/jwks.json"
        self._client = jwt.PyJWKClient(url, lifespan=3600, timeout=5, cooldown_duration=1)

    def get(self, token: str) -> Any:
        """See :class:`PublicKeys`."""
        try:
            return self._client.get_signing_key_from_jwt(token).key
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable("registry", str(error)) from error
        except jwt.PyJWTError as error:
            raise Rejected("bad_token") from error


def install(app: Any, keys: PublicKeys) -> None:
    """Let :func:`requires` check tokens of this application against ``keys``."""
    app.extensions[_EXTENSION] = keys


def requires(*roles: str) -> Callable[[View], View]:
    """Let a view be called only with a valid token of one of ``roles``; without roles, of any role.

    Stands right below the route, above the arguments: who may not call is not told what is wrong with his request.
    The caller is then :func:`caller`. Answers 401 or 403 as a problem. The roles are documented in the OpenAPI.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.caller = _principal()
            if roles and g.caller.role not in roles:
                raise Rejected("forbidden")
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]  # read by the role × endpoint test
        return cast(View, guarded)

    return decorate


def caller() -> Principal:
    """The caller of the current request; only inside a view guarded by :func:`requires`."""
    return cast(Principal, g.caller)


def _principal() -> Principal:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Rejected("no_token")
    keys: PublicKeys = current_app.extensions[_EXTENSION]
    try:
        claims = jwt.decode(
            token,
            keys.get(token),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "sub", "name", "role"]},
        )
    except jwt.PyJWTError as error:
        raise Rejected("bad_token") from error
    return Principal(
        claims["sub"],
        claims["name"],
        claims["role"],
        _words(claims.get("districts")),
        _words(claims.get("vendors")),
    )


def _words(value: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(value or ())
