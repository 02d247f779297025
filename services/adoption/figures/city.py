"""The registry's entities as figures need them: by id, and by what they belong to."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from services.adoption.figures.outages import DeviceId, Outages, of_devices
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
from shared.contracts.registry_city import Closure, VenueCount, VenueEntry
from shared.contracts.registry_evidence import FeedBinding, LegalBasis, Occupancy, Outage, Selection, Tenancy

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


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
    selections: Mapping[str, Selection]
    legal_bases: Mapping[str, LegalBasis]
    occupancies: Mapping[str, Occupancy]
    tenancies: Mapping[str, Tenancy]
    feed_bindings: Mapping[str, FeedBinding]
    outages: Mapping[str, Outage]
    closures: Mapping[str, Closure]
    venue_entries: Mapping[str, VenueEntry]
    venue_counts: Mapping[str, VenueCount]


class City(NamedTuple):
    """The registry after change ``sequence``, indexed; bindings by slot and by device, the oldest first.

    Slots and tenancies by the dwelling's id, legal bases by the pilot's; by the venue's the closures that close it.
    """

    sequence: int
    entities: Entities
    of_slot: Mapping[str, tuple[Binding, ...]]
    of_device: Mapping[DeviceId, tuple[Binding, ...]]
    slots_of: Mapping[str, tuple[Slot, ...]]
    tenancies_of: Mapping[str, tuple[Tenancy, ...]]
    bases_of: Mapping[str, tuple[LegalBasis, ...]]
    closures_of: Mapping[str, tuple[Closure, ...]]
    outages: Outages


def index(sequence: int, entities: Entities) -> City:
    """A city from the registry's entities."""
    bindings = sorted(entities.bindings.values(), key=lambda b: (b.valid_from, b.vendor, b.device))
    return City(
        sequence,
        entities,
        of_slot=_grouped((b for b in bindings if b.slot is not None), lambda b: str(b.slot)),
        of_device=_grouped(bindings, lambda b: (b.vendor, b.device)),
        slots_of=_grouped(entities.slots.values(), lambda s: f"{s.pilot}/{s.dwelling_ref}"),
        tenancies_of=_grouped(entities.tenancies.values(), lambda t: f"{t.pilot}/{t.dwelling_ref}"),
        bases_of=_grouped(entities.legal_bases.values(), lambda basis: basis.pilot),
        closures_of={
            venue.slug: closing(entities.closures.values(), venue.district) for venue in entities.venues.values()
        },
        outages=Outages(of_devices(entities.feed_bindings.values(), entities.outages.values()), ()),
    )


def _grouped(things: Iterable[Thing], key: Callable[[Thing], Key]) -> dict[Key, tuple[Thing, ...]]:
    found: dict[Key, list[Thing]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return {name: tuple(group) for name, group in found.items()}


def closing(closures: Iterable[Closure], district: str) -> tuple[Closure, ...]:
    """The closures that close a district: those that name it or none; one that is cancelled closes nothing."""
    return tuple(c for c in closures if not c.cancelled and (not c.districts or district in c.districts))


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


def verified(paper: Selection | LegalBasis) -> bool:
    """Whether somebody other than who recorded a paper has verified it."""
    return paper.verified_by is not None and paper.verified_by != paper.recorded_by
