"""From a payload to records: typed all at once, and one by one only where something in it is wrong."""

import re
from typing import NamedTuple

import msgspec

from shared.contracts.telemetry import MAX_PAYLOAD_BYTES, MAX_RECORDS, FeedHeartbeat, Record
from shared.failures import Rejected

_ALL = msgspec.json.Decoder(list[Record] | Record)
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])
_PIECE = msgspec.json.Decoder(msgspec.Raw)
_ONE = msgspec.json.Decoder(Record)
_HEARTBEAT = msgspec.json.Decoder(FeedHeartbeat)
_BROKEN = (msgspec.DecodeError, RecursionError)  # deep nesting ends msgspec's recursion, not ours


class _Time(msgspec.Struct, gc=False):
    ts: int


_TIME = msgspec.json.Decoder(_Time)
# msgspec names the place: "… - at `$.values[...]`", "… - at `key` in `$.values`", "… required field `ts`"
_PLACE = re.compile(r"`\$\.(\w+)[^`]*`$")
_MISSING = re.compile(r"^Object missing required field `(\w+)`$")


class Wrong(NamedTuple):
    """An item that is no record of the contract: the field at fault, and ``ts`` where it could be read."""

    field: str | None
    ts: int | None


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
        return Wrong(_field(str(error)), _ts(piece))
    except _BROKEN as error:
        raise Rejected("not_json") from error
    return record


def _field(message: str) -> str | None:
    found = _PLACE.search(message) or _MISSING.search(message)
    return found[1] if found else None


def _ts(piece: bytes) -> int | None:
    try:
        return _TIME.decode(piece).ts
    except _BROKEN:
        return None
