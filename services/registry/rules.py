"""The rules between rows: what they refer to exists, a slug is one site, a device is in one place at a time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from services.registry.collection import Collection, Entity, Reference, id_of, joined, vendor_of
from services.registry.entities import BY_ENTITY
from services.registry.placements import clashes
from services.registry.refusal import Fault, fault, pointer
from services.registry.store import Store
from shared.contracts.registry import Binding, EntityName, Feed, Organisation
from shared.contracts.registry_evidence import Outage


class Row(NamedTuple):
    """A row that passed its schema. ``path`` is its place in the body: its index, or nothing for a single object."""

    path: tuple[int, ...]
    id: str
    row: Entity


def faults_between(store: Store, collection: Collection, rows: Sequence[Row]) -> Iterator[Fault]:
    """The faults of rows about to be registered or amended, against each other and what is registered."""
    yield from _missing(store, collection, rows)
    if collection.entity in _RULES:
        yield from _RULES[collection.entity](store, rows)


def _missing(store: Store, collection: Collection, rows: Sequence[Row]) -> Iterator[Fault]:
    """What rows refer to and is not registered."""
    for reference in collection.references:
        wanted = {row.path: joined(row.row, reference.fields) for row in rows if _is_set(row.row, reference)}
        known = store.known(reference.entity, set(wanted.values()))
        for path, key in wanted.items():
            if key not in known:
                yield _unknown(pointer(*path, reference.fields[-1]), reference.entity, key)


def _is_set(row: Entity, reference: Reference) -> bool:
    return all(getattr(row, field) is not None for field in reference.fields)


def _unknown(place: str, entity: str, key: str) -> Fault:
    return fault(place, "unknown_reference", "detail.unknown_reference", entity=entity, id=key)


def _site_is_free(own: EntityName, store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A pilot and a venue cannot have the same slug: it is the site of topics and tags."""
    taken = store.sites({row.id for row in rows})
    for row in rows:
        if row.id in taken and taken[row.id].entity != own:
            place = pointer(*row.path, "slug")
            yield fault(place, "already_exists", "detail.already_exists", entity=taken[row.id].entity, id=row.id)


def _uscc_is_free(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A code stands for one organisation; else what one body does would be counted as two's."""
    organisations = [(row.path, row.row) for row in rows if isinstance(row.row, Organisation)]
    owner = store.organisations_of({organisation.uscc for _, organisation in organisations})
    for path, organisation in organisations:
        slug = owner.setdefault(organisation.uscc, organisation.slug)
        if slug != organisation.slug:
            place = pointer(*path, "uscc")
            yield fault(place, "conflicting", "rule.uscc_taken", uscc=organisation.uscc, organisation=slug)


def _is_vendor(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """Devices and feeds belong to organisations with the role VENDOR."""
    vendors = {key: stored.row for key, stored in store.known("organisation", {_vendor(row) for row in rows}).items()}
    for row in rows:
        vendor = vendors.get(_vendor(row))
        if isinstance(vendor, Organisation) and "VENDOR" not in vendor.roles:
            yield fault(pointer(*row.path, "vendor"), "conflicting", "rule.not_a_vendor", organisation=vendor.slug)


def _vendor(row: Row) -> str:
    return vendor_of(row.row) or ""


def _feed(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A feed's vendor is one, and its sites exist."""
    yield from _is_vendor(store, rows)
    feeds = [(row.path, row.row) for row in rows if isinstance(row.row, Feed)]
    known = store.sites({slug for _, feed in feeds for slug in feed.sites})
    for path, feed in feeds:
        for position, slug in enumerate(feed.sites):
            if slug not in known:
                yield _unknown(pointer(*path, "sites", position), "site", slug)


def _one_place_at_a_time(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    bindings = [(row.path, row.row) for row in rows if isinstance(row.row, Binding)]
    own = {row.id for row in rows}  # one that is being amended is not in its own way
    beside = store.bindings_beside(binding for _, binding in bindings)
    registered = [binding for binding in beside if id_of(BY_ENTITY["binding"], binding) not in own]
    for clash in clashes([(position, binding) for position, (_, binding) in enumerate(bindings)], registered):
        path = bindings[clash.position][0]
        yield fault(
            pointer(*path, "valid_from" if path else "valid_to"),  # a single binding is one whose end is amended
            "conflicting",
            "rule.binding_overlaps",
            held=clash.held,
            device=f"{clash.other.vendor}/{clash.other.device}",
            valid_from=clash.other.valid_from,
            valid_to=clash.other.valid_to or "…",
        )


def _one_tenancy_at_a_time(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    return _apart(store, "tenancy", ("pilot", "dwelling_ref"), rows)


def _one_feed_at_a_time(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    return _apart(store, "feed_binding", ("vendor", "device"), rows)


def _apart(store: Store, entity: EntityName, fields: tuple[str, ...], rows: Sequence[Row]) -> Iterator[Fault]:
    """Of entities that share some fields no two are valid on one day."""
    own = {row.id for row in rows}
    registered = [
        other
        for other in store.beside(entity, fields, {tuple(getattr(row.row, name) for name in fields) for row in rows})
        if id_of(BY_ENTITY[entity], other) not in own
    ]
    earlier: list[Entity] = []
    for row in rows:
        for other in (*registered, *earlier):
            if joined(other, fields) == joined(row.row, fields) and _valid_together(other, row.row):
                place = pointer(*row.path, "valid_from" if row.path else "valid_to")
                told = {"held": joined(other, fields), "other": id_of(BY_ENTITY[entity], other)}
                yield fault(place, "conflicting", "rule.overlaps", **told)
        earlier.append(row.row)


def _valid_together(one: Entity, other: Entity) -> bool:
    first, second = ((row.valid_from, row.valid_to or date.max) for row in (one, other))  # type: ignore[attr-defined]
    return bool(first[0] < second[1] and second[0] < first[1])


def _evidence_comes_later(_: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """An outage is drafted without evidence: that is added by a PATCH, which notes by whom."""
    for row in rows:
        if isinstance(row.row, Outage) and row.row.evidence_title is not None and row.row.evidenced_by is None:
            yield fault(pointer(*row.path, "evidence_title"), "invalid_request", "rule.evidence_later")


_RULES: dict[EntityName, Callable[[Store, Sequence[Row]], Iterator[Fault]]] = {
    "organisation": _uscc_is_free,
    "pilot": partial(_site_is_free, "pilot"),
    "venue": partial(_site_is_free, "venue"),
    "device": _is_vendor,
    "binding": _one_place_at_a_time,
    "feed": _feed,
    "tenancy": _one_tenancy_at_a_time,
    "feed_binding": _one_feed_at_a_time,
    "outage": _evidence_comes_later,
}
