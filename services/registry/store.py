"""What the use cases and the API need of the database: to read, and to write under the registry's one lock."""

from collections.abc import Collection as Many, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NamedTuple, Protocol

from services.registry.chain import Head
from services.registry.collection import Entity
from services.registry.scope import Reach
from shared.contracts.registry import Amendment, Change, EntityName, Key


class Stored(NamedTuple):
    """An entity as it stands, and how many changes made it."""

    row: Entity
    version: int


class Version(NamedTuple):
    """An entity as a change left it, and whose change that was."""

    actor: str
    row: Entity


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


class Store(Protocol):
    """The registry, while it is written to; all is committed at the end of the block, or nothing."""

    @property
    def today(self) -> date:
        """The civil day of what is written."""

    def known(self, entity: EntityName, ids: Many[str]) -> dict[str, Stored]:
        """Those of ``ids`` that exist."""

    def sites(self, slugs: Many[str]) -> dict[str, Site]:
        """Those of ``slugs`` that are a pilot or a venue."""

    def organisations_of(self, usccs: Many[str]) -> dict[str, str]:
        """The slugs of the organisations that have these codes, by code."""

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """Every entity of which these fields have one of these values."""

    def history(self, entity: EntityName, key: str) -> list[Version]:
        """Every change of an entity from the first on, as the log tells."""

    def done_before(self, once: Once | None) -> bool:
        """Whether the request was done before under its name; it is remembered with what this transaction does.

        :raises Rejected: ``idempotency_key_reused`` if another request was done under that name
        """

    def active_administrators(self) -> int:
        """How many administrators' keys are in use."""

    def add(self, entity: EntityName, rows: Sequence[New]) -> None:
        """Register entities whose ids are new; each is one row in the log."""

    def replace(self, entity: EntityName, key: str, before: Stored, after: Entity) -> Stored:
        """Put ``after`` in the place of ``before``; one row in the log."""

    def keep_secret(self, key: str, sha256: str) -> None:
        """Keep the hash of a new key's secret; never in the log."""


class Reading(Protocol):
    """The registry, while it is read."""

    def page(self, entity: EntityName, reach: Reach, asked: Asked) -> list[tuple[str, Entity]]:
        """Entities in reach, as (id, entity) in the order of ids."""

    def one(self, entity: EntityName, key: str, reach: Reach, before: str | None = None) -> Stored | None:
        """An entity by its id, if there is one in reach: as it stands, or stood ``before`` a moment."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """A page of the change log."""

    def history(self, entity: EntityName, key: str) -> list[Change]:
        """Every change of an entity from the first on."""

    def amendments_of(self, entity: EntityName, key: str) -> list[Amendment]:
        """Every amendment of an entity, decided or not."""

    def head(self) -> Head:
        """The change log's last row."""

    def keys(self) -> list[Key]:
        """Every key, in use or not, in the order of their ids."""

    def key_and_secret(self, key: str) -> tuple[Key, str] | None:
        """A key and the SHA-256 (hex) of its secret."""


class Database(Protocol):
    """Where transactions come from."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Read, in one transaction.

        :raises Rejected: ``invalid_request`` if the database cannot compare with what was asked
        :raises Unavailable: if the database does not answer
        """

    def writing(self, actor: str) -> AbstractContextManager[Store]:
        """Write, in one transaction that excludes every other writer: committed at the end, or undone if it raises.

        ``actor`` is written to the log with every change.

        :raises Unavailable: if the database does not answer, or another writer holds it for too long
        """
