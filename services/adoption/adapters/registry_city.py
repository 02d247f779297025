"""The city as this service's copy of the registry has it; indexed again only when the registry has changed."""

import threading
from pathlib import Path
from typing import TypeVar

import msgspec

from services.adoption.figures.city import City, Entities, index
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
from shared.runtime.registry_copy import RegistryCopy

Entity = TypeVar("Entity", bound=msgspec.Struct)


class RegistryCity:
    """Reads the copy the worker follows the registry into; may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._copy = RegistryCopy(path, read_only=True)
        self._lock = threading.Lock()
        self._latest: City | None = None

    def latest(self) -> City:
        """The city after the last change followed.

        :raises Unavailable: if there is no copy yet, or it cannot be read
        """
        with self._copy.snapshot() as sequence, self._lock:
            if self._latest is None or self._latest.sequence != sequence:
                self._latest = index(sequence, self._entities())
            return self._latest

    def sequence(self) -> int:
        """The last change followed.

        :raises Unavailable: if there is no copy yet, or it cannot be read
        """
        with self._copy.snapshot() as sequence:
            return sequence

    def _entities(self) -> Entities:
        return Entities(
            organisations=self._all(Organisation),
            pilots=self._all(Pilot),
            phases=self._all(Phase),
            dwellings=self._all(Dwelling),
            slots=self._all(Slot),
            venues=self._all(Venue),
            zones=self._all(Zone),
            installations=self._all(Installation),
            devices=self._all(Device),
            bindings=self._all(Binding),
            selections=self._all(Selection),
            legal_bases=self._all(LegalBasis),
            occupancies=self._all(Occupancy),
            tenancies=self._all(Tenancy),
            feed_bindings=self._all(FeedBinding),
            outages=self._all(Outage),
            closures=self._all(Closure),
            venue_entries=self._all(VenueEntry),
            venue_counts=self._all(VenueCount),
        )

    def _all(self, kind: type[Entity]) -> dict[str, Entity]:
        return dict(self._copy.all(kind))
