"""From a payload to records: typed all at once, and one by one only where something in it is wrong."""

import re
from typing import NamedTuple

import msgspec

from shared.contracts.civil_time import day_of
from shared.contracts.telemetry import MAX_PAYLOAD_BYTES, MAX_RECORDS, FeedHeartbeat, Record
from shared.failures import Rejected

_ALL = msgspec.json.Decoder(list[Record] | Record)
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])
_PIECE = msgspec.json.Decoder(msgspec.Raw)
_ONE = msgspec.json.Decoder(Record)
_HEARTBEAT = msgspec.json.Decoder(FeedHeartbeat)
_BROKEN = (msgspec.DecodeError, RecursionError)  # deep nesting ends msgspec's recursion, not ours


# A ts outside is counted on the day of receipt: no vendor may fill the ledger with days nobody asks for.
_EARLIEST_COUNTED_MS = 694_195_200_000  # 1992-01-01 in Asia/Shanghai
_LATEST_COUNTED_MS = 4_102_416_000_000  # 2100-01-01


class _Time(msgspec.Struct, gc=False):
    ts: int


class _Named(msgspec.Struct, gc=False):
    device: str


_TIME = msgspec.json.Decoder(_Time)
_NAMED = msgspec.json.Decoder(_Named)
# msgspec names the place: "… - at `$.values[...]`", "… - at `key` in `$.values`", "… required field `ts`"
_PLACE = re.compile(r"`\$\.(\w+)[^`]*`$")
_MISSING = re.compile(r"^Object missing required field `(\w+)`$")


class Wrong(NamedTuple):
    """An item that is no record of the contract: the field at fault; ``ts`` and ``device`` where they could be read."""

    field: str | None
    ts: int | None
    device: str | None = None


def counted_day(ts: int | None, received_ms: int) -> int:
    """The civil day a record is counted on: that of its ``ts``, or of its receipt where ``ts`` is no date of ours."""
    if ts is None or not _EARLIEST_COUNTED_MS <= ts < _LATEST_COUNTED_MS:
        return day_of(received_ms)
    return day_of(ts)


def parse(payload: bytes) -> list[Record | Wrong]:
    """The items of a payload, in order; one that is no record is a :class:`Wrong`.

    :raises Rejected: ``too_large`` or ``not_json`` if the payload as a whole cannot be read
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Rejected("too_large")
    _check_utf8(payload)
    try:
        items = _ALL.decode(payload)
    except msgspec.ValidationError:
        records = [_one(piece) for piece in pieces(payload)]
    except _BROKEN as error:
        raise Rejected("not_json") from error
    else:
        records = items if isinstance(items, list) else [items]
    if len(records) > MAX_RECORDS:
        raise Rejected("too_large")
    return records


def parse_heartbeats(payload: bytes) -> list[FeedHeartbeat | Wrong]:
    """A feed's heartbeats, in order; an item that is none is a :class:`Wrong`.

    :raises Rejected: ``too_large`` or ``not_json`` if the payload as a whole cannot be read
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Rejected("too_large")
    _check_utf8(payload)
    found = pieces(payload)
    if len(found) > MAX_RECORDS:
        raise Rejected("too_large")
    return [_heartbeat(piece) for piece in found]


def _heartbeat(piece: bytes) -> FeedHeartbeat | Wrong:
    try:
        heartbeat: FeedHeartbeat = _HEARTBEAT.decode(piece)
    except msgspec.ValidationError as error:
        return Wrong(_field(str(error)), None)
    return heartbeat


def pieces(payload: bytes) -> list[bytes]:
    """The bytes of each item of a payload.

    :raises Rejected: ``not_json``
    """
    try:
        if payload.lstrip(b" \t\r\n").startswith(b"["):
            return [bytes(piece) for piece in _PIECES.decode(payload)]
        return [bytes(_PIECE.decode(payload))]
    except _BROKEN as error:
        raise Rejected("not_json") from error


def _check_utf8(payload: bytes) -> None:
    """msgspec does not look inside strings it skips."""
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise Rejected("not_json") from error


def _one(piece: bytes) -> Record | Wrong:
    try:
        record: Record = _ONE.decode(piece)
    except msgspec.ValidationError as error:
        return Wrong(_field(str(error)), _ts(piece), _device(piece))
    except _BROKEN as error:
        raise Rejected("not_json") from error
    return record


def _field(message: str) -> str | None:
    found = _PLACE.search(message) or _MISSING.search(message)
    return found[1] if found else None


def _device(piece: bytes) -> str | None:
    try:
        return _NAMED.decode(piece).device
    except _BROKEN:
        return None


def _ts(piece: bytes) -> int | None:
    try:
        return _TIME.decode(piece).ts
    except _BROKEN:
        return None
