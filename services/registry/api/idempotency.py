"""A POST that may be sent again: the same Idempotency-Key is the same request, and is done once.

The header is that of the IETF's draft (httpapi-idempotency-key-header). What was registered is told as it stands; a
secret that was told is not told again.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry.fields import Matches
from services.registry.store import Once

View = TypeVar("View", bound=Callable[..., Any])
_PATTERN = r"^[\x21-\x7e]{1,255}$(?!\n)"


class IdempotencyKey(ma.Schema):
    """The caller's own name of a request."""

    class Meta:
        """A request has other headers."""

        unknown = ma.EXCLUDE

    idempotency_key = ma.fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=Matches(_PATTERN, "rule.idempotency_key"),
        metadata={"description": "Any name of the caller's for this request, e.g. a UUID; remembered for 30 days"},
    )


def once(blueprint: Blueprint) -> Callable[[View], View]:
    """Let a view know, first, under which name its request was sent: a :class:`Once`, or None without the header."""

    def decorate(view: View) -> View:
        @wraps(view)
        def named(headers: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            key = headers["idempotency_key"]
            said = None if key is None else Once(key, _digest())
            return view(said, *args, **kwargs)

        documented: View = blueprint.arguments(IdempotencyKey, location="headers")(named)
        return documented

    return decorate


def _digest() -> str:
    told = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return hashlib.sha256(told).hexdigest()
