"""What maintenance is of, and what it takes to be approved."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from services.registry.collection import Entity, Row
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.civil_time import date_from_day, day_of
from shared.contracts.registry import Binding
from shared.contracts.registry_devices import Maintenance

APPROVED, REJECTED = "APPROVED", "REJECTED"


def check(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """On the day on which it begins a device of that vendor is in the place."""
    cases = [(row.path, row.row) for row in rows if isinstance(row.row, Maintenance)]
    places = {(case.place,) for _, case in cases}
    bindings = defaultdict(list)
    for field in ("slot", "installation"):
        for binding in store.beside("binding", (field,), places):
            assert isinstance(binding, Binding)
            bindings[binding.slot or binding.installation].append(binding)
    for path, case in cases:
        day = date_from_day(day_of(case.from_ms))
        if not any(_is_there(binding, case.vendor, day) for binding in bindings[case.place]):
            told = {"vendor": case.vendor, "place": case.place, "day": day}
            yield fault(pointer(*path, "vendor"), "conflicting", "rule.none_of_vendor", **told)


def amended(store: Store, before: Entity, after: Maintenance) -> Maintenance:
    """The case after a patch.

    :raises Refused: if it was rejected, or if it is approved and would reach over another that is
    """
    assert isinstance(before, Maintenance)
    if before.state == REJECTED:
        raise Refused([fault(pointer(), "conflicting", "rule.maintenance_rejected")])
    if after.state == APPROVED and (faults := list(does_not_overlap(store, after, "to_ms"))):
        raise Refused(faults)
    return after


def does_not_overlap(store: Store, case: Maintenance, field: str = "state") -> Iterator[Fault]:
    """No time is taken out of the same place's exposure twice."""
    for other in store.beside("maintenance", ("place",), {(case.place,)}):
        assert isinstance(other, Maintenance)
        if other.state != APPROVED or other.from_ms == case.from_ms:  # in one place no two begin together: it is itself
            continue
        if other.from_ms < case.to_ms and case.from_ms < other.to_ms:
            told = {"from_ms": other.from_ms, "to_ms": other.to_ms}
            yield fault(pointer(field), "conflicting", "rule.maintenance_overlaps", **told)


def _is_there(binding: Binding, vendor: str, day: date) -> bool:
    return binding.vendor == vendor and binding.valid_from <= day < (binding.valid_to or date.max)
