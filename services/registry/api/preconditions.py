"""What a change must name of the thing it changes: its version (RFC 9110, ETag and If-Match; RFC 6585, 428)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry.store import Stored
from shared.failures import Rejected

View = TypeVar("View", bound=Callable[..., Any])
TELLS_ETAG = {"ETag": {"description": "Its version", "schema": {"type": "string"}}}


class IfMatch(ma.Schema):
    """The version that is to be changed."""

    class Meta:
        """A request has other headers."""

        unknown = ma.EXCLUDE

    if_match = ma.fields.String(
        data_key="If-Match",
        load_default=None,
        metadata={"description": "The ETag of what is changed, as it was read; or *, whatever it is by now. Required"},
    )


def etag(stored: Stored) -> dict[str, str]:
    """The header that tells the version of an entity."""
    return {"ETag": f'"{stored.version}"'}


def conditional(blueprint: Blueprint) -> Callable[[View], View]:
    """Let a view be called only with If-Match; it gets, first, what says whether a version is the one meant.

    :raises Rejected: ``precondition_required`` without the header
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def conditioned(_headers: Any, *args: Any, **kwargs: Any) -> Any:
            if "If-Match" not in request.headers:
                raise Rejected("precondition_required")
            meant = request.if_match  # with a star, any
            return view(lambda version: meant.contains(str(version)), *args, **kwargs)

        guard: Any = blueprint.arguments(IfMatch, location="headers")(conditioned)
        guard = blueprint.alt_response(412, "PRECONDITION_FAILED")(guard)
        documented: View = blueprint.alt_response(428, "PRECONDITION_REQUIRED")(guard)
        return documented

    return decorate
