"""Who may call an operation: checked before anything else is read, and written into the OpenAPI."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint

from shared.contracts.vocabulary import ROLES
from shared.runtime.auth import requires

SCHEME = "bearer"
View = TypeVar("View", bound=Callable[..., Any])


def guarded(blueprint: Blueprint, *roles: str) -> Callable[[View], View]:
    """Let a view be called by these roles only; by any role, if none is named."""

    def decorate(view: View) -> View:
        guard: Any = requires(*roles)(view)
        guard = blueprint.alt_response(401, "UNAUTHORIZED")(guard)
        guard = blueprint.alt_response(403, "FORBIDDEN")(guard)
        documented: View = blueprint.doc(security=[{SCHEME: []}], **{"x-roles": list(roles or ROLES)})(guard)
        return documented

    return decorate
