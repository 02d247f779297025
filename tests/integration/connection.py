"""A connection to Mosquitto, as a gateway has one."""

import threading
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from shared.brokers import mqtt
from tests.system.polling import until

WITHIN_S = 10


class Connection:
    """A client of the broker, as a gateway has one; reason codes are MQTT 5's."""

    def __init__(self, broker: str, user: str, password: str) -> None:
        address = mqtt.parse(broker)
        self.received: list[tuple[str, bytes]] = []
        self.connected: int | None = None
        self.lost = False
        self._answers: dict[int, int] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=MQTTv5)
        self._client.username_pw_set(user, password)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = lambda *given: self._answers.update({given[2]: int(given[3].value)})
        self._client.on_subscribe = lambda *given: self._answers.update({given[2]: int(given[3][0].value)})
        self._client.on_message = lambda *given: self.received.append((given[2].topic, given[2].payload))
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        until(lambda: self.connected, lambda code: code is not None, WITHIN_S)

    def publish(self, topic: str, payload: bytes = b"{}") -> int:
        """The reason code of the PUBACK."""
        return self._answer(self._client.publish(topic, payload, qos=1).mid)

    def subscribe(self, pattern: str) -> int:
        """The reason code of the SUBACK; 0 to 2 is granted."""
        _, number = self._client.subscribe(pattern, qos=1)
        assert number is not None
        return self._answer(number)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _answer(self, number: int) -> int:
        return until(lambda: self._answers.get(number, -1), lambda code: code >= 0, WITHIN_S)

    def _on_connect(self, *given: Any) -> None:
        self.connected = int(given[3].value)
        if self.connected != 0:
            threading.Thread(target=self._client.disconnect).start()  # else paho tries again for ever

    def _on_disconnect(self, *_: Any) -> None:
        self.lost = True
