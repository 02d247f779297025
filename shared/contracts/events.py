"""Usage events on RabbitMQ: CloudEvents 1.0 in the JSON batch format, one routing key per body.

``time`` is our receipt time, fixed in the spool; ids derive from the identity, a presence event's from its content;
``source`` names the feed (of a presence event, which merges feeds, the worker). Example of one event::

    {"specversion": "1.0", "type": "pilotlight.usage.v1", "id": "acme/lamp-1/usage/1764000000000/7",
     "source": "/feeds/acme/gw-1", "time": "2025-11-24T16:00:01.000Z",
     "data": {"vendor": "acme", "site": "s1", "device": "lamp-1", "ts": 1764000000000, "seq": 7,
              "action": "on", "trigger": "local"}}
"""

import hashlib
from datetime import date
from typing import Literal

import msgspec

from shared.contracts.telemetry import Action, DeviceId, Slug, Trigger, Voided

CONTENT_TYPE = "application/cloudevents-batch+json"
EXCHANGE = "pilots"
SiteKind = Literal["home", "vr"]


class UsageData(msgspec.Struct, frozen=True, gc=False):
    """A usage record with its place."""

    vendor: Slug
    site: Slug
    device: DeviceId
    ts: int
    seq: int
    action: Action
    trigger: Trigger


class SessionData(msgspec.Struct, frozen=True, gc=False):
    """A session record with its place; absent optional fields are null."""

    vendor: Slug
    site: Slug
    device: DeviceId
    ts: int
    seq: int
    duration_s: int
    content: Slug | None
    headcount: int | None
    completed: bool | None
    content_sha256: str  # hex; of two contents under one identity the greater counts


class FaultData(msgspec.Struct, frozen=True, gc=False):
    """A fault record with its place."""

    vendor: Slug
    site: Slug
    device: DeviceId
    ts: int
    seq: int
    code: Slug
    active: bool
    content_sha256: str


class VoidData(msgspec.Struct, frozen=True):
    """A void record with its place."""

    vendor: Slug
    site: Slug
    device: DeviceId
    ts: int
    seq: int
    of: Voided
    content_sha256: str


class PresenceData(msgspec.Struct, frozen=True):
    """Which devices were heard in which minutes: heartbeats and readings of one site, received on one civil day.

    ``heard`` maps a device to sorted, distinct epoch minutes (UTC minutes since 1970).
    """

    vendor: Slug
    site: Slug
    heard: dict[DeviceId, list[int]]


class UsageEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.usage.v1"):
    """A usage record, as an event."""

    id: str
    source: str
    time: str
    data: UsageData
    specversion: Literal["1.0"] = "1.0"


class SessionEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.session.v1"):
    """A session record, as an event."""

    id: str
    source: str
    time: str
    data: SessionData
    specversion: Literal["1.0"] = "1.0"


class FaultEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.fault.v1"):
    """A fault record, as an event."""

    id: str
    source: str
    time: str
    data: FaultData
    specversion: Literal["1.0"] = "1.0"


class VoidEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.void.v1"):
    """A void record, as an event."""

    id: str
    source: str
    time: str
    data: VoidData
    specversion: Literal["1.0"] = "1.0"


class PresenceEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.presence.v1"):
    """Merged presence, as an event."""

    id: str
    source: str
    time: str
    data: PresenceData
    specversion: Literal["1.0"] = "1.0"


class OutageData(msgspec.Struct, frozen=True):
    """Time for which the broker kept nothing for a worker of ours (its session was lost); epoch ms, half-open."""

    worker: str
    from_ms: int
    to_ms: int
    reason: Literal["session_lost"]


class LedgerData(msgspec.Struct, frozen=True):
    """One worker's ledger of one vendor and civil day: absolute totals; of two the greater ``revision`` holds."""

    worker: str
    vendor: str
    day: date
    revision: int
    counts: dict[str, int]


class WatermarkData(msgspec.Struct, frozen=True):
    """Everything a worker received before this moment is in InfluxDB, and was published before this event.

    ``batch`` is the last batch of its spool that this speaks of.
    """

    worker: str
    received_before_ms: int
    batch: int


class OutageEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.outage.v1"):
    """An outage of ours, as an event; key ``ops.outage``."""

    id: str
    source: str
    time: str
    data: OutageData
    specversion: Literal["1.0"] = "1.0"


class LedgerEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.ledger.v1"):
    """Ledger totals, as an event; key ``ops.ledger``."""

    id: str
    source: str
    time: str
    data: LedgerData
    specversion: Literal["1.0"] = "1.0"


class WatermarkEvent(msgspec.Struct, frozen=True, tag_field="type", tag="pilotlight.watermark.v1"):
    """A watermark, as an event; key ``ops.watermark``."""

    id: str
    source: str
    time: str
    data: WatermarkData
    specversion: Literal["1.0"] = "1.0"


FactEvent = UsageEvent | SessionEvent | FaultEvent | VoidEvent | PresenceEvent
OpsEvent = OutageEvent | LedgerEvent | WatermarkEvent
Event = FactEvent | OpsEvent
OPS_KEYS = {"outage": "ops.outage", "ledger": "ops.ledger", "watermark": "ops.watermark"}


def event_id(vendor: str, device: str, kind: str, ts: int, seq: int) -> str:
    """The id of an event that stands for one record: its identity, readable."""
    return f"{vendor}/{device}/{kind}/{ts}/{seq}"


def presence_id(data: PresenceData) -> str:
    """The id of a presence event: SHA-256 of its content, the first 32 hex digits."""
    return hashlib.sha256(msgspec.json.encode(data, order="deterministic")).hexdigest()[:32]


def routing_key(event: str, site_kind: SiteKind, district: str) -> str:
    """``usage.home.nanshan``, ``session.vr.futian``, …"""
    return f"{event}.{site_kind}.{district}"
