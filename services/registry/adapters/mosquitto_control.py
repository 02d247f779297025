"""How Mosquitto's dynamic security plugin is spoken to: commands to ``$CONTROL/dynamic-security/v1``, and answers.

``{"commands": [{"command": "enableClient", "username": "acme.gw", "correlationData": tag}, …]}`` is answered by
``{"responses": [{"command": …, "correlationData": tag, "error"?, "data"?}, …]}``, to all who subscribe to the topic of
responses.
"""

import queue
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from paho.mqtt.client import Client

from shared.brokers import mqtt
from shared.failures import Unavailable

_CONTROL = "$CONTROL/dynamic-security/v1"
_RESPONSE = f"{_CONTROL}/response"
# Nobody else waits for a connection but who wants one; a broker whose only thread is busy with a thousand that come
# back takes seconds. For an answer the registry's lock is held: a sixth of the 30 s that other writers wait for it.
_CONNECT_S = 10.0
_ANSWER_S = 5.0
Command = dict[str, Any]
Answer = dict[str, Any]


class Control:
    """A connection that hears the plugin's answers."""

    def __init__(self, client: Client, heard: "queue.Queue[Any]") -> None:
        self._client = client
        self._heard = heard

    def ask(self, commands: list[Command], tolerated: frozenset[str] = frozenset()) -> list[Answer]:
        """The answers to commands, in their order; an error is among them only if it is ``tolerated``.

        :raises Unavailable: if there is another error, or no answer
        """
        tag = secrets.token_hex(8)
        tagged = [{**command, "correlationData": tag} for command in commands]
        self._client.publish(_CONTROL, msgspec.json.encode({"commands": tagged}), qos=1)
        while True:
            answers: list[Answer] = list(_next(self._heard, _ANSWER_S, "the broker did not answer"))
            if any(answer.get("correlationData") == tag for answer in answers):
                break
        if errors := {answer["error"] for answer in answers if "error" in answer} - tolerated:
            raise Unavailable("mosquitto", "; ".join(sorted(errors)))
        return answers


@contextmanager
def connected(address: mqtt.MqttAddress) -> Iterator[Control]:
    """A connection for the time of the block.

    :raises Unavailable: if the broker does not accept it, or loses it while it is being asked
    """
    heard: queue.Queue[Any] = queue.Queue()
    client = mqtt.client(address, Client)
    client.connect_timeout = _CONNECT_S
    client.on_connect = lambda client, _userdata, _flags, reason, _properties: (
        heard.put(Unavailable("mosquitto", str(reason))) if reason.is_failure else client.subscribe(_RESPONSE, 1)
    )
    client.on_subscribe = lambda *_: heard.put([])
    client.on_message = lambda _client, _userdata, message: heard.put(_answers(bytes(message.payload)))
    try:
        client.connect(address.host, address.port, keepalive=30)
    except OSError as error:
        raise Unavailable("mosquitto", str(error)) from error
    client.loop_start()
    try:
        _next(heard, _CONNECT_S, "the broker did not accept the connection")
        yield Control(client, heard)
    finally:
        client.disconnect()
        client.loop_stop()


def _answers(payload: bytes) -> list[Answer]:
    return list(msgspec.json.decode(payload).get("responses", []))


def _next(heard: "queue.Queue[Any]", within_s: float, why: str) -> Any:
    try:
        event = heard.get(timeout=within_s)
    except queue.Empty as error:
        raise Unavailable("mosquitto", why) from error
    if isinstance(event, Unavailable):
        raise event
    return event
