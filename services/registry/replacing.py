"""Carry out a replacement that was confirmed: the old device's binding ends on the day, and the new one's begins."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from services.registry.collection import Row, id_of
from services.registry.entities import BY_ENTITY
from services.registry.refusal import Refused, fault, pointer
from services.registry.registering import register
from services.registry.store import Store
from services.registry.swaps import replaced
from shared.contracts.registry import Binding
from shared.contracts.registry_devices import Swap
from shared.runtime.auth import Principal

_BINDINGS = BY_ENTITY["binding"]


def carry_out(store: Store, swap: Swap, caller: Principal) -> Swap:
    """Put the new device in the old one's place from the day on, by the rules of every binding.

    :raises Refused: if the old one is not there any more, or the new one cannot be
    """
    found = store.beside("binding", ("vendor", "device"), {(swap.vendor, swap.device_out)})
    old = replaced(swap, [binding for binding in found if isinstance(binding, Binding)])
    if old is None:
        told = {"device": swap.device_out, "day": swap.on}
        raise Refused([fault(pointer("device_out"), "conflicting", "rule.swap_nowhere", **told)])
    if old.valid_to != swap.on:  # to end earlier breaks no rule of bindings
        key = id_of(_BINDINGS, old)
        ended = msgspec.structs.replace(old, valid_to=swap.on)
        store.replace("binding", key, store.known("binding", {key})[key], ended)
    until = None if old.valid_to == swap.on else old.valid_to
    new = Binding(swap.vendor, swap.device_in, swap.on, old.slot, old.installation, until)
    with _told_of("device_in"):
        register(store, _BINDINGS, [Row((), id_of(_BINDINGS, new), new)], caller)
    return swap


@contextmanager
def _told_of(field: str) -> Iterator[None]:
    """Let the faults of a binding be told of the device that is bound."""
    try:
        yield
    except Refused as refused:
        raise Refused([each._replace(pointer=pointer(field)) for each in refused.faults]) from refused
