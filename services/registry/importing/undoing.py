"""An import is taken back: exactly what it did, newest first, and only while nothing stands on it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from services.registry.amending import IsMeant, any_version
from services.registry.collection import Collection
from services.registry.entities import COLLECTIONS
from services.registry.importing.standing import UNDONE, Done, standing_on
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Amended, Store, Stored
from shared.contracts.registry_imports import Import
from shared.failures import Rejected
from shared.runtime.auth import Principal

KEPT = "KEPT"
_NAMED = 20
_AT_ONCE = 1_000
_BY_NAME: Mapping[str, Collection] = {collection.entity: collection for collection in COLLECTIONS}


def undo(store: Store, key: str, caller: Principal, reason: str, is_meant: IsMeant = any_version) -> Stored:
    """Remove what an import registered, and give what it changed its former content back.

    What stands in the way of it: :mod:`services.registry.importing.standing`.

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
    if in_the_way := list(standing_on(store, stored.row, _chunks(done), done, caller)):
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


def _done(store: Store, row: Import) -> Mapping[tuple[str, str], Done]:
    """What an import did, newest first, by entity and id: how it found each, and how it left it."""
    done: dict[tuple[str, str], Done] = {}
    for change in reversed(store.logged(row.first_sequence, row.last_sequence)):
        collection = _BY_NAME[change.entity]
        place = (change.entity, change.id)
        before = None if change.before is None else msgspec.convert(change.before, collection.kind)
        if place in done:
            done[place] = done[place]._replace(before=before)
        else:
            left = Stored(msgspec.convert(change.after, collection.kind), change.version)
            done[place] = Done(collection, change.id, before, left)
    return done


def _chunks(done: Mapping[tuple[str, str], Done]) -> Iterator[list[Done]]:
    """Neighbours of one collection, all new or all changed, a thousand at most."""
    for _, alike in groupby(done.values(), key=lambda each: (each.collection.entity, each.before is None)):
        rest = list(alike)
        for begin in range(0, len(rest), _AT_ONCE):
            yield rest[begin : begin + _AT_ONCE]


def _first(faults: Sequence[Fault]) -> list[Fault]:
    """The first of many, and how many more there are."""
    if len(faults) <= _NAMED:
        return list(faults)
    more = fault(pointer(), "conflicting", "rule.undo_more", more=len(faults) - _NAMED)
    return [*faults[:_NAMED], more]


def _take_back(store: Store, chunk: Sequence[Done]) -> None:
    entity = chunk[0].collection.entity
    stand = store.known(entity, {each.id for each in chunk})
    if chunk[0].before is None:
        store.remove(entity, {each.id: stand[each.id] for each in chunk})  # newest first
    else:
        store.replace_all(
            entity, [Amended(each.id, stand[each.id], each.before) for each in chunk if each.before is not None]
        )
