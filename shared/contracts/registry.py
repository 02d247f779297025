"""What the registry publishes: entities as they stand after a change, and the change feed.

Consumers pull ``GET /v1/changes?after=N`` into a local copy and remember N; bootstrap and updates are one mechanism.
Dates are civil days of Asia/Shanghai, half-open: ``valid_from`` counts, ``valid_to`` does not.
Field names follow the design's vocabulary; enumerations carry their Chinese names in ``contracts.vocabulary``.
"""

from datetime import date
from typing import Any, Literal

import msgspec

from shared.contracts.registry_amendment import Amendment as Amendment
from shared.contracts.registry_city import ENTITIES_OF_THE_CITY, EntityOfTheCity
from shared.contracts.registry_devices import ENTITIES_OF_DEVICES, EntityOfDevices
from shared.contracts.registry_evidence import FeedBinding, LegalBasis, Occupancy, Outage, Selection, Tenancy
from shared.contracts.registry_imports import Import
from shared.contracts.registry_sites import (
    Calendar as Calendar,
    Dwelling as Dwelling,
    Installation as Installation,
    Phase as Phase,
    Pilot as Pilot,
    Slot as Slot,
    Venue as Venue,
    Zone as Zone,
)

EntityName = Literal[
    "organisation",
    "pilot",
    "phase",
    "dwelling",
    "slot",
    "venue",
    "zone",
    "installation",
    "device",
    "binding",
    "feed",
    "key",
    "selection",
    "legal_basis",
    "occupancy",
    "tenancy",
    "feed_binding",
    "outage",
    "import",
    "amendment",
    EntityOfTheCity,
    EntityOfDevices,
]


class Organisation(msgspec.Struct, frozen=True):
    """单位. Id: ``slug``. A vendor's slug is the ``vendor`` of topics and tags."""

    slug: str
    uscc: str
    name: str
    roles: list[str]


class Device(msgspec.Struct, frozen=True):
    """设备. Id: ``{vendor}/{device}``; ``category`` is absent for a VR device.

    ``state``: PROVISIONAL while only its vendor says that there is such a device; REGISTERED; RETIRED.
    """

    vendor: str
    device: str
    category: str | None = None
    reporting_interval_s: int | None = None
    state: str = "REGISTERED"
    state_from: date | None = None
    state_reason: str | None = None


class Binding(msgspec.Struct, frozen=True):
    """A device in a slot or an installation, with effective dates. Id: ``{vendor}/{device}/{valid_from}``."""

    vendor: str
    device: str
    valid_from: date
    slot: str | None = None
    installation: str | None = None
    valid_to: date | None = None


class Feed(msgspec.Struct, frozen=True):
    """An MQTT account. Id: ``{vendor}/{feed}``; its user name is ``{vendor}.{feed}``."""

    vendor: str
    feed: str
    sites: list[str]
    vendor_cloud: bool = False
    heartbeat_interval_s: int = 60
    active: bool = True


class Key(msgspec.Struct, frozen=True):
    """A machine's or a person's key. Id: ``key``; the secret and its hash are in no change.

    In the log, so that every row's actor is explained by it and whoever reads the whole feed can check its hashes;
    consumers that do not ask for keys ignore them.
    """

    key: str
    name: str
    role: str
    districts: list[str] = []
    vendors: list[str] = []
    active: bool = True


ENTITIES: dict[str, type[msgspec.Struct]] = {
    "organisation": Organisation,
    "pilot": Pilot,
    "phase": Phase,
    "dwelling": Dwelling,
    "slot": Slot,
    "venue": Venue,
    "zone": Zone,
    "installation": Installation,
    "device": Device,
    "binding": Binding,
    "feed": Feed,
    "key": Key,
    "selection": Selection,
    "legal_basis": LegalBasis,
    "occupancy": Occupancy,
    "tenancy": Tenancy,
    "feed_binding": FeedBinding,
    "outage": Outage,
    "import": Import,
    "amendment": Amendment,
    **ENTITIES_OF_THE_CITY,
    **ENTITIES_OF_DEVICES,
}


class Change(msgspec.Struct, frozen=True):
    """One row of the append-only change log. ``before`` is null for a creation, ``after`` for a removal."""

    sequence: int
    time: str
    actor: str
    entity: str  # an EntityName; a newer registry may know more, and its log must not stop an older reader
    id: str
    version: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    previous_hash: str
    hash: str


class Changes(msgspec.Struct, frozen=True):
    """A page of the change feed; ``head`` is the log's last sequence."""

    changes: list[Change]
    head: int
