"""MQTT 5 packets that come and go by the thousand, as bytes: to paho one costs more than all else that is done with it.

PUBLISH (3.3) as the broker sends it; PUBACK (3.4) with reason success, and PUBLISH with QoS 0, many at once. Pure.
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple

PUBACK = 0x40
_PUBLISH = b"\x30"
_MOST = 268_435_455  # what a variable byte integer holds (1.5.5)
_NOT_IN_A_TOPIC = "+#\0"
_RESPONSE_TOPIC, _CORRELATION_DATA, _USER_PROPERTY, _SUBSCRIPTION = 0x08, 0x09, 0x26, 0x0B
_WIDTH = {0x01: 1, 0x02: 4, 0x23: 2}  # 2.2.2.2: payload format, message expiry, topic alias
_WITH_LENGTH = (_RESPONSE_TOPIC, _CORRELATION_DATA, _USER_PROPERTY, 0x03)  # and content type
_puback = struct.Struct("!BBH").pack  # type, remaining length, packet id
_length = struct.Struct("!H")  # two bytes of length go before text and binary data (1.5.4, 1.5.6)


class Publication(NamedTuple):
    """What a PUBLISH says; ``packet_id`` is 0 with QoS 0."""

    topic: str
    payload: bytes
    packet_id: int
    response: str | None
    correlation: bytes | None


def read_publish(first: int, body: bytes) -> Publication:
    """Take a PUBLISH apart: its first byte, and what follows the remaining length.

    :raises ValueError: if it is malformed
    """
    try:
        (size,) = _length.unpack_from(body)
        at = 2 + size
        topic = body[2:at].decode()
        packet_id = 0
        if first & 0x06:
            (packet_id,) = _length.unpack_from(body, at)
            at += 2
        size, at = _number(body, at)
        end = at + size
        response, correlation = _asked(body, at, end) if size else (None, None)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"not a PUBLISH: {error}") from error
    if end > len(body):
        raise ValueError("not a PUBLISH: its properties are cut off")
    return Publication(topic, body[end:], packet_id, response, correlation)


def _asked(body: bytes, at: int, end: int) -> tuple[str | None, bytes | None]:
    """Response Topic and Correlation Data among the properties between two places."""
    response = correlation = None
    while at < end:
        number, at = body[at], at + 1
        if number in _WIDTH:
            at += _WIDTH[number]
        elif number == _SUBSCRIPTION:
            _, at = _number(body, at)
        elif number in _WITH_LENGTH:
            value, at = _value(body, at)
            if number == _RESPONSE_TOPIC:
                response = value.decode()
            elif number == _CORRELATION_DATA:
                correlation = value
            elif number == _USER_PROPERTY:
                _, at = _value(body, at)
        else:
            raise ValueError(f"not a PUBLISH: it has a property {number:#x}")
    if at != end:
        raise ValueError("not a PUBLISH: its properties are longer than they say")
    return response, correlation


def _value(body: bytes, at: int) -> tuple[bytes, int]:
    """What stands behind its length, and where the next thing begins."""
    (size,) = _length.unpack_from(body, at)
    end = at + 2 + size
    return body[at + 2 : end], end


def _number(body: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (1.5.5), and where the next thing begins."""
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def pubacks(packet_ids: Iterable[int]) -> bytes:
    """One PUBACK after the other."""
    return b"".join([_puback(PUBACK, 2, packet_id) for packet_id in packet_ids])


def publish(topic: str, payload: bytes, correlation: bytes | None) -> bytes:
    """One PUBLISH, QoS 0, not retained, with Correlation Data or none.

    :raises ValueError: if it is no topic to publish to (wildcards, U+0000, more than 65,535 bytes)
    """
    name = topic.encode()
    if not 0 < len(name) < 65_536 or any(mark in topic for mark in _NOT_IN_A_TOPIC):
        raise ValueError(f"not a topic to publish to: {topic[:100]!r}")
    said = b""
    if correlation is not None:
        said = bytes([_CORRELATION_DATA]) + _length.pack(len(correlation)) + correlation
    rest = b"".join((_length.pack(len(name)), name, _variable(len(said)), said, payload))
    return _PUBLISH + _variable(len(rest)) + rest


def _variable(number: int) -> bytes:
    assert number <= _MOST
    coded = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        coded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(coded)
