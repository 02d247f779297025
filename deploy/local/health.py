"""Is a part of the stack healthy? Each check does what a client would: log in, ask, read the answer."""

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pika
import pika.exceptions
import requests
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from deploy.local.addresses import DATABASE, Addresses
from deploy.local.folders import Folders
from deploy.local.ports import HOST

_ANSWER_S = 5
_FRESH_MS = 5_000
_NAMES_REQUEST = b"\x00\x01n"  # length, then the request


class Unhealthy(Exception):
    """Why a part is not healthy, in a few words."""


class Health:
    """The checks of one stack."""

    def __init__(self, folders: Folders, addresses: Addresses) -> None:
        self._folders = folders
        self._addresses = addresses
        self._checks: dict[str, Callable[[], None]] = {
            "mosquitto": self._mosquitto,
            "epmd": self._epmd,
            "rabbitmq": self._rabbitmq,
            "influxdb": self._influxdb,
            "registry": lambda: self._http("registry"),
            "telemetry-worker": lambda: self._worker("telemetry-worker"),
            "telemetry-api": lambda: self._http("telemetry"),
            "adoption-worker": lambda: self._worker("adoption-worker"),
            "adoption-api": lambda: self._http("adoption"),
        }

    def check(self, name: str) -> None:
        """Check one program of the stack.

        :raises Unhealthy: if it is not healthy now
        """
        try:
            self._checks[name]()
        except (OSError, pika.exceptions.AMQPError, ValueError) as error:  # requests' exceptions are OSErrors
            raise Unhealthy(f"{type(error).__name__}: {error}") from error

    def _mosquitto(self) -> None:
        """Log in with the account made for this: any other would take over a session that is in use."""
        client = Client(CallbackAPIVersion.VERSION2, client_id="health", protocol=MQTTv5)
        client.username_pw_set("health", self._addresses.accounts.password("mosquitto", "health"))
        answered = threading.Event()
        answers: list[Any] = []

        def on_connect(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            answers.append(reason)
            answered.set()

        client.on_connect = on_connect
        client.connect(HOST, self._addresses.ports.mqtt)
        client.loop_start()
        try:
            if not answered.wait(_ANSWER_S):
                raise Unhealthy("no answer to CONNECT")
            if answers[0].is_failure:
                raise Unhealthy(str(answers[0]))
        finally:
            client.disconnect()
            client.loop_stop()

    def _epmd(self) -> None:
        """Ask for the registered names; the answer begins with epmd's own port (Erlang distribution protocol, 13.1)."""
        port = self._addresses.ports.epmd
        with socket.create_connection((HOST, port), _ANSWER_S) as connection:
            connection.sendall(_NAMES_REQUEST)
            with connection.makefile("rb") as answer:
                if answer.read(4) != port.to_bytes(4, "big"):
                    raise Unhealthy("another program answers")

    def _rabbitmq(self) -> None:
        parameters = pika.URLParameters(self._addresses.amqp("adoption"))
        parameters.socket_timeout = parameters.stack_timeout = _ANSWER_S
        connection = pika.BlockingConnection(parameters)
        connection.channel()
        connection.close()

    def _influxdb(self) -> None:
        login = ("telemetry", self._addresses.accounts.password("influxdb", "telemetry"))
        question = {"q": "SHOW MEASUREMENTS LIMIT 1", "db": DATABASE}
        answer = requests.get(f"{self._addresses.http('influx')}/query", question, auth=login, timeout=_ANSWER_S)
        if answer.status_code != 200 or "error" in answer.text:
            raise Unhealthy(f"{answer.status_code} {answer.text.strip()}")

    def _http(self, name: str) -> None:
        answer = requests.get(f"{self._addresses.http(name)}/healthz", timeout=_ANSWER_S)
        if answer.status_code != 200:
            raise Unhealthy(f"{answer.status_code} {answer.text.strip()}")

    def _worker(self, name: str) -> None:
        """Read the file a worker rewrites each second."""
        path = self._folders.data_of(name) / "health.json"
        if not path.exists():
            raise Unhealthy("health.json is not there yet")
        sign = json.loads(path.read_bytes())
        age_ms = time.time_ns() // 1_000_000 - sign["at"]
        if age_ms > _FRESH_MS:
            raise Unhealthy(f"health.json is {age_ms} ms old")
        if not sign["ready"]:
            raise Unhealthy(f"not ready: {json.dumps(sign, ensure_ascii=False)}")
