"""The rules between rows: what they refer to exists, a slug is one site, a device is in one place at a time."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from services.registry import devices, maintenance, rules_city, swaps
from services.registry.collection import Collection, Entity, Row as Row, id_of, joined, vendor_of
from services.registry.entities import BY_ENTITY
from services.registry.parts import ACTS_AS
from services.registry.placements import Dated, clashes
from services.registry.refusal import Fault, fault, pointer
from services.registry.store import Store
from shared.contracts.registry import EntityName, Feed, Organisation
from shared.contracts.registry_audit import AuditCase
from shared.contracts.registry_evidence import Outage
from shared.contracts.registry_people import Person


def faults_between(store: Store, collection: Collection, rows: Sequence[Row]) -> Iterator[Fault]:
    """The faults of rows about to be registered or amended, against each other and what is registered."""
    yield from _missing(store, collection, rows)
    if collection.entity in _RULES:
        yield from _RULES[collection.entity](store, rows)


def _missing(store: Store, collection: Collection, rows: Sequence[Row]) -> Iterator[Fault]:
    """What rows refer to and is not registered."""
    for reference in collection.references:
        wanted = {row.path: joined(row.row, reference.fields) for row in rows if _is_set(row.row, reference.fields)}
        known = store.known(reference.entity, set(wanted.values()))
        for path, key in wanted.items():
            if key not in known:
                yield _unknown(pointer(*path, reference.fields[-1]), reference.entity, key)


def _is_set(row: Entity, fields: tuple[str, ...]) -> bool:
    return all(getattr(row, field) is not None for field in fields)


def _unknown(place: str, entity: str, key: str) -> Fault:
    return fault(place, "unknown_reference", "detail.unknown_reference", entity=entity, id=key)


def _site_is_free(own: EntityName, store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A pilot and a venue cannot have the same slug: it is the site of topics and tags; its district is for life."""
    slugs = {row.id for row in rows}
    taken, were = store.sites(slugs), store.former_sites(slugs)
    for row in rows:
        place, found = pointer(*row.path, "slug"), taken.get(row.id) or were.get(row.id)
        if found and found.entity != own:
            yield fault(place, "already_exists", "detail.already_exists", entity=found.entity, id=row.id)
        elif row.id in were and were[row.id].district != getattr(row.row, "district", None):
            yield fault(place, "conflicting", "rule.former_site", district=were[row.id].district)


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


def _one_at_a_time(entity: EntityName, store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """Of what is in force on a day, no two hold the same device, place or dwelling."""
    collection = BY_ENTITY[entity]
    own = {row.id for row in rows}  # one that is being amended is not in its own way
    for fields in _HELD[entity]:
        new = [(row.path, row.row) for row in rows if isinstance(row.row, Dated) and _is_set(row.row, fields)]
        beside = store.beside(entity, fields, {tuple(getattr(row, name) for name in fields) for _, row in new})
        registered = [row for row in beside if isinstance(row, Dated) and id_of(collection, row) not in own]
        for clash in clashes(fields, [row for _, row in new], registered):
            path = new[clash.position][0]
            yield fault(
                pointer(*path, "valid_from" if path else "valid_to"),  # a single one is one whose end is amended
                "conflicting",
                "rule.overlaps",
                held=joined(clash.other, fields),
                other=id_of(collection, clash.other),
                valid_from=clash.other.valid_from,
                valid_to=clash.other.valid_to or "…",
            )


def _evidence_comes_later(_: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """An outage is drafted without evidence: that is added by a PATCH, which notes by whom."""
    for row in rows:
        if isinstance(row.row, Outage) and row.row.evidence_title is not None and row.row.evidenced_by is None:
            yield fault(pointer(*row.path, "evidence_title"), "invalid_request", "rule.evidence_later")


def _subject_is_free(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A subject at the city's identity provider has one account; a closed one's is free again."""
    people = [(row.path, row.row) for row in rows if isinstance(row.row, Person) and row.row.oidc_subject is not None]
    taken = store.beside("person", ("oidc_subject",), {(person.oidc_subject,) for _, person in people})
    owners = {row.oidc_subject: row.login for row in taken if isinstance(row, Person) and row.state != "CLOSED"}
    for path, person in people:
        owner = owners.setdefault(person.oidc_subject, person.login)
        if owner != person.login:
            yield fault(pointer(*path, "oidc_subject"), "conflicting", "rule.subject_taken", login=owner)


def _person(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A subject is free; that of a closed account stays, since by it one is known who comes back."""
    yield from _subject_is_free(store, rows)
    closed = {
        key: stored.row.oidc_subject
        for key, stored in store.known("person", {row.id for row in rows}).items()
        if isinstance(stored.row, Person) and stored.row.state == "CLOSED"
    }
    for row in rows:
        if row.id in closed and isinstance(row.row, Person) and row.row.oidc_subject != closed[row.id]:
            yield fault(pointer(*row.path, "oidc_subject"), "conflicting", "rule.closed_subject", login=row.id)


def _binding(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A device is in one place at a time, under its own name; a place holds one device."""
    yield from _one_at_a_time("binding", store, rows)
    yield from rules_city.bound_by_its_own_name(store, rows)
    yield from devices.none_is_retired(store, rows)


def _device_alias(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A name means one device on a day."""
    yield from _one_at_a_time("device_alias", store, rows)
    yield from rules_city.device_alias(store, rows)


def _audit_case(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """The sites of a case's scope exist, and so do the keys and people that are named."""
    cases = [(row.path, row.row) for row in rows if isinstance(row.row, AuditCase)]
    sites = store.sites({slug for _, case in cases for slug in case.sites})
    named = {actor for _, case in cases for actor in case.named}
    known = {*store.known("key", named)}
    known |= {ACTS_AS + login for login in store.known("person", {actor.removeprefix(ACTS_AS) for actor in named})}
    for path, case in cases:
        for position, slug in enumerate(case.sites):
            if slug not in sites:
                yield _unknown(pointer(*path, "sites", position), "site", slug)
        for position, actor in enumerate(case.named):
            if actor not in known:
                entity = "person" if actor.startswith(ACTS_AS) else "key"
                yield _unknown(pointer(*path, "named", position), entity, actor)


_HELD: dict[EntityName, tuple[tuple[str, ...], ...]] = {  # the fields that name what one holds alone
    "binding": (("vendor", "device"), ("slot",), ("installation",)),
    "tenancy": (("pilot", "dwelling_ref"),),
    "feed_binding": (("vendor", "device"),),
    "device_alias": (("vendor", "alias"),),
}
_RULES: dict[EntityName, Callable[[Store, Sequence[Row]], Iterator[Fault]]] = {
    "organisation": _uscc_is_free,
    "pilot": partial(_site_is_free, "pilot"),
    "venue": partial(_site_is_free, "venue"),
    "device": _is_vendor,
    "binding": _binding,
    "feed": _feed,
    "tenancy": partial(_one_at_a_time, "tenancy"),
    "feed_binding": partial(_one_at_a_time, "feed_binding"),
    "outage": _evidence_comes_later,
    "person": _person,
    "started_project": rules_city.started_project,
    "venue_entry": rules_city.venue_entry,
    "venue_count": rules_city.venue_count,
    "funding": rules_city.funding,
    "device_alias": _device_alias,
    "swap": swaps.check,
    "maintenance": maintenance.check,
    "reporting_interval": devices.reports_often_enough,
    "audit_case": _audit_case,
}
