"""The broker through paho: messages in, acknowledgements and receipts out, over one durable session.

Packet ids begin again when the broker has lost the session, so an acknowledgement of an old connection would remove a
new message unread: every message carries the number of its connection, and one lock makes sure that nothing is
acknowledged on another.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from services.telemetry import counters
from services.telemetry.adapters.mqtt_packets import PUBACK, Publication, pubacks, publish, read_publish
from services.telemetry.inbox import Inbox
from services.telemetry.keeping import receipt
from services.telemetry.model import Outcome
from services.telemetry.topics import account_of
from shared.brokers import mqtt
from shared.failures import Unavailable

_log = logging.getLogger(__name__)
TOPICS = ("telemetry/v1/#", "feeds/v1/#")
_SESSION_EXPIRY_S = 7 * 86_400
_RECEIVE_MAXIMUM = 5_000
_KEEPALIVE_S = 20
_encode = msgspec.json.Encoder().encode


class MqttMessage:
    """A message as it came from the broker, with what it takes to acknowledge it."""

    __slots__ = ("connection", "correlation", "packet_id", "payload", "received_ms", "response", "topic")

    def __init__(self, said: Publication, received_ms: int, connection: int) -> None:
        self.topic, self.payload, self.packet_id, self.response, self.correlation = said
        self.received_ms = received_ms
        self.connection = connection


class PlainClient(Client):
    """paho's client, that gives each PUBLISH on as it came, instead of to ``on_message`` with all its properties.

    What is overridden is private; the version of paho is locked, and a test fails if it changes.
    """

    on_publication: Callable[[int, bytes], None]

    def _handle_publish(self) -> MQTTErrorCode:
        self.on_publication(self._in_packet["command"], bytes(self._in_packet["packet"]))
        return MQTTErrorCode.MQTT_ERR_SUCCESS


class MqttMessages:
    """One session with the broker: puts what comes into the inbox, and acknowledges."""

    def __init__(
        self,
        url: str,
        inbox: Inbox[MqttMessage],
        now_ms: Callable[[], int],
        on_session: Callable[[bool], None] = lambda _present: None,
    ) -> None:
        """``on_session`` is told, on paho's thread, of each connection whether the broker still had our session."""
        self._inbox = inbox
        self._now_ms = now_ms
        self._on_session = on_session
        self._stamping = False
        self._current = threading.Lock()  # held while the connection changes, and while something is acknowledged
        self._connection = 0
        self._up = False
        self._subscribed = False
        self._closing = threading.Event()
        self._address = mqtt.parse(url)
        self._client = mqtt.client(self._address, PlainClient)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publication = self._on_publication
        self._client.reconnect_delay_set(1, 5)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Connect, and go on trying: a broker that is away is no error."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _SESSION_EXPIRY_S  # without it the session ends with the connection
        properties.ReceiveMaximum = _RECEIVE_MAXIMUM
        self._client.connect_async(
            self._address.host, self._address.port, _KEEPALIVE_S, clean_start=False, properties=properties
        )
        before = set(threading.enumerate())
        self._client.loop_start()
        self._thread = next(
            thread for thread in threading.enumerate() if thread not in before and thread.name.startswith("paho")
        )

    def is_alive(self) -> bool:
        """Whether paho's thread lives, once started: without it the client still says that it is connected."""
        return self._thread is None or self._thread.is_alive()

    def is_subscribed(self) -> bool:
        """Whether the broker has granted the subscription on the current connection."""
        return self._subscribed

    def is_stamping(self) -> bool:
        """Whether a message may have its time of receipt, and not be in the inbox yet."""
        return self._stamping

    def close(self) -> None:
        """Take no more messages, send what acknowledgements are under way, and disconnect; the session stays."""
        self._closing.set()
        self._inbox.close()
        self._client.disconnect()
        self._client.loop_stop()

    def acknowledge(self, batch: Sequence[MqttMessage], outcomes: Sequence[Outcome]) -> None:
        """PUBACK in the order of receipt (MQTT-4.6.0-2), and receipts where they were asked for.

        A message is acknowledged to the connection that brought it or not at all: then it comes again.
        """
        with self._current:
            current = self._connection if self._up else None
            live = [pair for pair in zip(batch, outcomes, strict=True) if pair[0].connection == current]
            counters.STALE_ACKNOWLEDGEMENTS.inc(len(batch) - len(live))
            receipts = [_receipt(*pair, pair[0].response) for pair in live if pair[0].response is not None]
            self._send([message.packet_id for message, _ in live if message.packet_id], receipts)

    def _send(self, packet_ids: list[int], receipts: list[bytes]) -> None:
        """All in one piece: ``Client.ack`` and ``publish`` cost more than all else for a message (measured).

        Receipts first: if the connection breaks in between, a message without its receipt is not acknowledged and
        comes again. What they call themselves is called here; it is private, and the version of paho is locked.
        """
        if packets := b"".join(receipts) + pubacks(packet_ids):
            self._client._packet_queue(PUBACK, packets, 0, 1)

    def _on_connect(self, client: Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            _log.error("the broker refused us", extra={"reason": str(reason)})
            return
        with self._current:
            self._connection += 1
            self._up = True
            self._inbox.clear()  # none of it was acknowledged: the broker sends it again
        counters.CONNECTIONS.labels("kept" if flags.session_present else "new").inc()
        _log.info("connected", extra={"session_present": flags.session_present})
        self._on_session(flags.session_present)
        client.subscribe([(topic, 1) for topic in TOPICS])  # always: a session may be there and its subscriptions not

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        with self._current:
            self._up = self._subscribed = False
        _log.warning("disconnected", extra={"reason": str(reason)})

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        self._subscribed = not any(reason.is_failure for reason in reasons)
        if not self._subscribed:
            _log.error("the broker refused the subscription", extra={"reasons": [str(reason) for reason in reasons]})

    def _on_publication(self, first: int, body: bytes) -> None:
        self._stamping = True
        try:
            said = read_publish(first, body)
            asked = len(said.response or "") + len(said.correlation or b"")
            self._inbox.put(MqttMessage(said, self._receipt_time(), self._connection), asked)
        except Exception:  # it would end paho's thread; unacknowledged, the message comes again
            counters.CALLBACK_FAILURES.inc()
            _log.exception("a message could not be taken")
        finally:
            self._stamping = False

    def _receipt_time(self) -> int:
        """Waits while the clock cannot be trusted: a record must not get a wrong receipt time."""
        while not self._closing.is_set():
            try:
                return self._now_ms()
            except Unavailable as failure:
                counters.UNAVAILABLE.labels(failure.part).inc()
                _log.error("reading pauses", extra={"why": str(failure)})
                self._closing.wait(0.2)
        return 0  # the inbox is closed: nobody will see it


def _receipt(message: MqttMessage, outcome: Outcome, response: str) -> bytes:
    """The packet that tells a feed what became of its message, under its own prefix; else none.

    QoS 0: a feed that waited for its receipt and does not get it sends again, which changes nothing.
    """
    account = account_of(message.topic)
    own = account is not None and response.startswith(f"ack/v1/{account[0]}/{account[1]}/")
    counters.RECEIPTS.labels("yes" if own else "no").inc()
    if not own:
        return b""
    try:
        return publish(response, _encode(receipt(outcome)), message.correlation)
    except ValueError:
        _log.warning("not a topic for a receipt", extra={"topic": response})
        return b""
