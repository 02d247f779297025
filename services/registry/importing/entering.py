"""Entries become rows of the registry, by the rules of every other request, a thousand at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

import msgspec

from services.registry.amending import amend
from services.registry.collection import Entity, joined
from services.registry.importing.kind import Kind
from services.registry.importing.parsing import Entry
from services.registry.importing.recalling import Recalling
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import register
from services.registry.rules import Row
from services.registry.store import Store
from shared.failures import Rejected
from shared.runtime.auth import Principal

_AT_ONCE = 1_000
_TURNS = 10


class Entered(NamedTuple):
    """How many rows were new, were there already, and were changed; and the faults of all others."""

    new: int
    unchanged: int
    changed: int
    faults: tuple[Fault, ...]


def enter(
    store: Store, kind: Kind, entries: Sequence[Entry], caller: Principal, seen: Callable[[int], None]
) -> Entered:
    """Register or amend what can be; what has a fault is left out, and told. Whether it is kept is the caller's.

    ``seen`` is told now and then how many entries are done.
    """
    one = _amend if kind.amends else _register
    done: list[Entered] = []
    for number, chunk in enumerate(_chunks(entries)):
        done.append(one(store, kind, chunk, caller))
        seen(number * _AT_ONCE + len(chunk))
    return Entered(
        sum(each.new for each in done),
        sum(each.unchanged for each in done),
        sum(each.changed for each in done),
        tuple(fault for each in done for fault in each.faults),
    )


def _chunks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk


def _register(store: Store, kind: Kind, entries: Sequence[Entry], caller: Principal) -> Entered:
    """Register a chunk without the rows that are refused; those that then have faults of their own are left out too."""
    rows = _rows(store, kind, entries, caller)
    faults: list[Fault] = []
    for _ in range(_TURNS):
        try:
            new = register(store, kind.collection, rows, caller)
        except Refused as refused:
            faults += refused.faults
            bad = {row_of(each) for each in refused.faults}
            rows = [row for row in rows if row.path[0] not in bad]
        else:
            return Entered(len(new), len(rows) - len(new), 0, tuple(faults))
    last = kind.collection.key[-1]
    return Entered(
        0, 0, 0, (*faults, *(fault(pointer(*row.path, last), "conflicting", "rule.mend_first") for row in rows))
    )


def _rows(store: Store, kind: Kind, entries: Sequence[Entry], caller: Principal) -> list[Row]:
    """The entities that entries stand for: where one says nothing of a field, what is registered stands."""
    known = store.known(kind.collection.entity, {entry.id for entry in entries})
    given = kind.collection.given(caller.key)
    rows = []
    for entry in entries:
        entity: Entity = msgspec.convert({**entry.loaded, **given}, kind.collection.kind)
        if entry.id in known:
            said = {name: getattr(entity, name) for name in entry.said if name in entry.loaded}
            entity = msgspec.structs.replace(known[entry.id].row, **said)
        rows.append(Row((entry.number,), entry.id, entity))
    return rows


def _amend(store: Store, kind: Kind, entries: Sequence[Entry], caller: Principal) -> Entered:
    recalling = Recalling(store)
    stood = recalling.known(kind.collection.entity, {entry.id for entry in entries})
    for reference in kind.collection.references:  # asked for once, and not with every row
        recalling.known(reference.entity, {joined(each.row, reference.fields) for each in stood.values()})
    changed = unchanged = 0
    faults: list[Fault] = []
    for entry in entries:
        try:
            after = amend(cast(Store, recalling), kind.collection, entry.id, _patch(kind, recalling, entry), caller)
        except Refused as refused:
            faults += [
                each._replace(pointer=each.pointer.replace("#", f"#/{entry.number}", 1)) for each in refused.faults
            ]
        except Rejected as rejected:
            place = pointer(entry.number, kind.collection.key[-1])
            faults.append(fault(place, rejected.reason, f"detail.{rejected.reason}", **rejected.params))
        else:
            same = after == stood[entry.id]
            stood[entry.id] = after
            unchanged, changed = unchanged + same, changed + (not same)
    recalling.flush()
    return Entered(0, unchanged, changed, tuple(faults))


def _patch(kind: Kind, recalling: Recalling, entry: Entry) -> Mapping[str, Any]:
    if kind.patch is None:
        return {name: entry.said[name] for name in kind.amends}
    stands = recalling.known(kind.collection.entity, {entry.id}).get(entry.id)
    return kind.patch(stands.row, entry.said) if stands else {}  # what is not there is refused anyway


def row_of(fault: Fault) -> int:
    """The number of the row that a fault is in."""
    return int(fault.pointer.split("/")[1])
