"""What a change must name of the thing it changes: its version (RFC 9110, ETag and If-Match; RFC 6585, 428)."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry.amending import IsMeant
from services.registry.api.headers import View, takes_header
from services.registry.store import Stored
from shared.failures import Rejected

TELLS_ETAG = {"ETag": {"description": "Its version", "schema": {"type": "string"}}}
_TOLD = "The ETag of what is changed, as it was read; or *, whatever it is by now"


def etag(stored: Stored) -> dict[str, str]:
    """The header that tells the version of an entity."""
    return {"ETag": f'"{stored.version}"'}


def conditional(blueprint: Blueprint) -> Callable[[View], View]:
    """Let a view be called only with If-Match; it gets, first, what says whether a version is the one meant.

    :raises Rejected: ``precondition_required`` without the header
    """
    field = _Version(required=True, metadata={"description": _TOLD})

    def decorate(view: View) -> View:
        guard = takes_header(blueprint, "If-Match", field, _meant)(view)
        guard = blueprint.alt_response(412, "PRECONDITION_FAILED")(guard)
        documented: View = blueprint.alt_response(428, "PRECONDITION_REQUIRED")(guard)
        return documented

    return decorate


class _Version(ma.fields.String):
    """A header without which a change is refused, by a status of its own."""

    def _validate_missing(self, value: Any) -> None:
        if value is ma.missing:
            raise Rejected("precondition_required")


def _meant(_header: str | None) -> IsMeant:
    versions = request.if_match  # with a star, any
    return lambda version: versions.contains(str(version))
