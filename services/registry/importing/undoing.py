"""An import is taken back: exactly what it did, newest first, and only while nothing stands on it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from services.registry.amending import IsMeant, any_version
from services.registry.collection import Collection, Entity, id_of, joined
from services.registry.entities import BY_ENTITY, COLLECTIONS
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import ground_of, out_of_reach
from services.registry.rules import Row, faults_between
from services.registry.settling import is_settled
from services.registry.store import Amended, Store, Stored
from shared.contracts.registry import EntityName
from shared.contracts.registry_imports import Import
from shared.failures import Rejected
from shared.runtime.auth import Principal

KEPT, UNDONE = "KEPT", "UNDONE"
_NAMED = 20
_AT_ONCE = 1_000
_BY_ID: Mapping[EntityName, tuple[tuple[EntityName, tuple[str]], ...]] = {  # what refers without a Reference
    "pilot": (("funding", ("site",)),),
    "venue": (("funding", ("site",)),),
    "slot": (("maintenance", ("place",)), ("swap", ("place",))),
    "installation": (("maintenance", ("place",)), ("swap", ("place",))),
}
_BY_NAME: Mapping[str, Collection] = {collection.entity: collection for collection in COLLECTIONS}


class _Done(NamedTuple):
    """What an import did to one entity; ``before`` is None of one that it registered."""

    collection: Collection
    id: str
    before: Entity | None
    left: Stored


def undo(store: Store, key: str, caller: Principal, reason: str, is_meant: IsMeant = any_version) -> Stored:
    """Remove what an import registered, and give what it changed its former content back.

    What was changed since in any way – amended, verified, confirmed – stays, and so does the whole import; but what
    later imports did and was undone is no change. So do rows whose pilot or venue was approved since.

    :returns: the import as it stands afterwards
    :raises Rejected: ``not_found`` if there is no such import, or it is neither the caller's nor he an administrator;
        ``forbidden`` if what it did is out of his reach by now; ``changed_meanwhile``
    :raises Refused: ``conflicting`` if it is undone already, or with what stands in the way: the first twenty, and how
        many more
    """
    stored = store.known("import", {key}).get(key)
    if stored is None or not isinstance(stored.row, Import) or not _is_his(stored.row, caller):
        raise Rejected("not_found", what=key)
    if not is_meant(stored.version):
        raise Rejected("changed_meanwhile", what=key, version=stored.version)
    if stored.row.state == UNDONE:
        raise Refused([fault(pointer(), "conflicting", "rule.undone_already")])
    done = _done(store, stored.row)
    in_the_way = [each for chunk in _chunks(done) for each in _in_the_way(store, chunk, done, caller)]
    in_the_way += _approved_since(store, done, stored.row.last_sequence)
    if in_the_way:
        raise Refused(_first(in_the_way))
    first = store.head().sequence + 1
    for chunk in _chunks(done):
        _take_back(store, chunk)
    after = msgspec.structs.replace(
        stored.row,
        state=UNDONE,
        state_reason=reason,
        undone_first_sequence=first,
        undone_last_sequence=store.head().sequence,
    )
    return store.replace("import", key, stored, after)


def _is_his(row: Import, caller: Principal) -> bool:
    return caller.role == "administrator" or row.imported_by == caller.key


def _done(store: Store, row: Import) -> Mapping[tuple[str, str], _Done]:
    """What an import did, newest first, by entity and id: how it found each, and how it left it."""
    done: dict[tuple[str, str], _Done] = {}
    for change in reversed(store.logged(row.first_sequence, row.last_sequence)):
        collection = _BY_NAME[change.entity]
        place = (change.entity, change.id)
        before = None if change.before is None else msgspec.convert(change.before, collection.kind)
        if place in done:
            done[place] = done[place]._replace(before=before)
        else:
            left = Stored(msgspec.convert(change.after, collection.kind), change.version)
            done[place] = _Done(collection, change.id, before, left)
    return done


def _chunks(done: Mapping[tuple[str, str], _Done]) -> Iterator[list[_Done]]:
    """Neighbours of one collection, all new or all changed, a thousand at most."""
    for _, alike in groupby(done.values(), key=lambda each: (each.collection.entity, each.before is None)):
        rest = list(alike)
        for begin in range(0, len(rest), _AT_ONCE):
            yield rest[begin : begin + _AT_ONCE]


def _in_the_way(
    store: Store, chunk: Sequence[_Done], done: Mapping[tuple[str, str], _Done], caller: Principal
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
        for entity, key in _referring(store, collection, chunk):
            if (entity, key) not in done:
                yield fault(pointer(), "conflicting", "rule.undo_referred", entity=entity, id=key)


def _approved_since(store: Store, done: Mapping[tuple[str, str], _Done], last: int) -> Iterator[Fault]:
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


def _changed_since(store: Store, chunk: Sequence[_Done]) -> Iterator[_Done]:
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


def _referring(store: Store, collection: Collection, chunk: Sequence[_Done]) -> Iterator[tuple[str, str]]:
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


def _first(faults: Sequence[Fault]) -> list[Fault]:
    """The first of many, and how many more there are."""
    if len(faults) <= _NAMED:
        return list(faults)
    more = fault(pointer(), "conflicting", "rule.undo_more", more=len(faults) - _NAMED)
    return [*faults[:_NAMED], more]


def _take_back(store: Store, chunk: Sequence[_Done]) -> None:
    entity = chunk[0].collection.entity
    stand = store.known(entity, {each.id for each in chunk})
    if chunk[0].before is None:
        store.remove(entity, {each.id: stand[each.id] for each in chunk})  # newest first
    else:
        store.replace_all(
            entity, [Amended(each.id, stand[each.id], each.before) for each in chunk if each.before is not None]
        )
