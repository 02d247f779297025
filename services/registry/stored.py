"""What is stored and asked for: entities as they stand, are to stand and stood; requests, sites, secrets."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.registry.collection import Entity
from shared.contracts.registry import EntityName


class Stored(NamedTuple):
    """An entity as it stands, and how many changes made it."""

    row: Entity
    version: int


class Version(NamedTuple):
    """An entity as a change left it, whose change that was, and how many changes there had been by then."""

    actor: str
    row: Entity
    version: int


class SignIn(NamedTuple):
    """What opens a person's account: the hash of a password, or that of a code and when it ends (epoch ms)."""

    password_hash: str | None = None
    code_sha256: str | None = None
    code_until_ms: int | None = None


class Once(NamedTuple):
    """A caller's own name of a request, and the SHA-256 (hex) of the request."""

    key: str
    request_sha256: str


class Site(NamedTuple):
    """A pilot or a venue: slugs are unique over both."""

    entity: EntityName
    district: str


class Asked(NamedTuple):
    """A page: up to ``limit`` entities behind the id ``after`` that ``filters`` let through.

    ``before`` (RFC 3339, UTC) asks how they stood after the changes before that moment.
    """

    filters: Mapping[str, Any] = {}
    after: str = ""
    limit: int = 10_000
    before: str | None = None


class New(NamedTuple):
    """An entity to be registered, and the district it belongs to, if to one."""

    id: str
    row: Entity
    district: str | None


class KeptText(NamedTuple):
    """The text of a confidential entry, and 32 random bytes (hex) without which its hash tells nobody the text."""

    salt: str
    text: str


class Amended(NamedTuple):
    """An entity as it stands, and what is to stand in its place."""

    id: str
    before: Stored
    after: Entity
