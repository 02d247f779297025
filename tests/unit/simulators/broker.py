"""A broker and what stands behind it, on a socket of this process: enough of MQTT 5 to receive, answer, and fail."""

import json
import socket
import threading
from collections.abc import Callable

from simulators.load import wire

Received = list[tuple[str, bytes]]


class FakeBroker:
    """Takes connections one after the other; ``answer`` says what becomes of the n-th PUBLISH over all of them.

    It returns the PUBACK's reason and the receipt, ``None`` for no answer at all, or raises ConnectionError to hang up.
    """

    def __init__(self, answer: Callable[[int, bytes], tuple[int, bytes | None] | None]) -> None:
        self.received: Received = []
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FakeBroker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            try:
                self._speak(connection)
            except ConnectionError:
                connection.close()

    def _speak(self, connection: socket.socket) -> None:
        packets = wire.Packets()
        while data := connection.recv(65_536):
            for first, body in packets.cut(data):
                connection.sendall(self._reply(first, body))
        raise ConnectionResetError

    def _reply(self, first: int, body: bytes) -> bytes:
        kind = first & 0xF0
        if kind == 0x10:
            return b"\x20\x06\x00\x00\x03\x21\x00\x05"  # at most five messages without a PUBACK
        if kind == 0x80:
            return b"\x90\x04" + body[:2] + b"\x00\x01"
        if kind != 0x30:
            return b""
        size = int.from_bytes(body[:2], "big")
        topic, mid = body[2 : 2 + size].decode(), body[2 + size : 4 + size]
        _, correlation, payload = wire.publication(first, body)
        self.received.append((topic, payload))
        said = self._answer(len(self.received), payload)
        if said is None:
            return b""
        reason, receipt = said
        answer = b"\x40\x03" + mid + bytes((reason,))
        if receipt is None:
            return answer
        properties = wire.variable(3 + len(correlation)) + b"\x09" + len(correlation).to_bytes(2, "big") + correlation
        if len(self.received) % 2:
            return answer + wire.publish(b"\x00\x01r", 1, properties, receipt)
        rest = b"\x00\x01r" + properties + receipt  # QoS 0 has no packet identifier
        return answer + b"\x30" + wire.variable(len(rest)) + rest


def accepted(payload: bytes) -> bytes:
    """The receipt of a message whose records are all accepted."""
    body = json.loads(payload)
    return json.dumps({"accepted": len(body) if isinstance(body, list) else 1, "parked": 0, "rejected": []}).encode()
