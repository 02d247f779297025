"""What the registry publishes: entities as they stand after a change, and the change feed.

Consumers pull ``GET /v1/changes?after=N`` into a local copy and remember N; bootstrap and updates are one mechanism.
Dates are civil days of Asia/Shanghai, half-open: ``valid_from`` counts, ``valid_to`` does not.
Field names follow the design's vocabulary; enumerations carry their Chinese names in ``contracts.vocabulary``.
"""

from datetime import date
from typing import Any, Literal

import msgspec

from shared.contracts.registry_evidence import FeedBinding, LegalBasis, Occupancy, Outage, Selection, Tenancy
from shared.contracts.registry_imports import Import

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
]


class Organisation(msgspec.Struct, frozen=True):
    """单位. Id: ``slug``. A vendor's slug is the ``vendor`` of topics and tags."""

    slug: str
    uscc: str
    name: str
    roles: list[str]


class Pilot(msgspec.Struct, frozen=True):
    """试点项目, a housing site. Id: ``slug``, unique in the city, venues included; district fixed for life."""

    slug: str
    name: str
    district: str
    housing_type: str
    funding_source: str
    registration_code: str | None = None
    construction_start_date: date | None = None


class Phase(msgspec.Struct, frozen=True):
    """期. Id: ``{pilot}/{number}``."""

    pilot: str
    number: int
    name: str


class Dwelling(msgspec.Struct, frozen=True):
    """住宅套, known only by a pseudonym. Id: ``{pilot}/{dwelling_ref}``."""

    pilot: str
    phase: int
    dwelling_ref: str
    handed_over_on: date | None = None


class Slot(msgspec.Struct, frozen=True):
    """配置点位, a position the design requires. Id: ``{pilot}/{dwelling_ref}/{code}``."""

    pilot: str
    dwelling_ref: str
    code: str
    category: str
    required: bool = True
    installed_on: date | None = None
    retired_on: date | None = None


class Venue(msgspec.Struct, frozen=True):
    """场所. Id: ``slug``; ``venue_type_text`` is mandatory with OTHER_PUBLIC."""

    slug: str
    name: str
    district: str
    venue_type: str
    funding_source: str
    venue_type_text: str | None = None
    managing_authority: str | None = None


class Calendar(msgspec.Struct, frozen=True):
    """Opening hours in force from a date until the next calendar's.

    ``weekly`` maps ``mon`` … ``sun`` to ``[["09:00", "17:30"], …]`` (half-open, ``24:00`` allowed); a weekday left
    out is closed; ``closed`` lists single closed dates, ``extra`` maps single dates to their own hours.
    """

    valid_from: date
    weekly: dict[str, list[tuple[str, str]]]
    closed: list[date] = []
    extra: dict[date, list[tuple[str, str]]] = {}


class Zone(msgspec.Struct, frozen=True):
    """VR体验区. Id: ``{venue}/{code}``. The calendar hangs on the zone, not on the building."""

    venue: str
    code: str
    name: str
    calendars: list[Calendar]


class Installation(msgspec.Struct, frozen=True):
    """VR设施. Id: ``{venue}/{zone}/{code}``."""

    venue: str
    zone: str
    code: str
    vr_device_kind: str
    presence_method: str
    seats: int = 1
    installed_on: date | None = None
    retired_on: date | None = None


class Device(msgspec.Struct, frozen=True):
    """设备. Id: ``{vendor}/{device}``; ``category`` is absent for a VR device."""

    vendor: str
    device: str
    category: str | None = None
    reporting_interval_s: int | None = None


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
