"""From bodies to events; what is no event of ours is set aside with its reason, its neighbours are not."""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from shared.contracts.civil_time import MINUTE_MS, day_of, ms_from_rfc3339
from shared.contracts.events import (
    Event,
    FaultData,
    FaultEvent,
    LedgerEvent,
    OutageEvent,
    PresenceEvent,
    SessionData,
    SessionEvent,
    UsageData,
    UsageEvent,
    VoidData,
    VoidEvent,
    WatermarkEvent,
)
from shared.failures import Rejected

# No record is older than China's last summer time, and none of ours is of the next century. What lies outside is a
# defect of the sender, and would overflow a column.
EARLIEST_MS = 694_195_200_000  # 1992-01-01 in Asia/Shanghai
LATEST_MS = 4_102_416_000_000  # 2100-01-01
MAX_SEQ = 2**63 - 1
MAX_DURATION_S = 86_400
MAX_HEADCOUNT = 200

_HEX_SHA256 = re.compile(r"[0-9a-f]{64}")
_BATCH = msgspec.json.Decoder(list[Event])
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(Event)
_MALFORMED = (ValueError, RecursionError)  # of msgspec: malformed, not UTF-8, nested too deep


class Received(NamedTuple):
    """An event, and the civil day on which its record was received."""

    event: Event
    received_on: int


class SetAside(NamedTuple):
    """Bytes that are no event of ours: one event of a batch, or a whole body that is no batch (``not_a_batch``)."""

    routing_key: str
    content: bytes
    reason: str
    detail: str


def decode(routing_key: str, body: bytes) -> tuple[list[Received], list[SetAside]]:
    """The events of one body, in its order, and what of it is set aside."""
    try:
        return [_received(event) for event in _BATCH.decode(body)], []
    except (*_MALFORMED, Rejected):
        return _piece_by_piece(routing_key, body)


def _piece_by_piece(routing_key: str, body: bytes) -> tuple[list[Received], list[SetAside]]:
    try:
        pieces = _PIECES.decode(body)
    except _MALFORMED as error:
        return [], [SetAside(routing_key, body, "not_a_batch", str(error))]
    events: list[Received] = []
    set_aside: list[SetAside] = []
    for piece in pieces:
        try:
            events.append(_received(_ONE.decode(piece)))
        except (*_MALFORMED, Rejected) as error:
            set_aside.append(SetAside(routing_key, bytes(piece), "bad_event", str(error)))
    return events, set_aside


def _received(event: Event) -> Received:
    wrong = _WRONG[type(event)](event)
    if wrong:
        raise Rejected("bad_event", wrong)
    try:
        received_ms = ms_from_rfc3339(event.time)
    except (ValueError, OverflowError) as error:
        raise Rejected("bad_event", "time") from error
    if not EARLIEST_MS <= received_ms < LATEST_MS:
        raise Rejected("bad_event", "time")
    return Received(event, day_of(received_ms))


def _wrong_in_usage(event: UsageEvent) -> str | None:
    return _wrong_in_identity(event.data)


def _wrong_in_session(event: SessionEvent) -> str | None:
    data = event.data
    if not 1 <= data.duration_s <= MAX_DURATION_S:
        return "data.duration_s"
    if data.headcount is not None and not 1 <= data.headcount <= MAX_HEADCOUNT:
        return "data.headcount"
    return _wrong_in_identity(data) or _wrong_in_digest(data.content_sha256)


def _wrong_in_row(event: FaultEvent | VoidEvent) -> str | None:
    return _wrong_in_identity(event.data) or _wrong_in_digest(event.data.content_sha256)


def _wrong_in_presence(event: PresenceEvent) -> str | None:
    for heard in event.data.heard.values():
        if heard and not EARLIEST_MS <= min(heard) * MINUTE_MS <= max(heard) * MINUTE_MS < LATEST_MS:
            return "data.heard"
    return None


def _wrong_in_watermark(event: WatermarkEvent) -> str | None:
    data = event.data
    if not 0 <= data.received_before_ms < LATEST_MS:  # 0 of a worker that has received nothing yet
        return "data.received_before_ms"
    return None if 0 <= data.batch <= MAX_SEQ else "data.batch"


def _wrong_in_outage(event: OutageEvent) -> str | None:
    if not EARLIEST_MS <= event.data.from_ms < LATEST_MS:
        return "data.from_ms"
    return None if event.data.from_ms < event.data.to_ms < LATEST_MS else "data.to_ms"


def _wrong_in_ledger(event: LedgerEvent) -> str | None:
    return None if 0 <= event.data.revision <= MAX_SEQ else "data.revision"


def _wrong_in_identity(data: UsageData | SessionData | FaultData | VoidData) -> str | None:
    if not EARLIEST_MS <= data.ts < LATEST_MS:
        return "data.ts"
    return None if 0 <= data.seq <= MAX_SEQ else "data.seq"


def _wrong_in_digest(digest: str) -> str | None:
    return None if _HEX_SHA256.fullmatch(digest) else "data.content_sha256"


_WRONG: dict[type, Callable[..., str | None]] = {
    UsageEvent: _wrong_in_usage,
    SessionEvent: _wrong_in_session,
    FaultEvent: _wrong_in_row,
    VoidEvent: _wrong_in_row,
    PresenceEvent: _wrong_in_presence,
    WatermarkEvent: _wrong_in_watermark,
    OutageEvent: _wrong_in_outage,
    LedgerEvent: _wrong_in_ledger,
}
