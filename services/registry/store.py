"""What the use cases and the API need of the database: to read, and to write under the registry's one lock."""

from collections.abc import Collection as Many, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from services.registry.accesses import AccessesAsked, Asking, Noted, Told
from services.registry.chain import Head
from services.registry.collection import Entity
from services.registry.scope import Reach
from services.registry.stored import (
    Amended as Amended,
    Asked as Asked,
    KeptText as KeptText,
    New as New,
    Once as Once,
    SignIn as SignIn,
    Site as Site,
    Stored as Stored,
    Version as Version,
)
from shared.brokers.dynamic_security import PasswordHash
from shared.contracts.registry import Amendment, Change, EntityName, Feed, Key
from shared.contracts.registry_people import Person


class Store(Protocol):
    """The registry, while it is written to; all is committed at the end of the block, or nothing."""

    @property
    def today(self) -> date:
        """The civil day of what is written."""

    def known(self, entity: EntityName, ids: Many[str]) -> dict[str, Stored]:
        """Those of ``ids`` that exist."""

    def sites(self, slugs: Many[str]) -> dict[str, Site]:
        """Those of ``slugs`` that are a pilot or a venue."""

    def former_sites(self, slugs: Many[str]) -> dict[str, Site]:
        """Those of ``slugs`` that were a pilot or a venue and have been removed."""

    def organisations_of(self, usccs: Many[str]) -> dict[str, str]:
        """The slugs of the organisations that have these codes, by code."""

    def feeds_of(self, sites: Many[str]) -> list[str]:
        """The ids of the feeds that serve one of these sites."""

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """Every entity of which these fields have one of these values."""

    def subjects_of(self, logins: Many[str]) -> set[str]:
        """Every subject at the city's identity provider that one of these accounts has or ever had."""

    def history(self, entity: EntityName, key: str) -> list[Version]:
        """Every change of an entity since it was last registered, as the log tells."""

    def done_before(self, once: Once | None) -> bool:
        """Whether the request was done before under its name; it is remembered with what this transaction does.

        :raises Rejected: ``idempotency_key_reused`` if another request was done under that name
        """

    def lasting_administrators(self) -> int:
        """How many can administer today and on any day to come: people that are ACTIVE, and keys without an end."""

    def add(self, entity: EntityName, rows: Sequence[New]) -> None:
        """Register entities whose ids are new; each is one row in the log."""

    def replace(self, entity: EntityName, key: str, before: Stored, after: Entity) -> Stored:
        """Put ``after`` in the place of ``before``; one row in the log."""

    def replace_all(self, entity: EntityName, rows: Sequence[Amended]) -> None:
        """Put many in place of what stands there, as :meth:`replace`, in few statements."""

    def remove(self, entity: EntityName, rows: Mapping[str, Stored]) -> None:
        """Take entities away, by id; each is one row in the log. What comes under such an id later goes on counting.

        Nothing may refer to them.
        """

    def logged(self, first: int, last: int) -> list[Change]:
        """The rows of the log from one sequence to another, both included."""

    def sequences(self, entity: EntityName, key: str) -> list[tuple[int, int]]:
        """Of every change of an entity its version, and its sequence in the log."""

    def head(self) -> Head:
        """The change log's last row."""

    def now(self) -> str:
        """The moment of this transaction's changes, as the log has it."""

    def keep_secret(self, key: str, sha256: str) -> None:
        """Keep the hash of a new key's secret; never in the log."""

    def keep_sign_in(self, login: str, sign_in: SignIn) -> None:
        """Let this open a person's account and nothing else; never in the log."""

    def sign_in(self, login: str) -> SignIn:
        """What opens a person's account."""

    def relying_on(self, sha256: str) -> list[tuple[EntityName, str]]:
        """Every entity but documents that names a document by its hash, and its id."""

    def keep_text(self, entry: str, kept: KeptText) -> None:
        """Keep the text of a confidential entry; never in the log, never changed."""

    def text_of(self, entry: str) -> KeptText | None:
        """The text of a confidential entry."""

    def keep_password(self, feed: str, password: PasswordHash) -> None:
        """Keep the hash of a feed's password in the place of an earlier one; never in the log."""

    def feeds_and_passwords(self) -> list[tuple[Feed, PasswordHash | None]]:
        """Every feed, in the order of ids, and its password's hash, if there has been one to keep."""


class Reading(Protocol):
    """The registry, while it is read."""

    def page(self, entity: EntityName, reach: Reach, asked: Asked) -> list[tuple[str, Stored]]:
        """Entities in reach with their versions, by id, in the order of ids."""

    def one(self, entity: EntityName, key: str, reach: Reach, before: str | None = None) -> Stored | None:
        """An entity by its id, if there is one in reach: as it stands, or stood ``before`` a moment."""

    def is_gone(self, entity: EntityName, key: str, reach: Reach) -> bool:
        """Whether an entity in reach has been removed."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """A page of the change log."""

    def history(self, entity: EntityName, key: str) -> list[Change]:
        """Every change of an entity from the first on."""

    def amendments_of(self, entity: EntityName, key: str) -> list[Amendment]:
        """Every amendment of an entity, decided or not."""

    def head(self) -> Head:
        """The change log's last row."""

    def accesses(self, asked: AccessesAsked) -> list[Noted]:
        """A page of the access log."""

    def keys(self) -> list[Key]:
        """Every key, in use or not, in the order of their ids."""

    def relying_on(self, sha256: str, reach: Reach) -> list[tuple[EntityName, str]]:
        """The entities in reach, documents left out, that name a document by its hash, and their ids."""

    def text_of(self, entry: str) -> KeptText | None:
        """The text of a confidential entry."""

    def key_and_secret(self, key: str) -> tuple[Key, str] | None:
        """A key and the SHA-256 (hex) of its secret."""

    def person_and_sign_in(self, login: str) -> tuple[Person, SignIn] | None:
        """A person's account and what opens it."""

    def beside(self, entity: EntityName, fields: tuple[str, ...], values: Many[tuple[Any, ...]]) -> list[Entity]:
        """Every entity of which these fields have one of these values."""

    def subjects_of(self, logins: Many[str]) -> set[str]:
        """Every subject at the city's identity provider that one of these accounts has or ever had."""


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

    def note(self, asking: Asking, told: Told) -> None:
        """Keep that rows were read, in a transaction of its own; committed when it returns.

        :raises Unavailable: if it could not be kept; then nothing may be told
        """


class Trying(Database, Protocol):
    """A database in which something can also be tried out."""

    def trying(self, actor: str) -> AbstractContextManager[Store]:
        """Write, as :meth:`writing`, but undo all of it at the end; the log, which costs the most, is not written."""
