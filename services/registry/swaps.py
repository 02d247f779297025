"""What a vendor reports of a replacement: where it was, and until when the report can be put right."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from services.registry.collection import Entity, Row
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.registry import Binding
from shared.contracts.registry_devices import Swap

CONFIRMED = "CONFIRMED"


def placed(store: Store, rows: Sequence[Row]) -> list[Row]:
    """The reports with the places in which the old devices were until that day; where there was none, without."""
    swaps = [row.row for row in rows if isinstance(row.row, Swap)]
    bindings = defaultdict(list)
    for binding in store.beside("binding", ("vendor", "device"), {(swap.vendor, swap.device_out) for swap in swaps}):
        assert isinstance(binding, Binding)
        bindings[binding.vendor, binding.device].append(binding)
    return [row._replace(row=_placed(row.row, bindings)) for row in rows]


def check(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is replaced was somewhere, and the day has come."""
    for row in rows:
        assert isinstance(row.row, Swap)
        if row.row.on > store.today:
            yield fault(pointer(*row.path, "on"), "invalid_request", "rule.not_ahead", today=store.today)
        if row.row.place is None:
            told = {"device": row.row.device_out, "day": row.row.on}
            yield fault(pointer(*row.path, "device_out"), "conflicting", "rule.swap_nowhere", **told)


def amended(before: Entity, after: Swap) -> Swap:
    """The report after a patch.

    :raises Refused: if it has been confirmed
    """
    assert isinstance(before, Swap)
    if before.state == CONFIRMED:
        raise Refused([fault(pointer(), "conflicting", "rule.swap_confirmed")])
    return after


def replaced(swap: Swap, bindings: Sequence[Binding]) -> Binding | None:
    """The binding that a replacement ends: the one in force until its day, in its place if that is known."""
    for binding in bindings:
        until = binding.valid_to or date.max
        if binding.valid_from < swap.on <= until and swap.place in (None, binding.slot, binding.installation):
            return binding
    return None


def _placed(row: Entity, bindings: dict[tuple[str, str], list[Binding]]) -> Swap:
    assert isinstance(row, Swap)
    binding = replaced(row, bindings[row.vendor, row.device_out])
    return msgspec.structs.replace(row, place=binding and (binding.slot or binding.installation))
