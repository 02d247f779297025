"""The part of the city a figure is about: ``programme``, or ``kind:id`` as in ``site:xili-1``, ``device:acme/lamp-1``.

A slot or a VR device belongs to at most one id of each kind, so a scope is a comparison with that id.
"""

from collections.abc import Container, Mapping
from typing import NamedTuple

from services.adoption.figures.city import City
from shared.contracts.registry import Binding, Dwelling, Installation, Pilot, Slot
from shared.contracts.vocabulary import CATEGORIES, DISTRICT_CODES, VENUE_TYPES


class Scope(NamedTuple):
    """A kind of part, and which; the programme has no id."""

    kind: str
    id: str | None = None


class VrPlace(NamedTuple):
    """Where a VR device is: the installation it is bound to, else only the site its records name."""

    vendor: str
    device: str
    site: str
    installation: Installation | None


PROGRAMME = Scope("programme")

KINDS = (
    "programme",
    "district",
    "site",
    "phase",
    "dwelling",
    "slot",
    "vendor",
    "category",
    "venue_type",
    "device",
    "installation",
)


def parse(text: str) -> Scope | None:
    """A scope from its text; None if it is of no such form."""
    kind, colon, name = text.partition(":")
    if kind == "programme":
        return PROGRAMME if not colon else None
    return Scope(kind, name) if kind in KINDS and name else None


def exists(scope: Scope, city: City) -> bool:
    """Whether the registry has such a part."""
    known = city.entities
    places: Mapping[str, Container[str | None]] = {
        "programme": (None,),
        "district": DISTRICT_CODES,
        "site": known.pilots.keys() | known.venues.keys(),
        "phase": known.phases,
        "dwelling": known.dwellings,
        "slot": known.slots,
        "vendor": known.organisations,
        "category": CATEGORIES,
        "venue_type": VENUE_TYPES,
        "device": known.devices,
        "installation": known.installations,
    }
    return scope.id in places[scope.kind]


def holds_slot(scope: Scope, city: City, slot: Slot, binding: Binding | None) -> bool:
    """Whether a slot, with the device bound to it, belongs to a scope."""
    dwelling = f"{slot.pilot}/{slot.dwelling_ref}"
    belongs_to = {
        "programme": None,
        "district": city.entities.pilots[slot.pilot].district,
        "site": slot.pilot,
        "phase": f"{slot.pilot}/{city.entities.dwellings[dwelling].phase}",
        "dwelling": dwelling,
        "slot": f"{dwelling}/{slot.code}",
        "category": slot.category,
        "vendor": binding.vendor if binding else "",
        "device": f"{binding.vendor}/{binding.device}" if binding else "",
    }
    return scope.kind in belongs_to and belongs_to[scope.kind] == scope.id


def holds_dwelling(scope: Scope, city: City, dwelling: Dwelling) -> bool:
    """Whether a dwelling belongs to a scope."""
    belongs_to = {
        "programme": None,
        "district": city.entities.pilots[dwelling.pilot].district,
        "site": dwelling.pilot,
        "phase": f"{dwelling.pilot}/{dwelling.phase}",
        "dwelling": dwelling_id(dwelling),
    }
    return scope.kind in belongs_to and belongs_to[scope.kind] == scope.id


def holds_pilot(scope: Scope, pilot: Pilot) -> bool:
    """Whether a pilot belongs to a scope."""
    belongs_to = {"programme": None, "district": pilot.district, "site": pilot.slug}
    return scope.kind in belongs_to and belongs_to[scope.kind] == scope.id


def holds_vr(scope: Scope, city: City, place: VrPlace) -> bool:
    """Whether a VR device at a place belongs to a scope."""
    installation = place.installation
    site = installation.venue if installation else place.site
    venue = city.entities.venues.get(site)
    belongs_to = {
        "programme": None,
        "district": venue.district if venue else "",
        "site": site,
        "venue_type": venue.venue_type if venue else "",
        "installation": installation_id(installation) if installation else "",
        "vendor": place.vendor,
        "device": f"{place.vendor}/{place.device}",
    }
    return scope.kind in belongs_to and belongs_to[scope.kind] == scope.id


def district_of(scope: Scope, city: City) -> str | None:
    """The one district a scope lies in; None where it may reach over several, or is not registered."""
    if scope.id is None:
        return None
    if scope.kind == "district":
        return scope.id
    if scope.kind in ("site", "phase", "dwelling", "slot", "installation"):
        site = scope.id.partition("/")[0]
        place = city.entities.pilots.get(site) or city.entities.venues.get(site)
        return place.district if place else None
    return None


def slot_id(slot: Slot) -> str:
    """``{pilot}/{dwelling_ref}/{code}``."""
    return f"{slot.pilot}/{slot.dwelling_ref}/{slot.code}"


def dwelling_id(dwelling: Dwelling) -> str:
    """``{pilot}/{dwelling_ref}``."""
    return f"{dwelling.pilot}/{dwelling.dwelling_ref}"


def installation_id(installation: Installation) -> str:
    """``{venue}/{zone}/{code}``."""
    return f"{installation.venue}/{installation.zone}/{installation.code}"
