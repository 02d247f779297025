"""When a device has an active fault: from ``active: true`` until the next ``active: false`` of that code.

A minute is faulty if a fault was active at any time in it; one that ends at the moment it began was never active.
Source: policy 7.3.
"""

from collections.abc import Iterable

from services.adoption import strips
from services.adoption.figures.known import RawFault
from shared.contracts.civil_time import MINUTE_MS, start_of


def minutes(faults: Iterable[RawFault], from_day: int, to_day: int) -> int:
    """The strip over the days [``from_day``, ``to_day``) of the faulty minutes, from faults by (ts, seq)."""
    began: dict[str, int] = {}
    strip = strips.EMPTY
    for fault in faults:
        if fault.active:
            began.setdefault(fault.code, fault.ts)
        elif fault.code in began:
            strip |= _between(began.pop(fault.code), fault.ts, from_day, to_day)
    for ts in began.values():
        strip |= _between(ts, start_of(to_day), from_day, to_day)
    return strip


def _between(begins: int, ends: int, from_day: int, to_day: int) -> int:
    origin = start_of(from_day)
    begins, ends = max(begins, origin), min(ends, start_of(to_day))
    if begins >= ends:
        return strips.EMPTY
    return strips.between((begins - origin) // MINUTE_MS, (ends - 1 - origin) // MINUTE_MS + 1)
