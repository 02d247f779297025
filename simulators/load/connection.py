"""One account's MQTT 5 connection for load: a socket that never blocks, and a handler for what comes.

Connected anew when it is lost. User name and client id are both ``{vendor}.{feed}``, as the broker wants them.
"""

import socket
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from simulators.load import wire

KEEPALIVE_S = 30
RETRY_CONNECT_S = 0.3
CONNECT_WITHIN_S = 5.0
READ_BYTES = 262_144
BUFFERED_BYTES = 1_048_576
REFUSED = 0x80


class Handler(Protocol):
    """Who is told what the broker said."""

    def acknowledged(self, number: int, reason: int, now_s: float) -> None:
        """The PUBACK of a message."""

    def arrived(self, correlation: bytes, payload: bytes, now_s: float) -> None:
        """A message on the subscribed topic."""

    def lost(self) -> None:
        """The connection is gone, and with it what is known of messages under way."""


@dataclass(slots=True)
class Connections:
    """What happened to connections, over all feeds; ``problems`` names which users met what."""

    made: int
    lost: int
    problems: defaultdict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect as whom; ``topic`` is subscribed to, if any."""

    host: str
    port: int
    user: str
    password: str
    topic: str | None


class Connection:
    """Publishes numbered messages and tells its handler what became of them."""

    def __init__(self, address: Address, handler: Handler, seen: Connections) -> None:
        self._address = address
        self._handler = handler
        self._seen = seen
        self._socket: socket.socket | None = None
        self._lost_at = float("-inf")
        self._start_over(0.0)

    def _start_over(self, now_s: float) -> None:
        self.ready = False
        self._packets = wire.Packets()
        self._out = bytearray()
        self._numbers: dict[int, int] = {}
        self._mid = 0
        self._limit = wire.NO_LIMIT
        self._heard_at = self._wrote_at = self._opened_at = now_s

    def fileno(self) -> int | None:
        """The socket's file number, None while there is no connection."""
        return self._socket.fileno() if self._socket is not None else None

    @property
    def wants_to_write(self) -> bool:
        """Whether something waits for the socket to take it."""
        return bool(self._out)

    def has_room(self) -> bool:
        """Whether another message may go out now: the broker's Receive Maximum (4.9), and our own memory."""
        return self.ready and len(self._numbers) < self._limit and len(self._out) < BUFFERED_BYTES

    def advance(self, now_s: float) -> None:
        """Connect if need be, ping if it is time, give up a connection that is silent for too long."""
        if self._socket is None:
            if now_s - self._lost_at >= RETRY_CONNECT_S:
                self._connect(now_s)
        elif not self.ready and now_s - self._opened_at > CONNECT_WITHIN_S:
            self._lose("the broker does not answer", now_s)
        elif now_s - self._heard_at > 1.5 * KEEPALIVE_S:
            self._lose("the broker fell silent", now_s)
        elif now_s - self._wrote_at > KEEPALIVE_S / 2:
            self._wrote_at = now_s
            self._out += wire.PING

    def publish(self, number: int, topic: bytes, properties: bytes, payload: bytes) -> None:
        """Put a message among what goes out with the next :meth:`write`."""
        mid = self._next_mid()
        self._numbers[mid] = number
        self._out += wire.publish(topic, mid, properties, payload)

    def write(self, now_s: float) -> None:
        """Give the socket what it takes."""
        if self._socket is None or not self._out:
            return
        try:
            sent = self._socket.send(self._out)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"connection lost: {error}", now_s)
            return
        del self._out[:sent]
        self._wrote_at = now_s

    def read(self, now_s: float) -> None:
        """Take in what the broker sent."""
        try:
            data = self._socket.recv(READ_BYTES) if self._socket is not None else b""
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(f"connection lost: {error}", now_s)
            return
        if not data:
            self._lose("connection closed by the broker", now_s)
            return
        self._heard_at = now_s
        for first, body in self._packets.cut(data):
            self._take(first, body, now_s)

    def close(self) -> None:
        """Say goodbye."""
        self._out += wire.GOODBYE
        self.write(self._wrote_at)
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _connect(self, now_s: float) -> None:
        address = self._address
        try:
            self._socket = socket.create_connection((address.host, address.port), timeout=CONNECT_WITHIN_S)
        except OSError as error:
            self._lost_at = now_s
            self._seen.problems[f"cannot connect: {error}"].add(address.user)
            return
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._start_over(now_s)
        self._out += wire.connect(address.user, address.password, KEEPALIVE_S)
        self.write(now_s)

    def _lose(self, why: str, now_s: float) -> None:
        if self._socket is None:
            return
        self._seen.lost += self.ready
        self._seen.problems[why].add(self._address.user)
        self._socket.close()
        self._socket = None
        self._lost_at = now_s
        self._start_over(now_s)
        self._handler.lost()

    def _take(self, first: int, body: bytes, now_s: float) -> None:
        kind = first & 0xF0
        if kind == wire.PUBACK:
            number = self._numbers.pop(int.from_bytes(body[:2], "big"), None)
            if number is not None:
                self._handler.acknowledged(number, wire.reason(body), now_s)
        elif kind == wire.PUBLISH:
            mid, correlation, payload = wire.publication(first, body)
            if mid:
                self._out += wire.puback(mid)
            self._handler.arrived(correlation, payload, now_s)
        elif kind == wire.CONNACK:
            self._greeted(*wire.connack(body), now_s)
        elif kind == wire.SUBACK:
            # Only now: a receipt that comes before the subscription is lost.
            self.ready = body[-1] < REFUSED
            if not self.ready:
                self._lose(f"may not read {self._address.topic}: 0x{body[-1]:02x}", now_s)
        elif kind == wire.DISCONNECT:
            self._lose(f"the broker ended the connection: 0x{body[0] if body else 0:02x}", now_s)

    def _greeted(self, code: int, limit: int, now_s: float) -> None:
        if code >= REFUSED:
            self._lose(f"connection refused: 0x{code:02x}", now_s)
            return
        self._limit = limit
        self._seen.made += 1
        if self._address.topic is None:
            self.ready = True
        else:
            self._out += wire.subscribe(self._next_mid(), self._address.topic)

    def _next_mid(self) -> int:
        self._mid = self._mid % 65_535 + 1
        while self._mid in self._numbers:
            self._mid = self._mid % 65_535 + 1
        return self._mid
