"""paho's client, as far as a subscriber with manual acknowledgement sees it; mirrors ``paho.mqtt.client.Client``.

Like the real one it gives packet ids out again from 1 when the broker has lost the session, and sends an
acknowledgement on whatever connection there is.
"""

import struct
from typing import Any, NamedTuple


class Connected(NamedTuple):
    """The flags of a CONNACK."""

    session_present: bool


class Reason(NamedTuple):
    """A reason code."""

    is_failure: bool = False


class Received:
    """A message as paho gives it to ``on_message``."""

    def __init__(self, mid: int, topic: str, payload: bytes, properties: Any = None) -> None:
        self.mid, self.topic, self.payload, self.properties, self.qos = mid, topic, payload, properties, 1


class PahoClient:
    """The broker's end is played by the test: :meth:`connect_broker`, :meth:`deliver`, :meth:`lose_connection`."""

    def __init__(self) -> None:
        self.on_connect: Any = None
        self.on_disconnect: Any = None
        self.on_subscribe: Any = None
        self.on_message: Any = None
        self.acknowledged: list[tuple[int, int]] = []  # (connection, packet id) of every PUBACK sent
        self.published: list[tuple[str, bytes, Any]] = []
        self.subscribed: list[str] = []
        self._connection = 0
        self._next = 1

    def reconnect_delay_set(self, _least: int, _most: int) -> None:
        """Nothing to wait for here."""

    def max_inflight_messages_set(self, _most: int) -> None:
        """Nothing is in flight here."""

    def subscribe(self, topics: list[tuple[str, int]]) -> None:
        assert {qos for _, qos in topics} == {1}
        self.subscribed += [topic for topic, _ in topics]

    def _packet_queue(self, command: int, packet: bytes, _mid: int, _qos: int) -> None:
        """Takes PUBACKs in one piece; like the real one, it sends them on whatever connection there is."""
        for kind, length, mid in struct.iter_unpack("!BBH", packet):
            assert (kind, length) == (command, 2) == (0x40, 2)
            self.acknowledged.append((self._connection, mid))

    def publish(self, topic: str, payload: bytes, qos: int, properties: Any) -> None:
        if "+" in topic or "#" in topic:
            raise ValueError("Publish topic cannot contain wildcards.")
        assert qos == 1
        self.published.append((topic, payload, properties))

    def connect_broker(self, *, session_present: bool, refused: bool = False) -> None:
        """The broker answers a CONNECT."""
        self._connection += 1
        if not session_present:
            self._next = 1
        self.on_connect(self, None, Connected(session_present), Reason(refused), None)

    def lose_connection(self) -> None:
        """The connection breaks."""
        self.on_disconnect(self, None, None, Reason(True), None)

    def deliver(self, topic: str, payload: bytes, properties: Any = None) -> int:
        """The broker sends a message; returns its packet id."""
        mid, self._next = self._next, self._next + 1
        self.on_message(self, None, Received(mid, topic, payload, properties))
        return mid
