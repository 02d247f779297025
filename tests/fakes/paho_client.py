"""paho's client, as far as a subscriber with manual acknowledgement sees it; mirrors ``paho.mqtt.client.Client``.

Like the real one it gives packet ids out again from 1 when the broker has lost the session, and sends an
acknowledgement on whatever connection there is.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers


class Connected(NamedTuple):
    """The flags of a CONNACK."""

    session_present: bool


class Reason(NamedTuple):
    """A reason code."""

    is_failure: bool = False


def publish_body(topic: str, payload: bytes, properties: Properties | None, packet_id: int = 0) -> bytes:
    """What follows the remaining length of a PUBLISH (3.3), its properties written by paho; no id with QoS 0."""
    mid = struct.pack("!H", packet_id) if packet_id else b""
    packed = b"\0" if properties is None else properties.pack()  # type: ignore[no-untyped-call]
    name = topic.encode()
    return struct.pack("!H", len(name)) + name + mid + packed + payload


def packets(sent: bytes) -> Iterator[tuple[int, bytes]]:
    """MQTT control packets as their first byte and what follows the remaining length, decoded by paho's own reader."""
    while sent:
        length, width = VariableByteIntegers.decode(sent[1:])  # type: ignore[no-untyped-call]
        end = 1 + width + length
        assert len(sent) >= end
        yield sent[0], sent[1 + width : end]
        sent = sent[end:]


def published(kind: int, body: bytes) -> tuple[str, bytes, Any]:
    """Topic, payload and properties of a PUBLISH with QoS 0, not retained and no duplicate, by paho's own reader."""
    assert kind == 0x30
    (length,) = struct.unpack("!H", body[:2])
    topic = body[2 : 2 + length].decode()
    assert topic and not set(topic) & set("+#")
    rest = body[2 + length :]
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    _, width = properties.unpack(rest)  # type: ignore[no-untyped-call]
    return topic, rest[width:], properties


class PahoClient:
    """The broker's end is played by the test: :meth:`connect_broker`, :meth:`deliver`, :meth:`lose_connection`."""

    def __init__(self) -> None:
        self.on_connect: Any = None
        self.on_disconnect: Any = None
        self.on_subscribe: Any = None
        self.on_publication: Any = None
        self.acknowledged: list[tuple[int, int]] = []  # (connection, packet id) of every PUBACK sent
        self.published: list[tuple[str, bytes, Any]] = []
        self.subscribed: list[str] = []
        self.sent: list[int] = []  # the first byte of every packet, in order
        self._connection = 0
        self._next = 1

    def reconnect_delay_set(self, _least: int, _most: int) -> None:
        """Nothing to wait for here."""

    def subscribe(self, topics: list[tuple[str, int]]) -> None:
        assert {qos for _, qos in topics} == {1}
        self.subscribed += [topic for topic, _ in topics]

    def _packet_queue(self, _command: int, packet: bytes, _mid: int, _qos: int) -> None:
        """Takes packets in one piece; like the real one, it sends them on whatever connection there is."""
        for kind, body in packets(packet):
            self.sent.append(kind)
            if kind == 0x40:
                self.acknowledged += [(self._connection, mid) for (mid,) in struct.iter_unpack("!H", body)]
            else:
                self.published.append(published(kind, body))

    def connect_broker(self, *, session_present: bool, refused: bool = False) -> None:
        """The broker answers a CONNECT."""
        self._connection += 1
        if not session_present:
            self._next = 1
        self.on_connect(self, None, Connected(session_present), Reason(refused), None)

    def lose_connection(self) -> None:
        """The connection breaks."""
        self.on_disconnect(self, None, None, Reason(True), None)

    def deliver(self, topic: str, payload: bytes, properties: Any = None, qos: int = 1) -> None:
        """The broker sends a message."""
        mid = self._next if qos else 0
        self._next += qos
        self.on_publication(0x30 | qos << 1, publish_body(topic, payload, properties, mid))
