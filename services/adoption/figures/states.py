"""Whether a slot is ONLINE, UNKNOWN or OFFLINE, minute by minute. Source: policy 7.3 and 7.4.

A minute in which the device was seen covers that one and the next, 2i in all; i is its reporting interval in whole
minutes, at most the category's longest. It counts from the device's binding to the slot on, and is carried past
midnight. A minute not covered is UNKNOWN if an outage covers it, else OFFLINE.
"""

from services.adoption import strips
from services.adoption.definitions import ONLINE
from services.adoption.figures.city import City
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.stretches import Stretch
from shared.contracts.civil_time import day_from_date
from shared.contracts.registry import Binding, Slot
from shared.contracts.vocabulary import CATEGORIES

_LONGEST_INTERVAL_S = {category: ONLINE.parameter(f"interval_max_s.{category}") for category in CATEGORIES}


def online(city: City, facts: KnownFacts, slot: Slot, stretch: Stretch) -> int:
    """The strip over a stretch of the minutes in which its slot was online."""
    binding = stretch.binding
    if binding is None:
        return strips.EMPTY
    return covered(facts, binding, 2 * interval_minutes(city, slot, binding), stretch.first, stretch.end)


def covered(facts: KnownFacts, binding: Binding, reach: int, first: int, end: int) -> int:
    """The strip over the days [``first``, ``end``) of what a binding's seen minutes cover, each ``reach`` minutes."""
    carried_days = -(-(reach - 1) // strips.MINUTES)
    since = max(day_from_date(binding.valid_from), first - carried_days)
    seen = facts.seen(binding.vendor, binding.device, since, end)
    if not seen:
        return strips.EMPTY
    dilated = strips.dilated(seen, reach) >> (first - since) * strips.MINUTES
    return dilated & strips.between(0, (end - first) * strips.MINUTES)


def silenced(city: City, stretch: Stretch) -> int:
    """The strip over a stretch of the minutes that outages cover: UNKNOWN where the slot is not online."""
    if stretch.binding is None:
        return strips.EMPTY
    return city.outages.minutes(stretch.binding.vendor, stretch.binding.device, stretch.first, stretch.end)


def interval_minutes(city: City, slot: Slot, binding: Binding) -> int:
    """The reporting interval of the device in a slot, in whole minutes, at least 1."""
    return reporting_minutes(city, binding, _LONGEST_INTERVAL_S[slot.category])


def reporting_minutes(city: City, binding: Binding, longest_s: int) -> int:
    """The reporting interval of a bound device, at most ``longest_s``, in whole minutes, at least 1."""
    device = city.entities.devices.get(f"{binding.vendor}/{binding.device}")
    declared_s = device.reporting_interval_s if device else None
    interval_s = longest_s if declared_s is None else min(declared_s, longest_s)
    return max(1, -(-interval_s // 60))
