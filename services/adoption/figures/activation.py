"""H4, slot activation: slots whose device at t1 was heard since its binding / slots installed at t1.

The state at t1 is that of the last day before it: installed by then, not retired, and the device bound then. Slots
count, not devices, so that a swapped device does not inflate. Source: policy 4.2 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import ACTIVATION, AFFECTED_MINUTES
from services.adoption.figures.city import City, binding_id, bound_on, out_of_service
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import WAKING
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, holds_slot, slot_id
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.contracts.registry import Binding, Slot


class _Unit(NamedTuple):
    slot: Slot
    binding: Binding | None
    removed: str | None
    heard_on: int | None
    unknown: bool

    @property
    def why(self) -> str:
        if self.removed:
            return self.removed
        if self.binding is None:
            return "no_device"
        return "never_heard" if self.heard_on is None else "heard"


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count slot activation at the window's end."""
    units = list(_units(city, facts, scope, window.end))
    installed = [unit for unit in units if not unit.removed]
    active = [unit for unit in installed if unit.heard_on is not None]
    unaffected = [unit for unit in installed if not unit.unknown]

    def rows(part: Part) -> list[Row]:
        removed = [unit for unit in units if unit.removed]
        return [_row(unit) for unit in {"numerator": active, "denominator": installed, "removed": removed}[part]]

    return Counted(
        total=Ratio(len(active), len(installed)),
        observed=Ratio(sum(unit.heard_on is not None for unit in unaffected), len(unaffected)),
        coverage=Coverage(ACTIVATION.coverage_unit, len(unaffected), len(installed)),
        removed=Counter(unit.removed for unit in units if unit.removed),
        applicable=bool(installed),
        rows=rows,
        inputs=map(_input, units),
    )


def _units(city: City, facts: KnownFacts, scope: Scope, t1: date) -> Iterator[_Unit]:
    last_day = t1 - timedelta(days=1)
    for slot in city.entities.slots.values():
        binding = bound_on(city.of_slot.get(slot_id(slot), ()), last_day)
        if not holds_slot(scope, city, slot, binding):
            continue
        removed = out_of_service(slot, last_day)
        heard_on = None
        if binding and not removed:
            heard_on = facts.first_heard(
                binding.vendor, binding.device, day_from_date(binding.valid_from), day_from_date(t1)
            )
        unknown = binding is not None and heard_on is None and _unobservable(city, binding, t1)
        yield _Unit(slot, binding, removed, heard_on, unknown)


def _unobservable(city: City, binding: Binding, t1: date) -> bool:
    """Whether every day since the binding is affected: then never heard is UNKNOWN, not OFFLINE."""
    first, end = day_from_date(binding.valid_from), day_from_date(t1)
    silent = city.outages.minutes(binding.vendor, binding.device, first, end)
    if not silent:
        return False
    days = strips.by_day(silent, end - first)
    return all(strips.count(day & WAKING) >= AFFECTED_MINUTES.value for day in days)


def _row(unit: _Unit) -> Row:
    binding = unit.binding
    return Row(
        why=unit.why,
        vendor=binding.vendor if binding else None,
        device=binding.device if binding else None,
        binding=binding_id(binding) if binding else None,
        slot=slot_id(unit.slot),
        site=unit.slot.pilot,
        heard_on=None if unit.heard_on is None else date_from_day(unit.heard_on),
    )


def _input(unit: _Unit) -> list[object]:
    slot, binding = unit.slot, unit.binding
    return [
        "slot",
        slot_id(slot),
        slot.installed_on,
        slot.retired_on,
        binding_id(binding) if binding else None,
        unit.heard_on,
        unit.unknown,
    ]
