"""A POST that may be sent again: the same Idempotency-Key is the same request, and is done once.

The header is that of the IETF's draft (httpapi-idempotency-key-header). What was registered is told as it stands; a
secret that was told is not told again.
"""

import hashlib
from collections.abc import Callable

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry.api.bodies import whole
from services.registry.api.headers import View, takes_header
from services.registry.fields import Matches
from services.registry.store import Once

_PATTERN = r"^[\x21-\x7e]{1,255}$(?!\n)"
_TOLD = "Any name of the caller's for this request, e.g. a UUID; remembered for 30 days"


def once(blueprint: Blueprint) -> Callable[[View], View]:
    """Let a view know, first, under which name its request was sent: a :class:`Once`, or None without the header."""
    field = ma.fields.String(validate=Matches(_PATTERN, "rule.idempotency_key"), metadata={"description": _TOLD})
    return takes_header(blueprint, "Idempotency-Key", field, lambda key: key and Once(key, _digest()))


def _digest() -> str:
    told = f"{request.method} {request.full_path}\n".encode() + whole()
    return hashlib.sha256(told).hexdigest()
