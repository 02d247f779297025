"""Where a device is in its life: a vendor's word is provisional until somebody else says that the device is there."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from services.registry.collection import Row
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.scope import OF_VENDORS
from services.registry.store import Store
from shared.contracts.registry import Binding, Device
from shared.contracts.registry_devices import ReportingInterval
from shared.contracts.vocabulary import LONGEST_INTERVAL_S, LONGEST_INTERVALS_S
from shared.runtime.auth import Principal

PROVISIONAL, REGISTERED, RETIRED = "PROVISIONAL", "REGISTERED", "RETIRED"


def as_entered(rows: Sequence[Row], caller: Principal) -> list[Row]:
    """Devices as the caller enters them: a vendor's are provisional."""
    if caller.role not in OF_VENDORS:
        return list(rows)
    return [row._replace(row=msgspec.structs.replace(row.row, state=PROVISIONAL)) for row in rows]


def register_bound(store: Store, rows: Sequence[Row]) -> None:
    """Register the provisional devices that were bound: who binds a device says that it is there."""
    bindings = [row.row for row in rows if isinstance(row.row, Binding)]
    known = store.known("device", {f"{binding.vendor}/{binding.device}" for binding in bindings})
    for key, stored in known.items():
        if isinstance(stored.row, Device) and stored.row.state == PROVISIONAL:
            after = msgspec.structs.replace(stored.row, state=REGISTERED, state_from=store.today)
            store.replace("device", key, stored, after)


def none_is_retired(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A device is in no place from the day on which it is retired."""
    bindings = [(row.path, row.row) for row in rows if isinstance(row.row, Binding)]
    known = store.known("device", {f"{binding.vendor}/{binding.device}" for _, binding in bindings})
    for path, binding in bindings:
        key = f"{binding.vendor}/{binding.device}"
        device = known[key].row if key in known else None
        if isinstance(device, Device) and device.state == RETIRED and _lasts(binding, device.state_from):
            told = {"device": key, "day": device.state_from}
            yield fault(pointer(*path, "device" if path else "valid_to"), "conflicting", "rule.device_retired", **told)


def reports_often_enough(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """No interval is longer than the device's category allows."""
    intervals = [(row.path, row.row) for row in rows if isinstance(row.row, ReportingInterval)]
    known = store.known("device", {f"{interval.vendor}/{interval.device}" for _, interval in intervals})
    for path, interval in intervals:
        stored = known.get(f"{interval.vendor}/{interval.device}")
        category = stored.row.category if stored and isinstance(stored.row, Device) else None
        most = LONGEST_INTERVALS_S.get(category or "", LONGEST_INTERVAL_S)
        if interval.interval_s > most:
            told = {"category": category, "most": most}
            yield fault(pointer(*path, "interval_s"), "conflicting", "rule.interval_long", **told)


def retire(store: Store, device: Device, _: Principal) -> Device:
    """Let a device retire that is in no place any more.

    :raises Refused: if it is bound on the day on which it retires, or later
    """
    for binding in store.beside("binding", ("vendor", "device"), {(device.vendor, device.device)}):
        if isinstance(binding, Binding) and _lasts(binding, device.state_from):
            told = {"place": binding.slot or binding.installation, "valid_from": binding.valid_from}
            raise Refused([fault(pointer("on"), "conflicting", "rule.still_bound", **told)])
    return device


def _lasts(binding: Binding, day: date | None) -> bool:
    return (binding.valid_to or date.max) > (day or date.min)
