"""MQTT 5 packets that paho makes one by one, each at two system calls or more: here many at once, as bytes. Pure.

PUBACK (3.4) with reason success, and PUBLISH (3.3) with QoS 0 and at most Correlation Data.
"""

import struct
from collections.abc import Iterable

PUBACK = 0x40
_PUBLISH = b"\x30"
_CORRELATION_DATA = 0x09
_puback = struct.Struct("!BBH").pack  # type, remaining length, packet id
_bytes_with = struct.Struct("!H").pack  # two bytes of length go before text and binary data (1.5.4, 1.5.6)
_MOST = 268_435_455  # what a variable byte integer holds (1.5.5)
_NOT_IN_A_TOPIC = "+#\0"


def pubacks(packet_ids: Iterable[int]) -> bytes:
    """One PUBACK after the other."""
    return b"".join([_puback(PUBACK, 2, packet_id) for packet_id in packet_ids])


def publish(topic: str, payload: bytes, correlation: bytes | None) -> bytes:
    """One PUBLISH, QoS 0, not retained.

    :raises ValueError: if it is no topic to publish to (wildcards, U+0000, more than 65,535 bytes)
    """
    name = topic.encode()
    if not 0 < len(name) < 65_536 or any(mark in topic for mark in _NOT_IN_A_TOPIC):
        raise ValueError(f"not a topic to publish to: {topic[:100]!r}")
    said = b"" if correlation is None else bytes([_CORRELATION_DATA]) + _bytes_with(len(correlation)) + correlation
    rest = b"".join((_bytes_with(len(name)), name, _variable(len(said)), said, payload))
    return _PUBLISH + _variable(len(rest)) + rest


def _variable(number: int) -> bytes:
    """A variable byte integer (1.5.5): seven bits a byte, the lowest first."""
    assert number <= _MOST
    coded = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        coded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(coded)
