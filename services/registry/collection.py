"""What a collection is: one kind of entity, its address, its identity, who may write it, and what it refers to."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import marshmallow as ma
import msgspec

from shared.contracts.registry import EntityName

Entity = msgspec.Struct


class Reference(NamedTuple):
    """An entity that must exist: its id is made of ``fields``, the last of which is where an error points."""

    entity: EntityName
    fields: tuple[str, ...]


class Access(NamedTuple):
    """The roles that may write and read at all; how far each reaches is :mod:`services.registry.scope`'s to say.

    ``amenders`` may change what is there: the writers, where it is not said.
    """

    writers: tuple[str, ...]
    readers: tuple[str, ...]
    amenders: tuple[str, ...] = ()


class Collection(NamedTuple):
    """One kind of entity and its address.

    ``given`` says which fields the registry fills in for a caller's key; ``same`` names the fields that decide whether
    a row registered again says the same (all, where it is not said); ``of_feed``: it is whose the feed is;
    ``settled_by``: by whose approval it is approved too; ``fills``: the fields that are left open for later.
    """

    entity: EntityName
    path: str
    kind: type[Entity]
    schema: type[ma.Schema]
    key: tuple[str, ...]
    access: Access
    references: tuple[Reference, ...] = ()
    filters: tuple[str, ...] = ()
    amendable: tuple[str, ...] = ()
    given: Callable[[str], Mapping[str, Any]] = lambda _caller: {}
    same: tuple[str, ...] = ()
    of_feed: bool = False
    settled_by: Reference | None = None
    fills: tuple[str, ...] = ()
    site: Callable[[Any], str] | None = None  # the slug of the pilot or venue it belongs to, by which it has a district


class Row(NamedTuple):
    """A row that passed its schema. ``path`` is its place in the body: its index, or nothing for a single object."""

    path: tuple[int, ...]
    id: str
    row: Entity


def id_of(collection: Collection, row: Entity) -> str:
    """The id of an entity: its key fields, joined by slashes."""
    return joined(row, collection.key)


def joined(row: Entity, fields: tuple[str, ...]) -> str:
    """Some fields of an entity, joined by slashes."""
    return "/".join(str(getattr(row, field)) for field in fields)


def vendor_of(row: Entity) -> str | None:
    """The vendor an entity belongs to, if to one."""
    return getattr(row, "vendor", None)
