"""One feed's MQTT 5 connection: paho without its thread, driven by the caller's loop, made anew when it is lost.

A client lives as long as its connection: paho would send its own copies again after a reconnect, beside the outbox's.
User name and client id are both ``{vendor}.{feed}``, as the broker wants them.
"""

from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.outbox import Outbox, Parcel, Tally

RETRY_CONNECT_S = 0.5
KEEPALIVE_S = 30


@dataclass(frozen=True, slots=True)
class Account:
    """A feed's account and where its broker is."""

    vendor: str
    feed: str
    password: str
    host: str
    port: int

    @property
    def user(self) -> str:
        """The MQTT user name, which is the client id too."""
        return f"{self.vendor}.{self.feed}"

    @property
    def receipts_topic(self) -> str:
        """The Response Topic that every message names."""
        return f"ack/v1/{self.vendor}/{self.feed}/r"


class Link:
    """Keeps one feed connected and carries parcels out of, and receipts into, its outbox."""

    def __init__(self, account: Account, outbox: Outbox, tally: Tally) -> None:
        self.outbox = outbox
        self._account = account
        self._tally = tally
        self._client: mqtt.Client | None = None
        self._ready = False
        self._connect_at = 0.0
        self._now_s = 0.0
        self._numbers: dict[int, bytes] = {}

    def advance(self, now_s: float, horizon_ms: float) -> None:
        """Connect if need be, and send what is to be sent."""
        self._now_s = now_s
        if self._client is not None and self._client.socket() is None:
            self._lost("connection lost")
        if self._client is None and now_s >= self._connect_at:
            self._connect()
        if not self._ready:
            return
        for parcel in self.outbox.take(now_s, horizon_ms):
            self._publish(parcel)

    def watch(self) -> tuple[int | None, bool]:
        """The socket's file number to watch, and whether it has bytes to write."""
        connected = self._client.socket() if self._client is not None else None
        if self._client is None or connected is None:
            return None, False
        return connected.fileno(), self._client.want_write()

    def read(self, now_s: float) -> None:
        """Take in what the broker sent."""
        self._now_s = now_s
        if self._client is not None:
            self._client.loop_read()

    def write(self) -> None:
        """Send on what did not fit before."""
        if self._client is not None:
            self._client.loop_write()

    def keep_alive(self) -> None:
        """Ping when it is time to."""
        if self._client is not None:
            self._client.loop_misc()

    def close(self) -> None:
        """Say goodbye."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_write()
        self._client, self._ready = None, False

    def _connect(self) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._account.user, protocol=mqtt.MQTTv5)
        client.username_pw_set(self._account.user, self._account.password)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._numbers = {}
        try:
            client.connect(self._account.host, self._account.port, keepalive=KEEPALIVE_S, clean_start=True)
        except OSError as error:
            self._connect_at = self._now_s + RETRY_CONNECT_S
            self._problem(f"cannot connect: {error}")
            return
        self._client = client

    def _lost(self, why: str) -> None:
        if self._ready:
            self._tally.connections_lost += 1
        self._client, self._ready = None, False
        self._connect_at = self._now_s + RETRY_CONNECT_S
        self.outbox.connection_lost()
        self._problem(why)

    def _publish(self, parcel: Parcel) -> None:
        if self._client is None:
            return
        properties = None
        if parcel.message.receipt:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ResponseTopic = self._account.receipts_topic
            properties.CorrelationData = parcel.number
        sent = self._client.publish(parcel.message.topic, parcel.message.payload(), qos=1, properties=properties)
        if sent.rc in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_AGAIN}:
            self._numbers[sent.mid] = parcel.number

    def _on_connect(
        self, client: mqtt.Client, _: object, __: mqtt.ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if reason.is_failure:
            self._problem(f"connection refused: {reason}")
            return
        self._tally.connections += 1
        client.subscribe(self._account.receipts_topic, qos=1)

    def _on_subscribe(
        self, _: mqtt.Client, __: object, ___: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        # Only now: a receipt that comes before the subscription is lost.
        self._ready = not reasons[0].is_failure
        if not self._ready:
            self._problem(f"may not read {self._account.receipts_topic}: {reasons[0]}")

    def _on_publish(self, _: mqtt.Client, __: object, mid: int, reason: ReasonCode, ___: Properties | None) -> None:
        number = self._numbers.pop(mid, None)
        if number is not None:
            self.outbox.acknowledged(number, reason.value, str(reason), self._now_s)

    def _on_message(self, _: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        number = getattr(message.properties, "CorrelationData", b"")
        try:
            self.outbox.receipt(number, message.payload, self._now_s)
        except (ValueError, KeyError, TypeError) as error:
            self._problem(f"not a receipt: {error!r}")

    def _problem(self, what: str) -> None:
        self._tally.problems[what].add(self._account.user)
