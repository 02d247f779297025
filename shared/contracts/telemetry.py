"""Telemetry over MQTT, contract version 1: what a device or a vendor's cloud publishes.

Topic ``telemetry/v1/{vendor}/{feed}/{site}/{device}`` carries one device, ``telemetry/v1/{vendor}/{feed}/{site}`` a
pack that speaks for many. The payload is UTF-8 JSON: one record or an array of up to 5,000. Example::

    [{"device": "lamp-1", "kind": "usage", "ts": 1764000000000, "seq": 7, "action": "on", "trigger": "local"},
     {"device": "lamp-2", "kind": "heartbeat", "ts": 1764000000000}]

Unknown fields are ignored. The identity of a record is (vendor, device, kind, ts, seq).
"""

import hashlib
import re
from typing import Annotated, Any, Literal

import msgspec
import rfc8785

MAX_PAYLOAD_BYTES = 1_048_576
MAX_RECORDS = 5_000
MAX_AHEAD_MS = 5 * 60_000
MAX_AGE_MS = 120 * 86_400_000
MAX_VALUE_NAMES_PER_VENDOR = 200
RESERVED_VALUE_NAMES = frozenset({"time", "seq", "boot", "test", "vendor", "site", "device", "feed"})

# ``(?!\n)``: Python's ``$`` would also match before a final newline, JSON Schema's does not.
SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$(?!\n)"
DEVICE_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$(?!\n)"
VALUE_NAME_PATTERN = r"^[a-z][a-z0-9_]{0,31}$(?!\n)"
_SLUG = re.compile(SLUG_PATTERN)
_DEVICE = re.compile(DEVICE_PATTERN)

Slug = Annotated[str, msgspec.Meta(pattern=SLUG_PATTERN)]
DeviceId = Annotated[str, msgspec.Meta(pattern=DEVICE_PATTERN)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
EpochMs = int
_NOT_RESERVED = {"not": {"enum": sorted(RESERVED_VALUE_NAMES)}}
ValueName = Annotated[str, msgspec.Meta(pattern=VALUE_NAME_PATTERN, extra_json_schema=_NOT_RESERVED)]
Values = Annotated[dict[ValueName, bool | float], msgspec.Meta(min_length=1, max_length=32)]
Kind = Literal["heartbeat", "reading", "usage", "session", "fault", "void"]
Action = Literal["on", "off", "set", "open", "close", "lock", "unlock", "run", "ack"]
Trigger = Literal["local", "app", "voice", "scene", "schedule", "linkage"]


class Heartbeat(msgspec.Struct, frozen=True, tag_field="kind", tag="heartbeat", gc=False):
    """The device is there."""

    ts: EpochMs
    device: DeviceId | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class Reading(msgspec.Struct, frozen=True, tag_field="kind", tag="reading"):
    """Measured values by name; the unit is in the name: ``power_w``, ``temperature_c``."""

    ts: EpochMs
    values: Values
    device: DeviceId | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class Usage(msgspec.Struct, frozen=True, tag_field="kind", tag="usage", gc=False):
    """Somebody or something made the device act."""

    ts: EpochMs
    action: Action
    trigger: Trigger
    device: DeviceId | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class Session(msgspec.Struct, frozen=True, tag_field="kind", tag="session", gc=False):
    """A user was present at a VR device from ``ts`` for ``duration_s`` seconds."""

    ts: EpochMs
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)]
    device: DeviceId | None = None
    content: Slug | None = None
    headcount: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None
    completed: bool | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class Fault(msgspec.Struct, frozen=True, tag_field="kind", tag="fault", gc=False):
    """A fault began (``active``) or ended."""

    ts: EpochMs
    code: Slug
    active: bool
    device: DeviceId | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class Voided(msgspec.Struct, frozen=True, gc=False):
    """The identity, within the same device, of the record withdrawn."""

    kind: Literal["heartbeat", "reading", "usage", "session", "fault"]
    ts: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    seq: Count = 0


class Void(msgspec.Struct, frozen=True, tag_field="kind", tag="void"):
    """Withdraws one earlier record of this device."""

    ts: EpochMs
    of: Voided
    device: DeviceId | None = None
    seq: Count = 0
    boot: Count = 0
    test: bool = False


class FeedHeartbeat(msgspec.Struct, frozen=True, gc=False):
    """A feed is there, at ``ts``; published on ``feeds/v1/{vendor}/{feed}``, one or an array of up to 5,000."""

    ts: EpochMs


Record = Heartbeat | Reading | Usage | Session | Fault | Void


class Topic(msgspec.Struct, frozen=True):
    """A telemetry topic taken apart; ``device`` is absent on a pack's topic."""

    vendor: str
    feed: str
    site: str
    device: str | None = None


def parse_topic(topic: str) -> Topic | None:
    """Take a telemetry topic apart; None if it is not one of the contract's form."""
    parts = topic.split("/")
    if not 5 <= len(parts) <= 6 or parts[0] != "telemetry" or parts[1] != "v1":
        return None
    if not all(_SLUG.match(part) for part in parts[2:5]):
        return None
    if len(parts) == 6 and not _DEVICE.match(parts[5]):
        return None
    return Topic(*parts[2:])


def parse_feed_topic(topic: str) -> tuple[str, str] | None:
    """Vendor and feed of a feed heartbeat's topic; None if it is not one."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[:2] != ["feeds", "v1"] or not (_SLUG.match(parts[2]) and _SLUG.match(parts[3])):
        return None
    return parts[2], parts[3]


def content_sha256(vendor: str, site: str, device: str, record: Record) -> bytes:
    """SHA-256 of what a record says, by which a conflict is decided (32 bytes).

    Over the RFC 8785 form of its known fields with vendor, site, device and seq filled in; ``boot`` and the feed
    are left out, and so are optional fields that are absent. ``test`` counts as false where absent.
    """
    fields: dict[str, Any] = {k: v for k, v in msgspec.to_builtins(record).items() if v is not None}
    del fields["boot"]
    return hashlib.sha256(rfc8785.dumps(_exact(fields | {"vendor": vendor, "site": site, "device": device}))).digest()


def _exact(value: Any) -> Any:
    """RFC 8785 writes numbers as IEEE doubles: integers beyond 2^53 are carried as text, as its appendix D advises."""
    if isinstance(value, dict):
        return {name: _exact(inner) for name, inner in value.items()}
    return str(value) if type(value) is int and abs(value) > 2**53 - 1 else value
