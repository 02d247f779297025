"""A feed as a vendor would write one: paho, MQTT 5, and nothing of ours."""

import json
import queue
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WAIT_S = 20


class Refused(Exception):
    """The broker refused the connection, a subscription or a message; the text is its reason."""


class Feed:
    """One MQTT account, connected for as long as the ``with`` block lasts."""

    def __init__(self, host: str, port: int, user: str | None, password: str | None) -> None:
        self._connected: queue.Queue[Any] = queue.Queue()
        self._acknowledged: queue.Queue[tuple[int, Any]] = queue.Queue()
        self._subscribed: queue.Queue[list[Any]] = queue.Queue()
        self.received: queue.Queue[Any] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=user or "nobody", protocol=MQTTv5)
        if user is not None:
            self._client.username_pw_set(user, password)
        self._client.on_connect = lambda _c, _u, _f, reason, _p: self._connected.put(reason)
        self._client.on_publish = lambda _c, _u, mid, reason, _p: self._acknowledged.put((mid, reason))
        self._client.on_subscribe = lambda _c, _u, _m, reasons, _p: self._subscribed.put(reasons)
        self._client.on_message = lambda _c, _u, message: self.received.put(message)
        self._address = (host, port)
        self.user = user or ""

    def __enter__(self) -> "Feed":
        self._client.connect(*self._address)
        self._client.loop_start()
        reason = self._connected.get(timeout=WAIT_S)
        if reason.is_failure:
            self.__exit__(None, None, None)
            raise Refused(str(reason))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, pattern: str) -> None:
        """Subscribe with QoS 1; :raises Refused: if the broker does not grant it."""
        self._client.subscribe(pattern, 1)
        for reason in self._subscribed.get(timeout=WAIT_S):
            if reason.is_failure:
                raise Refused(str(reason))

    def publish(self, topic: str, payload: bytes, properties: Properties | None = None) -> None:
        """Publish with QoS 1 and wait for the PUBACK; :raises Refused: if its reason is a failure."""
        mid = self._client.publish(topic, payload, 1, properties=properties).mid
        acknowledged, reason = self._acknowledged.get(timeout=WAIT_S)
        assert acknowledged == mid
        if reason.is_failure:
            raise Refused(str(reason))

    def send(self, topic: str, payload: bytes, correlation: bytes = b"1") -> dict[str, Any]:
        """Publish with a Response Topic and wait for the receipt, which comes once the message is durable."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = f"ack/v1/{self.user.replace('.', '/')}/r"
        properties.CorrelationData = correlation
        self.publish(topic, payload, properties)
        message = self.received.get(timeout=WAIT_S)
        assert message.properties.CorrelationData == correlation
        receipt: dict[str, Any] = json.loads(message.payload)
        return receipt
