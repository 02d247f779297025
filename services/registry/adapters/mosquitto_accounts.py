"""Accounts in Mosquitto's dynamic security plugin, through ``$CONTROL/dynamic-security/v1``.

A connection lasts for one change: the client id is the user name, so two processes that stayed connected would cut
each other off. Callers come in turn (feed_accounts.InTurn), so there is one change at a time.
"""

import queue
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from paho.mqtt.client import Client

from services.registry.feed_accounts import Account
from shared.brokers import mqtt
from shared.failures import Unavailable

_CONTROL = "$CONTROL/dynamic-security/v1"
_RESPONSE = f"{_CONTROL}/response"
_TIMEOUT_S = 2.0  # of each step: the caller holds the registry's lock meanwhile
_ROLE_EXISTS = "Role already exists"
_CLIENT_EXISTS = "Client already exists"
_NO_CLIENT = "Client not found"
Command = dict[str, Any]


class MosquittoAccounts:
    """See :class:`services.registry.feed_accounts.BrokerAccounts`; ``url`` is an account that may administer them."""

    def __init__(self, url: str) -> None:
        self._address = mqtt.parse(url)

    def open(self, account: Account, password: str) -> None:
        """See BrokerAccounts."""
        client = {"username": account.username, "password": password, "roles": [{"rolename": account.role}]}
        self._command(
            [
                *_role(account),
                {"command": "createClient", **client},
                {"command": "modifyClient", **client},
                _use(account),
            ],
            tolerated={_ROLE_EXISTS, _CLIENT_EXISTS},
        )

    def change(self, account: Account) -> bool:
        """See BrokerAccounts."""
        return _NO_CLIENT not in self._command([*_role(account), _use(account)], tolerated={_ROLE_EXISTS, _NO_CLIENT})

    def _command(self, commands: list[Command], tolerated: set[str]) -> set[str]:
        """The errors that were answered; each of them is tolerated."""
        with self._connected() as (client, responses):
            tag = secrets.token_hex(8)
            tagged = [{**command, "correlationData": tag} for command in commands]
            client.publish(_CONTROL, msgspec.json.encode({"commands": tagged}), qos=1)
            while True:
                answers = _next(responses, "the broker did not answer")
                if any(answer.get("correlationData") == tag for answer in answers):
                    break
        errors = {answer["error"] for answer in answers if "error" in answer}
        if errors - tolerated:
            raise Unavailable("mosquitto", "; ".join(sorted(errors - tolerated)))
        return errors

    @contextmanager
    def _connected(self) -> Iterator[tuple[Client, "queue.Queue[Any]"]]:
        """A connection that hears the plugin's responses; each is a list of answers."""
        events: queue.Queue[Any] = queue.Queue()
        client = mqtt.client(self._address, Client)
        client.connect_timeout = _TIMEOUT_S
        client.on_connect = lambda client, _userdata, _flags, reason, _properties: (
            events.put(Unavailable("mosquitto", str(reason))) if reason.is_failure else client.subscribe(_RESPONSE, 1)
        )
        client.on_subscribe = lambda *_: events.put([])
        client.on_message = lambda _client, _userdata, message: events.put(_answers(bytes(message.payload)))
        try:
            client.connect(self._address.host, self._address.port, keepalive=30)
        except OSError as error:
            raise Unavailable("mosquitto", str(error)) from error
        client.loop_start()
        try:
            _next(events, "the broker did not accept the connection")
            yield client, events
        finally:
            client.disconnect()
            client.loop_stop()


def _role(account: Account) -> list[Command]:
    acls = [{**acl._asdict(), "priority": 0, "allow": True} for acl in account.acls]
    role = {"rolename": account.role, "acls": acls}
    return [{"command": "createRole", **role}, {"command": "modifyRole", **role}]


def _use(account: Account) -> Command:
    return {"command": "enableClient" if account.active else "disableClient", "username": account.username}


def _answers(payload: bytes) -> list[dict[str, Any]]:
    return list(msgspec.json.decode(payload).get("responses", []))


def _next(events: "queue.Queue[Any]", why: str) -> list[dict[str, Any]]:
    try:
        event = events.get(timeout=_TIMEOUT_S)
    except queue.Empty as error:
        raise Unavailable("mosquitto", why) from error
    if isinstance(event, Unavailable):
        raise event
    return list(event)
