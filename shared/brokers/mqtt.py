"""MQTT 5 through paho: one way to make a client from an ``mqtt://user:password@host:port`` address."""

from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

AClient = TypeVar("AClient", bound=Client)


class MqttAddress(NamedTuple):
    """Where the broker is and who we are there; the user name is also the client id (the broker enforces it)."""

    host: str
    port: int
    user: str
    password: str


def parse(url: str) -> MqttAddress:
    """Take an ``mqtt://`` address apart.

    :raises ValueError: if user, password or host is missing
    """
    parts = urlsplit(url)
    if parts.scheme != "mqtt" or not (parts.hostname and parts.username and parts.password):
        raise ValueError("an MQTT address looks like mqtt://user:password@host:port")
    return MqttAddress(parts.hostname, parts.port or 1883, unquote(parts.username), unquote(parts.password))


def client(address: MqttAddress, kind: type[AClient]) -> AClient:
    """A paho client of some kind that has not connected yet.

    A callback that raises kills paho's thread while ``is_connected`` still says yes, hence ``suppress_exceptions``;
    callers catch and count their own.
    """
    made = kind(CallbackAPIVersion.VERSION2, client_id=address.user, protocol=MQTTv5)
    made.username_pw_set(address.user, address.password)
    made.suppress_exceptions = True
    return made
