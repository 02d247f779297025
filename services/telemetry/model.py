"""What the walk hands on: a message, what became of its records, and what the spool keeps of a batch.

Structs with ``array_like`` are written to the spool (MessagePack) in the order of their fields: add fields only at
their end, with a default.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from shared.contracts.events import SiteKind
from shared.contracts.telemetry import Record


class Message(Protocol):
    """The bytes of one MQTT publish."""

    @property
    def topic(self) -> str:
        """Where it was published."""

    @property
    def payload(self) -> bytes:
        """What was published."""

    @property
    def received_ms(self) -> int:
        """When we received it, epoch milliseconds."""


class Place(NamedTuple):
    """Whose records these are, and where: from the topic, and of the site from the registry."""

    vendor: str
    feed: str
    site: str
    site_kind: SiteKind
    district: str
    received_ms: int


class SetAside(NamedTuple):
    """One record that was not accepted, by its position in the message; the whole message where that is None.

    ``day`` is the civil day it is counted on, ``raw`` its bytes; ``device`` is known where it is parked.
    """

    position: int | None
    reason: str
    field: str | None
    day: int
    raw: bytes
    device: str = ""


class Heartbeats(NamedTuple):
    """A feed's heartbeats, the ``ts`` of each; a pause of at most ``pause_ms`` between two is no silence."""

    vendor: str
    feed: str
    pause_ms: int
    ts: Sequence[int]


class Outcome(NamedTuple):
    """What became of the records of one message: accepted with their device, rejected, parked.

    ``dropped`` are kept nowhere (their dwelling refused): the position of each, and the civil day it is counted on.
    ``heartbeats`` are a feed's own: no records of a device.
    ``not_accepted`` were not kept, for want of room: their sender may send them again later.
    """

    vendor: str
    feed: str
    site: str
    place: Place | None
    accepted: Sequence[tuple[str, Record]] = ()
    rejected: Sequence[SetAside] = ()
    parked: Sequence[SetAside] = ()
    dropped: Sequence[tuple[int, int]] = ()
    heartbeats: Heartbeats | None = None
    not_accepted: Sequence[SetAside] = ()


class Decoded(NamedTuple):
    """The outcomes of a batch, message by message, and the value names its vendors used for the first time."""

    outcomes: list[Outcome]
    new_names: list[tuple[str, str]]


class Reason(msgspec.Struct, frozen=True, array_like=True):
    """Why one record of a message, or all of it (``index`` None), was set aside."""

    index: int | None
    reason: str
    field: str | None = None


class ReceivedEntry(msgspec.Struct, frozen=True, array_like=True, tag="received"):
    """A message as it came; every record that ``aside`` does not name was accepted.

    Of one from which ``dropped`` records were taken, ``payload`` holds the others, and ``sha256`` is that of all of it.
    """

    received_ms: int
    topic: str
    sha256: bytes
    payload: bytes
    aside: Sequence[Reason] = ()
    dropped: int = 0


class ReplayedEntry(msgspec.Struct, frozen=True, array_like=True, tag="replayed"):
    """What became, at ``at_ms``, of records parked from message ``index`` of batch ``n``.

    ``accepted`` and ``aside`` name them by their place in that message.
    """

    at_ms: int
    n: int
    index: int
    accepted: Sequence[int] = ()
    aside: Sequence[Reason] = ()


class RefusedEntry(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """A point that a store refused for good, at ``at_ms``."""

    at_ms: int
    store: str
    line: str


Entry = ReceivedEntry | ReplayedEntry | RefusedEntry


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """Presence of one site on one civil day of receipt: epoch minutes by device, as they came."""

    vendor: str
    site: str
    site_kind: SiteKind
    district: str
    received_ms: int
    minutes: dict[str, list[int]]


class Held(msgspec.Struct, frozen=True, array_like=True):
    """How many records of a batch were accepted of one vendor, site and civil day of ``ts``; 0: only parked ones.

    ``site`` is None in batches of a spool's first form, which did not write it down, nor what was parked.
    """

    vendor: str
    day: int
    count: int
    site: str | None = None


class Outgoing(NamedTuple):
    """What the stores are to be sent: finished lines, finished events by routing key, presence to be merged."""

    points: int
    lines: str
    events: int
    events_by_key: Mapping[str, Sequence[bytes]]
    heard: Sequence[Heard]
    numbered: Mapping[str, Mapping[str, Sequence[int]]] = {}  # by vendor and device: boot, seq, ts, boot, seq, ts, …


class RejectedRecord(msgspec.Struct, frozen=True, array_like=True):
    """A rejected record or message as its vendor may see it; ``raw`` may be cut, ``size`` is the whole length."""

    vendor: str
    feed: str
    topic: str
    received_ms: int
    index: int | None
    reason: str
    field: str | None
    size: int
    raw: bytes


class Parked(NamedTuple):
    """Records of one message and one device that wait for the registry; ``raw`` is their JSON array.

    ``message`` is that message's place in its batch, ``indexes`` are the records' places in the message.
    """

    message: int
    vendor: str
    feed: str
    site: str
    device: str
    topic: str
    received_ms: int
    reason: str
    indexes: Sequence[int]
    raw: bytes


Counts = Mapping[tuple[str, int, str], int]  # by vendor, civil day and what was counted


class Kept(NamedTuple):
    """Everything the spool keeps of a batch, in one transaction."""

    day: int
    at_ms: int
    entries: Sequence[Entry]
    outgoing: Outgoing
    rejected: Sequence[RejectedRecord]
    parked: Sequence[Parked]
    counts: Counts
    new_names: Sequence[tuple[str, str]] = ()
    heartbeats: Sequence[Heartbeats] = ()
    held: Sequence[Held] = ()
