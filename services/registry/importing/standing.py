"""What stands in the way of taking an import back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from services.registry import audit_cases, tenancies
from services.registry.collection import Collection, Entity, id_of, joined
from services.registry.entities import BY_ENTITY, COLLECTIONS
from services.registry.importing.recalling import Recalling
from services.registry.parts import parts_of
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import Ground, district_of, ground_of, out_of_reach
from services.registry.rules import Row, faults_between
from services.registry.settling import is_settled, takes_a_second_person
from services.registry.store import Store, Stored
from shared.contracts.civil_time import date_from_day, day_of, ms_from_rfc3339
from shared.contracts.registry import EntityName, Slot
from shared.contracts.registry_audit import AuditEntry
from shared.contracts.registry_evidence import Tenancy
from shared.contracts.registry_imports import Import
from shared.failures import Rejected
from shared.runtime.auth import Principal

UNDONE = "UNDONE"
_BY_ID: Mapping[EntityName, tuple[tuple[EntityName, tuple[str]], ...]] = {  # what refers without a Reference
    "pilot": (("funding", ("site",)),),
    "venue": (("funding", ("site",)),),
    "slot": (("maintenance", ("place",)), ("swap", ("place",))),
    "installation": (("maintenance", ("place",)), ("swap", ("place",))),
}


class Done(NamedTuple):
    """What an import did to one entity; ``before`` is None of one that it registered."""

    collection: Collection
    id: str
    before: Entity | None
    left: Stored


def standing_on(
    store: Store,
    kept: Import,
    chunks: Iterable[Sequence[Done]],
    done: Mapping[tuple[str, str], Done],
    caller: Principal,
) -> Iterator[Fault]:
    """Why an import cannot be taken back, if it cannot.

    What was changed since in any way – amended, verified, confirmed – and what refers to a new row since; but what
    later imports did and was undone is no change. What belongs to a pilot or venue that was approved since; and what
    takes a second person because it was approved before. What would be removed and is needed for an audit.

    :raises Rejected: ``forbidden`` if any of it is not the caller's to write
    """
    recalling = cast(Store, Recalling(store))  # whether something is settled is asked of every row
    is_his_own = kept.imported_by in parts_of(store, caller.key)
    for chunk in chunks:
        yield from _of_chunk(store, chunk, done, caller)
        yield from _settled(recalling, chunk, is_his_own)
        yield from _consented_backwards(store, kept, chunk)
    yield from _approved_since(store, done, kept.last_sequence)


def _settled(store: Store, chunk: Sequence[Done], is_his_own: bool) -> Iterator[Fault]:
    """What of something settled would change, or would be removed by who imported it."""
    for each in chunk:
        collection, left = each.collection, each.left.row
        if each.before is not None:
            if takes_a_second_person(store, collection, left, each.before):
                yield fault(pointer(), "conflicting", "rule.undo_settled", entity=collection.entity, id=each.id)
        elif is_his_own and not _is_optional(left) and is_settled(store, collection, left):
            yield fault(pointer(), "conflicting", "rule.undo_own", entity=collection.entity, id=each.id)


def _consented_backwards(store: Store, kept: Import, chunk: Sequence[Done]) -> Iterator[Fault]:
    """What would let days count that stood without consent."""
    imported = date_from_day(day_of(ms_from_rfc3339(kept.imported_at)))
    for each in chunk:
        left = each.left.row
        if not isinstance(left, Tenancy):
            return
        if isinstance(each.before, Tenancy):
            try:
                tenancies.check(left, each.before, [said.row for said in store.history("tenancy", each.id)])
            except Refused as refused:
                yield from (found._replace(pointer=pointer()) for found in refused.faults)
        elif not tenancies.may_go(left, imported, store.today):
            yield fault(pointer(), "conflicting", "rule.undo_refusal", entity="tenancy", id=each.id)


def _is_optional(row: Entity) -> bool:
    return isinstance(row, Slot) and not row.required


def _of_chunk(
    store: Store, chunk: Sequence[Done], done: Mapping[tuple[str, str], Done], caller: Principal
) -> Iterator[Fault]:
    """Why a chunk cannot be taken back, if it cannot.

    :raises Rejected: ``forbidden`` if any of it is not the caller's to write
    """
    collection, rows = chunk[0].collection, [each.left.row for each in chunk]
    ground = ground_of(store, collection, rows)
    if any(out_of_reach(ground, collection, Row((), each.id, each.left.row), caller) for each in chunk):
        raise Rejected("forbidden")
    for each in _changed_since(store, chunk):
        yield fault(pointer(), "conflicting", "rule.undo_changed", entity=collection.entity, id=each.id)
    former = [Row((), each.id, each.before) for each in chunk if each.before is not None]
    yield from (each._replace(reason="conflicting") for each in faults_between(store, collection, former))
    if chunk[0].before is None:
        for key in _needed_for_audits(store, ground, chunk):
            yield fault(pointer(), "conflicting", "rule.undo_held", entity=collection.entity, id=key)
        for entity, key in _referring(store, collection, chunk):
            if (entity, key) not in done:
                yield fault(pointer(), "conflicting", "rule.undo_referred", entity=entity, id=key)


def _needed_for_audits(store: Store, ground: Ground, chunk: Sequence[Done]) -> Iterator[str]:
    """What lies in the scope of a legal hold, or what an entry is about or was drawn; of which case is not told."""
    collection, holding = chunk[0].collection, audit_cases.holding(store)
    about = {(collection.entity, each.id) for each in chunk}
    entries = [*store.beside("audit_entry", ("about_entity", "about_id"), about)]
    needed = {entry.about_id for entry in entries if isinstance(entry, AuditEntry)}
    for entry in store.beside("audit_entry", ("kind",), {("SAMPLE",)}):
        if isinstance(entry, AuditEntry) and entry.sample and entry.sample.entity == collection.entity:
            needed.update(entry.sample.drawn)
    for each in chunk:
        site = collection.site(each.left.row) if collection.site else None
        district = district_of(ground.sites, collection, each.left.row)
        if each.id in needed or any(audit_cases.holds(case, site, district) for case in holding):
            yield each.id


def _approved_since(store: Store, done: Mapping[tuple[str, str], Done], last: int) -> Iterator[Fault]:
    """What the rows belong to and has been approved, if anything became of it since: they may be what was approved."""
    belong = {
        (parent.entity, joined(each.left.row, parent.fields)): each
        for each in done.values()
        if (parent := each.collection.settled_by) is not None
    }
    for (entity, key), each in belong.items():
        changed = any(sequence > last for _, sequence in store.sequences(entity, key))
        if changed and is_settled(store, each.collection, each.left.row):
            yield fault(pointer(), "conflicting", "rule.undo_changed", entity=entity, id=key)


def _changed_since(store: Store, chunk: Sequence[Done]) -> Iterator[Done]:
    """What does not stand as it was left; what imports did that were undone, later one first, is no change."""
    stand = store.known(chunk[0].collection.entity, {each.id for each in chunk})
    moved = [each for each in chunk if stand.get(each.id) != each.left]
    spans = list(_undone_spans(store)) if moved else []
    for each in moved:
        since = [at for version, at in store.sequences(each.collection.entity, each.id) if version > each.left.version]
        undone = all(any(first <= at <= last for first, last in spans) for at in since)
        if not undone or each.id not in stand or stand[each.id].row != each.left.row:
            yield each


def _undone_spans(store: Store) -> Iterator[tuple[int, int]]:
    """The first and last rows of the log of each import that was undone, and of its undoing."""
    for row in store.beside("import", ("state",), {(UNDONE,)}):
        if isinstance(row, Import) and row.undone_first_sequence and row.undone_last_sequence:
            yield row.first_sequence, row.last_sequence
            yield row.undone_first_sequence, row.undone_last_sequence


def _referring(store: Store, collection: Collection, chunk: Sequence[Done]) -> Iterator[tuple[str, str]]:
    """What refers to entities, as (entity, id)."""
    for other in COLLECTIONS:
        for reference in other.references:
            if reference.entity == collection.entity:
                whole = len(reference.fields) == 1  # the id in one field, else a field for each of its parts
                values = {
                    (each.id,) if whole else tuple(getattr(each.left.row, name) for name in collection.key)
                    for each in chunk
                }
                for row in store.beside(other.entity, reference.fields, values):
                    yield other.entity, id_of(other, row)
    for entity, fields in _BY_ID.get(collection.entity, ()):
        for row in store.beside(entity, fields, {(each.id,) for each in chunk}):
            yield entity, id_of(BY_ENTITY[entity], row)
    for amendment in store.beside("amendment", ("entity", "of"), {(collection.entity, each.id) for each in chunk}):
        yield "amendment", id_of(BY_ENTITY["amendment"], amendment)
    if collection.entity in ("pilot", "venue"):
        yield from (("feed", feed) for feed in store.feeds_of({each.id for each in chunk}))
