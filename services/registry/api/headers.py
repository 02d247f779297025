"""A header that an operation looks at: it stands in the OpenAPI, and the view is given what it says."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import marshmallow as ma
from flask_smorest import Blueprint

View = TypeVar("View", bound=Callable[..., Any])


def takes_header(
    blueprint: Blueprint, name: str, field: ma.fields.String, understand: Callable[[str | None], Any]
) -> Callable[[View], View]:
    """Give a view, first, what ``understand`` makes of a header; None is one that was not sent."""
    schema = ma.Schema.from_dict({name: field}, name=name.replace("-", ""))

    def decorate(view: View) -> View:
        @wraps(view)
        def told(headers: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            return view(understand(headers.get(name)), *args, **kwargs)

        documented: View = blueprint.arguments(schema(unknown=ma.EXCLUDE), location="headers")(told)
        return documented

    return decorate
