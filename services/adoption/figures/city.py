"""The registry's entities as figures need them: by id, and bindings by what they bind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from shared.contracts.registry import (
    Binding,
    Device,
    Dwelling,
    Installation,
    Organisation,
    Phase,
    Pilot,
    Slot,
    Venue,
    Zone,
)

DeviceId = tuple[str, str]  # vendor, device
Outages = Mapping[DeviceId, Mapping[int, int]]  # approved UNKNOWN: for a device and day, the strip of its minutes


class Entities(NamedTuple):
    """What the registry has, by id."""

    organisations: Mapping[str, Organisation]
    pilots: Mapping[str, Pilot]
    phases: Mapping[str, Phase]
    dwellings: Mapping[str, Dwelling]
    slots: Mapping[str, Slot]
    venues: Mapping[str, Venue]
    zones: Mapping[str, Zone]
    installations: Mapping[str, Installation]
    devices: Mapping[str, Device]
    bindings: Mapping[str, Binding]


class City(NamedTuple):
    """The registry after change ``sequence``, indexed; bindings by slot and by device, the oldest first."""

    sequence: int
    entities: Entities
    of_slot: Mapping[str, tuple[Binding, ...]]
    of_device: Mapping[DeviceId, tuple[Binding, ...]]
    outages: Outages


def index(sequence: int, entities: Entities, outages: Outages | None = None) -> City:
    """A city from the registry's entities."""
    by_slot: dict[str, list[Binding]] = defaultdict(list)
    by_device: dict[DeviceId, list[Binding]] = defaultdict(list)
    for binding in sorted(entities.bindings.values(), key=lambda b: (b.valid_from, b.vendor, b.device)):
        by_device[binding.vendor, binding.device].append(binding)
        if binding.slot is not None:
            by_slot[binding.slot].append(binding)
    return City(
        sequence,
        entities,
        {slot: tuple(bindings) for slot, bindings in by_slot.items()},
        {device: tuple(bindings) for device, bindings in by_device.items()},
        outages or {},
    )


def bound_on(bindings: Iterable[Binding], day: date) -> Binding | None:
    """The binding in force on a day; of several, the one that began last."""
    found = None
    for binding in bindings:
        if binding.valid_from <= day and (binding.valid_to is None or day < binding.valid_to):
            found = binding
    return found


def out_of_service(place: Slot | Installation, day: date) -> str | None:
    """Why a slot or an installation is not in service on a day: ``not_installed`` or ``retired``; None if it is."""
    if place.installed_on is None or day < place.installed_on:
        return "not_installed"
    return "retired" if place.retired_on is not None and place.retired_on <= day else None


def binding_id(binding: Binding) -> str:
    """``{vendor}/{device}/{valid_from}``."""
    return f"{binding.vendor}/{binding.device}/{binding.valid_from}"
