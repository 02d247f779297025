"""H13, idle slot rate: slots whose last 30 observable days hold no use / slots in service on a day of the window.

Its polarity is −1: a slot that an outage leaves undecided counts as idle. A slot is in service from its installation
and hand-over until it retires. Source: policy 4.2, 7.3 and 7.4.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import IDLE_SLOTS
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.dwelling_days import lived
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.observable import Looked, look_back
from services.adoption.figures.scopes import Scope, holds_slot, slot_id
from services.adoption.figures.stretches import Stretch, of_slot
from shared.contracts.civil_time import date_from_day
from shared.contracts.registry import Dwelling, Slot

_IDLE_DAYS = IDLE_SLOTS.parameter("idle_days")
_IDLE_DAYS_HVAC = IDLE_SLOTS.parameter("idle_days_hvac")
_IN_NUMERATOR = ("idle", "unknown")


class _Judged(NamedTuple):
    """A slot, its last stretch of the window in service (else its last), and why it counts or does not."""

    slot: Slot
    stretch: Stretch
    why: str
    looked: Looked | None
    occupancy: str

    @property
    def idle(self) -> bool:
        return self.why in _IN_NUMERATOR


def count(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the slots idle at the window's end."""
    judged = list(_judged(city, facts, scope, window))
    counted = [one for one in judged if one.looked]
    idle = [one for one in counted if one.idle]
    looked = [one.looked for one in judged if one.looked]
    unknown = sum(one.why == "unknown" for one in counted)
    skipped = sum(strips.count(one.skipped) for one in looked)
    unaffected = sum(strips.count(one.observable) for one in looked)
    split = Counter(one.occupancy for one in counted)
    split.update(f"idle_{one.occupancy}" for one in idle)
    split.update(name for one in idle if one.looked for name in _noticed(one.looked))

    def rows(part: Part) -> Iterator[Row]:
        shown = {"numerator": idle, "denominator": counted, "removed": [one for one in judged if not one.looked]}
        return (_row(one) for one in shown[part])

    return Counted(
        total=Ratio(len(idle), len(counted)),
        observed=Ratio(len(idle) - unknown, len(counted) - unknown),
        coverage=Coverage(IDLE_SLOTS.coverage_unit, unaffected, unaffected + skipped),
        removed=Counter(one.why for one in judged if not one.looked),
        applicable=bool(counted),
        rows=rows,
        inputs=map(_input, judged),
        apart={name: split[name] for name in IDLE_SLOTS.apart} | {"skipped_days": skipped},
    )


def _judged(city: City, facts: KnownFacts, scope: Scope, window: Window) -> Iterator[_Judged]:
    for slot in city.entities.slots.values():
        stretches = list(of_slot(city, slot, window))
        serving = [stretch for stretch in stretches if not stretch.removed]
        stretch = (serving or stretches)[-1]
        if not holds_slot(scope, city, slot, stretch.binding):
            continue
        if stretch.removed:
            yield _Judged(slot, stretch, stretch.removed, None, "")
            continue
        dwelling = city.entities.dwellings[f"{slot.pilot}/{slot.dwelling_ref}"]
        until = date_from_day(stretch.end)
        wanted = _IDLE_DAYS_HVAC if slot.category == "HVAC_AIR" else _IDLE_DAYS
        looked = look_back(city, facts, slot, dwelling, until, wanted)
        yield _Judged(slot, stretch, _why(looked, wanted), looked, _occupancy(city, dwelling, until))


def _why(looked: Looked, wanted: int) -> str:
    if looked.observable & looked.used:
        return "used"
    if strips.count(looked.observable) >= wanted:
        return "idle"
    return "unknown" if strips.count(looked.observable | looked.skipped) >= wanted else "too_new"


def _occupancy(city: City, dwelling: Dwelling, until: date) -> str:
    """What is lawfully known of the last day: ``occupied``, ``vacant`` or ``untold``."""
    told = lived(city, dwelling, Window(until - timedelta(days=1), until))
    if not told.lawful & told.reported:
        return "untold"
    return "occupied" if told.occupied else "vacant"


def _noticed(looked: Looked) -> Iterator[str]:
    if looked.observable & looked.no_consent:
        yield "no_consent"
    if not looked.bound & (looked.observable | looked.skipped):
        yield "no_device"
    if looked.skipped & looked.used:
        yield "used_on_skipped"


def _row(one: _Judged) -> Row:
    binding = one.stretch.binding
    return Row(
        one.why,
        day=one.looked.first_day if one.looked else None,
        dwelling=f"{one.slot.pilot}/{one.slot.dwelling_ref}",
        vendor=binding.vendor if binding else None,
        device=binding.device if binding else None,
        binding=binding_id(binding) if binding else None,
        slot=slot_id(one.slot),
        site=one.slot.pilot,
    )


def _input(one: _Judged) -> list[object]:
    days = [None, *[""] * 5]
    if looked := one.looked:
        sets = (looked.observable, looked.skipped, looked.used, looked.no_consent, looked.bound)
        days = [looked.start.isoformat(), *(f"{each:x}" for each in sets)]
    return ["slot", slot_id(one.slot), one.slot.category, one.why, one.occupancy, *days]
