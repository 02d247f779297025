"""Fit dwellings out: make the slots that the design of their layout asks for, where they are missing."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from services.registry.amending import IsMeant, writable
from services.registry.collection import Row, id_of
from services.registry.entities import BY_ENTITY
from services.registry.registering import register
from services.registry.store import Store
from shared.contracts.registry import Dwelling, Slot
from shared.contracts.registry_city import Layout
from shared.runtime.auth import Principal

_AT_ONCE = 1_000
_NAMED = 10


class Fitted(NamedTuple):
    """How many slots were made, and how many were there already.

    ``beyond`` are those of the same dwellings that the design does not have, or not of their category: a required slot
    retires only by an approved design change, so they are only told, the first ones by their ids.
    """

    made: int
    there: int
    beyond: int
    first_beyond: list[str]


def fit(store: Store, key: str, caller: Principal, is_meant: IsMeant, phase: int | None = None) -> Fitted:
    """Make the slots of a layout that its dwellings lack, in one phase or in all; again, it makes none.

    :raises Rejected: ``not_found`` if there is no such layout, or none the caller sees; ``forbidden`` if it is not the
        caller's to write; ``changed_meanwhile`` if the design is at another version by now
    """
    layout = writable(store, BY_ENTITY["layout"], key, caller, is_meant).row
    assert isinstance(layout, Layout)
    refs = set(_dwellings(store, layout, phase))
    there = {id_of(BY_ENTITY["slot"], slot): slot for slot in _slots(store, layout.pilot) if slot.dwelling_ref in refs}
    design = {slot.code: slot.category for slot in layout.slots}
    beyond = sorted(key for key, slot in there.items() if design.get(slot.code) != slot.category)
    asked = (
        Slot(layout.pilot, ref, slot.code, slot.category, slot.required)
        for ref in sorted(refs)
        for slot in layout.slots
    )
    wanted = ((key, slot) for slot in asked if (key := id_of(BY_ENTITY["slot"], slot)) not in there)
    made = 0
    while chunk := [Row((position,), *each) for position, each in enumerate(islice(wanted, _AT_ONCE))]:
        made += len(register(store, BY_ENTITY["slot"], chunk, caller))
    return Fitted(made, len(there) - len(beyond), len(beyond), beyond[:_NAMED])


def _dwellings(store: Store, layout: Layout, phase: int | None) -> Iterator[str]:
    for dwelling in store.beside("dwelling", ("pilot", "layout"), {(layout.pilot, layout.code)}):
        if isinstance(dwelling, Dwelling) and phase in (None, dwelling.phase):
            yield dwelling.dwelling_ref


def _slots(store: Store, pilot: str) -> Iterator[Slot]:
    return (slot for slot in store.beside("slot", ("pilot",), {(pilot,)}) if isinstance(slot, Slot))
