"""MQTT 5 as bytes: the few packets that a feed sends and gets, encoded and taken apart. No socket in here.

Why not paho, which ``play`` uses: it costs some 200 µs a message, more than what is to be measured with this.
Numbers in comments are sections of the OASIS standard, MQTT Version 5.0.
"""

from collections.abc import Iterator

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xE0
PING = b"\xc0\x00"
GOODBYE = b"\xe0\x00"
RECEIVE_MAXIMUM = 0x21
CORRELATION_DATA = 0x09
NO_LIMIT = 65_535  # 3.2.2.3.3: where the server names no Receive Maximum

# 2.2.2.2: how the value of each property is written.
_SIZES = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), 1),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), 2),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), 4),
}
_TEXT_PAIR, _VARIABLE = 0x26, 0x0B

Packet = tuple[int, bytes]


def connect(user: str, password: str, keepalive_s: int) -> bytes:
    """CONNECT with a clean start; the client id is the user name (3.1)."""
    body = b"\x00\x04MQTT\x05\xc2" + keepalive_s.to_bytes(2, "big") + b"\x00" + _text(user) * 2 + _text(password)
    return b"\x10" + variable(len(body)) + body


def subscribe(mid: int, topic: str) -> bytes:
    """SUBSCRIBE to one topic with QoS 1 (3.8)."""
    body = mid.to_bytes(2, "big") + b"\x00" + _text(topic) + b"\x01"
    return b"\x82" + variable(len(body)) + body


def publish(topic: bytes, mid: int, properties: bytes, payload: bytes) -> bytes:
    """PUBLISH with QoS 1; ``topic`` and ``properties`` with their lengths before them (3.3)."""
    size = len(topic) + 2 + len(properties) + len(payload)
    return b"\x32%b%b%b%b%b" % (variable(size), topic, mid.to_bytes(2, "big"), properties, payload)


def topic_bytes(topic: str) -> bytes:
    """A topic as :func:`publish` wants it."""
    return _text(topic)


def response_properties(topic: str, correlation_size: int) -> bytes:
    """What stands before the Correlation Data of a message that asks for a receipt on ``topic``."""
    body = b"\x08" + _text(topic) + b"\x09" + correlation_size.to_bytes(2, "big")
    return variable(len(body) + correlation_size) + body


def puback(mid: bytes) -> bytes:
    """PUBACK, success, for a packet identifier as it came (3.4)."""
    return b"\x40\x02" + mid


def variable(number: int) -> bytes:
    """A variable byte integer (1.5.5)."""
    if number < 128:
        return bytes((number,))
    encoded = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


class Packets:
    """Cuts what comes from a socket into packets: (first byte, the rest after the length)."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[Packet]:
        """The packets that are complete now; what is not waits for more."""
        buffer = self._rest + data if self._rest else data
        at = 0
        while (size := _size(buffer, at + 1)) is not None and len(buffer) >= size[1] + size[0]:
            length, start = size
            yield buffer[at], buffer[start : start + length]
            at = start + length
        self._rest = buffer[at:]


def reason(body: bytes) -> int:
    """The reason code of a PUBACK; absent means success (3.4.2.1)."""
    return body[2] if len(body) > 2 else 0


def publication(first: int, body: bytes) -> tuple[bytes, bytes, bytes]:
    """Packet identifier (empty with QoS 0), Correlation Data (empty if there is none) and payload of a PUBLISH."""
    start = 2 + int.from_bytes(body[:2], "big")
    mid = body[start : start + 2] if first & 0x06 else b""
    length, at = _size(body, start + len(mid)) or (0, start + len(mid) + 1)
    return mid, properties(body, at, at + length).get(CORRELATION_DATA, b""), body[at + length :]


def connack(body: bytes) -> tuple[int, int]:
    """Reason code and the server's Receive Maximum (3.2)."""
    length, at = _size(body, 2) or (0, 3)
    limit = properties(body, at, at + length).get(RECEIVE_MAXIMUM)
    return body[1], int.from_bytes(limit, "big") if limit else NO_LIMIT


def properties(body: bytes, at: int, until: int) -> dict[int, bytes]:
    """The properties between two places, by number, as bytes."""
    found = {}
    while at < until:
        number, at = body[at], at + 1
        if number in _SIZES:
            size = _SIZES[number]
        elif number == _VARIABLE:
            size = (_size(body, at) or (0, at + 1))[1] - at
        else:
            size = int.from_bytes(body[at : at + 2], "big")
            at += 2
            if number == _TEXT_PAIR:
                size += 2 + int.from_bytes(body[at + size : at + size + 2], "big")
        found[number] = body[at : at + size]
        at += size
    return found


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _size(buffer: bytes, at: int) -> tuple[int, int] | None:
    """A variable byte integer and where the next thing begins; None if it is not all there."""
    value = shift = 0
    for place in range(at, min(at + 4, len(buffer))):
        value |= (buffer[place] & 0x7F) << shift
        if buffer[place] < 0x80:
            return value, place + 1
        shift += 7
    return None
