"""What a caller may not date back: it would count what was heard before as another's, and nobody confirms it."""

from collections.abc import Iterator, Sequence

from services.registry.collection import Collection, Entity, Row
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.registry_devices import DeviceAlias, ReportingInterval
from shared.runtime.auth import Principal

_MAY_DATE_BACK = ("administrator",)


def faults_of_dating(store: Store, collection: Collection, rows: Sequence[Row], caller: Principal) -> Iterator[Fault]:
    """The faults of new rows that depend on who enters them."""
    if collection.entity == "device_alias" and caller.role not in _MAY_DATE_BACK:
        yield from _aliases(store, rows)
    elif collection.entity == "reporting_interval":
        yield from _intervals(store, rows, caller)


def ended(store: Store, before: Entity, after: DeviceAlias, caller: Principal) -> DeviceAlias:
    """An alias after a patch of its end.

    :raises Refused: if its end was or is to be before today, and the caller is no administrator
    """
    assert isinstance(before, DeviceAlias)
    ends = [end for end in (before.valid_to, after.valid_to) if end is not None]
    if after != before and caller.role not in _MAY_DATE_BACK and any(end < store.today for end in ends):
        raise Refused([_dated_back("valid_to", store)])
    return after


def _aliases(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is registered as a device gets another's name by an administrator only: a vendor reports a replacement."""
    aliases = [(row.path, row.row) for row in rows if isinstance(row.row, DeviceAlias)]
    devices = store.known("device", {f"{alias.vendor}/{alias.alias}" for _, alias in aliases})
    for path, alias in aliases:
        if (device := f"{alias.vendor}/{alias.alias}") in devices:
            yield fault(pointer(*path, "alias"), "conflicting", "rule.alias_is_device", device=device)
        if alias.valid_from < store.today:
            yield _dated_back("valid_from", store, path)


def _intervals(store: Store, rows: Sequence[Row], caller: Principal) -> Iterator[Fault]:
    """What was promised for days that are over is changed by an administrator, with a reason."""
    for row in rows:
        assert isinstance(row.row, ReportingInterval)
        if row.row.valid_from >= store.today:
            continue
        if caller.role not in _MAY_DATE_BACK:
            yield _dated_back("valid_from", store, row.path)
        elif row.row.reason is None:
            yield fault(pointer(*row.path, "reason"), "invalid_request", "rule.dated_back_reason", today=store.today)


def _dated_back(field: str, store: Store, path: tuple[int, ...] = ()) -> Fault:
    return fault(pointer(*path, field), "invalid_request", "rule.dated_back", today=store.today)
