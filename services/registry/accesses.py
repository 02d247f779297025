"""Reads of dwelling-level rows: who was told which rows, and why; kept for ever, never changed (访问留痕)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from services.registry.collection import Collection, Entity
from services.registry.entities import COLLECTIONS
from shared.contracts.registry import Change
from shared.contracts.telemetry import SLUG_PATTERN

_OF_DWELLINGS = {collection.entity: collection for collection in COLLECTIONS if collection.of_dwellings}


class Asking(NamedTuple):
    """Who asks, in which role, by which operation and address (without the purpose), and why."""

    actor: str
    role: str
    operation: str
    address: str
    purpose: str


class Told(NamedTuple):
    """What was told: how many rows, the first and the last by id, and of which pilots or venues.

    ``sites`` also names the one that was asked about, though nothing was there.
    """

    rows: int
    first: str | None = None
    last: str | None = None
    sites: tuple[str, ...] = ()


class Noted(NamedTuple):
    """One read, as the access log keeps it."""

    sequence: int
    time: str
    asking: Asking
    told: Told


class AccessesAsked(NamedTuple):
    """A page of the access log after a sequence; ``since`` and ``before`` are moments (RFC 3339, UTC), half-open."""

    after: int
    limit: int
    actor: str | None = None
    since: str | None = None
    before: str | None = None
    site: str | None = None


def told(collection: Collection, rows: Iterable[tuple[str, Entity]], about: str | None = None) -> Told:
    """What telling these rows comes to; ``about`` is the site that was asked about, if it can be one."""
    ids, sites = [], set()
    for key, row in rows:
        ids.append(key)
        if collection.site is not None and (site := collection.site(row)) is not None:
            sites.add(site)
    if about and re.match(SLUG_PATTERN, about):
        sites.add(about)
    return Told(len(ids), ids[0] if ids else None, ids[-1] if ids else None, tuple(sorted(sites)))


def site_of(collection: Collection, key: str) -> str | None:
    """The site that an id begins with, though nothing has that id."""
    return key.partition("/")[0] if collection.key[0] in ("pilot", "venue", "place") else None


def told_of_places(ids: Sequence[str]) -> Told:
    """What telling these ids of slots or installations comes to."""
    return Told(len(ids), ids[0], ids[-1], tuple(sorted({key.partition("/")[0] for key in ids}))) if ids else Told(0)


def told_of_file(collection: Collection, rows: int, read: Sequence[tuple[str, Mapping[str, Any]]]) -> Told:
    """What a file of so many rows can be told; ``read`` are the ids and fields of those that passed their schema."""
    nothing = dict.fromkeys(collection.kind.__struct_fields__)
    sites = (
        {collection.site(SimpleNamespace(**{**nothing, **fields})) for _, fields in read} if collection.site else set()
    )
    first, last = (read[0][0], read[-1][0]) if read else (None, None)
    return Told(rows, first, last, tuple(sorted(site for site in sites if site)))


def told_of_log(changes: Sequence[Change]) -> Told:
    """What telling these rows of the change log comes to; ids are sequences, sites those of dwelling-level rows."""
    sites = set()
    for change in changes:
        collection = _OF_DWELLINGS.get(change.entity)  # type: ignore[call-overload]  # it may be one we do not know
        if collection is not None and collection.site is not None:
            site = collection.site(SimpleNamespace(**(change.after or change.before or {})))
            sites |= {site} if site else set()
    if not changes:
        return Told(0)
    return Told(len(changes), str(changes[0].sequence), str(changes[-1].sequence), tuple(sorted(sites)))
