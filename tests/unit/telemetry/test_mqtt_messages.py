"""Acknowledgements go to the connection that brought the message or nowhere; receipts only to the feed's own topics."""

import inspect
import json
import threading
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from services.telemetry.adapters.mqtt_messages import TOPICS, MqttMessage, MqttMessages
from services.telemetry.inbox import Inbox, Limits
from shared.brokers import mqtt
from shared.failures import Unavailable
from tests.fakes.paho_client import PahoClient
from tests.unit.telemetry.world import HOME, NOW, heartbeat, outcome, pack

MESSAGE = pack(heartbeat(), heartbeat(ts=None))
OUTCOME = outcome(MESSAGE)


class Broker:
    """Our end and the broker's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now_ms: Any = lambda: NOW) -> None:
        self.client = PahoClient()
        monkeypatch.setattr(mqtt, "client", lambda _address, _kind: self.client)
        self.inbox: Inbox[MqttMessage] = Inbox(Limits(gather_s=0))
        self.messages = MqttMessages("mqtt://w:secret@localhost:1", self.inbox, now_ms)

    def deliver(self, **asked: Any) -> MqttMessage:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        for name, value in asked.items():
            setattr(properties, name, value)
        self.client.deliver(MESSAGE.topic, MESSAGE.payload, properties)
        (message,) = self.inbox.take(1)
        return message

    def acknowledge(self, *messages: MqttMessage) -> None:
        self.messages.acknowledge(messages, [OUTCOME] * len(messages))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker(monkeypatch)
    made.client.connect_broker(session_present=False)
    return made


def test_a_message_is_acknowledged_on_its_connection(broker: Broker) -> None:
    message = broker.deliver()
    assert (message.topic, message.payload, message.received_ms) == MESSAGE
    broker.acknowledge(message)
    assert broker.client.acknowledged == [(1, 1)]
    assert broker.client.published == []


def test_a_message_of_an_old_connection_is_never_acknowledged_on_a_new_one(broker: Broker) -> None:
    """Its packet id may by then be that of another message, which would be lost unread."""
    old = broker.deliver()
    broker.client.lose_connection()
    broker.client.connect_broker(session_present=False)
    new = broker.deliver(ResponseTopic="ack/v1/acme/gw/r")
    assert old.packet_id == new.packet_id
    broker.acknowledge(old)
    assert broker.client.acknowledged == []
    broker.acknowledge(new)
    assert broker.client.acknowledged == [(2, 1)]


def test_a_batch_is_acknowledged_in_the_order_of_receipt_but_for_what_came_before(broker: Broker) -> None:
    old = broker.deliver()
    broker.client.lose_connection()
    broker.client.connect_broker(session_present=True)
    new = [broker.deliver() for _ in range(3)]
    broker.acknowledge(old, *new)
    assert broker.client.acknowledged == [(2, 2), (2, 3), (2, 4)]


def test_what_came_with_qos_0_is_not_acknowledged(broker: Broker) -> None:
    broker.client.deliver(MESSAGE.topic, MESSAGE.payload, qos=0)
    (message,) = broker.inbox.take(1)
    broker.acknowledge(message)
    assert broker.client.acknowledged == []


def test_paho_still_has_what_packets_are_taken_and_sent_with() -> None:
    """It is private: a new version of paho must be looked at before it is locked."""
    assert "if cmd == PUBLISH:\n            return self._handle_publish()" in inspect.getsource(Client._packet_handle)
    assert 'decode_publish(self._in_packet["command"], self._in_packet["packet"]' in inspect.getsource(
        Client._handle_publish
    )
    assert list(inspect.signature(Client._packet_queue).parameters)[:5] == ["self", "command", "packet", "mid", "qos"]
    assert "_packet_queue(command, packet, mid, 1)" in inspect.getsource(Client._send_command_with_mid)


def test_nothing_is_acknowledged_between_two_connections(broker: Broker) -> None:
    """What is sent before CONNECT is a protocol error, for which the broker hangs up."""
    message = broker.deliver(ResponseTopic="ack/v1/acme/gw/r")
    broker.client.lose_connection()
    broker.acknowledge(message)
    assert (broker.client.acknowledged, broker.client.published) == ([], [])


def test_what_waited_is_forgotten_when_the_connection_is_new(broker: Broker) -> None:
    broker.client.deliver(MESSAGE.topic, MESSAGE.payload)
    broker.client.lose_connection()
    broker.client.connect_broker(session_present=True)
    assert broker.inbox.take(0.01) == []


def test_every_connection_subscribes_again(broker: Broker) -> None:
    broker.client.lose_connection()
    broker.client.connect_broker(session_present=True)
    assert broker.client.subscribed == [*TOPICS, *TOPICS]


def test_ready_is_who_is_subscribed(broker: Broker) -> None:
    assert not broker.messages.is_subscribed()
    broker.client.on_subscribe(broker.client, None, 1, [type("R", (), {"is_failure": False})], None)
    assert broker.messages.is_subscribed()
    broker.client.lose_connection()
    assert not broker.messages.is_subscribed()


def test_a_refused_connection_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(monkeypatch)
    broker.client.connect_broker(session_present=False, refused=True)
    assert broker.client.subscribed == []


def test_a_receipt_goes_to_the_response_topic_with_the_correlation_data(broker: Broker) -> None:
    broker.acknowledge(broker.deliver(ResponseTopic="ack/v1/acme/gw/any/level", CorrelationData=b"\x00c"))
    ((topic, body, properties),) = broker.client.published
    rejected = [{"index": 1, "reason": "bad_record", "field": "ts"}]
    assert (topic, json.loads(body)) == (
        "ack/v1/acme/gw/any/level",
        {"accepted": 1, "parked": 0, "rejected": rejected},
    )
    assert properties.CorrelationData == b"\x00c"


def test_receipts_go_before_the_acknowledgements_so_that_a_broken_connection_leaves_no_message_with_neither(
    broker: Broker,
) -> None:
    messages = [broker.deliver(ResponseTopic="ack/v1/acme/gw/r") for _ in range(3)]
    broker.acknowledge(*messages)
    assert [kind & 0xF0 for kind in broker.client.sent] == [0x30] * 3 + [0x40] * 3


def test_what_a_message_asks_for_counts_as_waiting_too(broker: Broker) -> None:
    broker.client.deliver(MESSAGE.topic, MESSAGE.payload)
    plain = broker.inbox.waiting_bytes
    broker.inbox.take(1)
    asked = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    asked.ResponseTopic, asked.CorrelationData = "r" * 1000, b"c" * 2000
    broker.client.deliver(MESSAGE.topic, MESSAGE.payload, asked)
    assert broker.inbox.waiting_bytes == plain + 3000


@pytest.mark.parametrize(
    "topic",
    ["ack/v1/acme/other/r", "ack/v1/other/gw/r", "ack/v1/acme/gw", HOME, "x", "ack/v1/acme/gw2/r", "ack/v1/acme/gw/#"],
)
def test_no_receipt_goes_to_a_topic_that_is_not_the_feeds_own(broker: Broker, topic: str) -> None:
    broker.acknowledge(broker.deliver(ResponseTopic=topic))
    assert broker.client.published == []
    assert broker.client.acknowledged == [(1, 1)]


def test_reading_pauses_while_the_clock_cannot_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = threading.Event()
    asked = threading.Event()

    def now_ms() -> int:
        asked.set()
        if not trusted.is_set():
            raise Unavailable("clock", "stepped")
        return NOW

    broker = Broker(monkeypatch, now_ms)
    broker.client.connect_broker(session_present=False)
    thread = threading.Thread(target=broker.client.deliver, args=(HOME, b"{}"), daemon=True)
    thread.start()
    assert asked.wait(10)
    assert broker.inbox.take(0.05) == []
    trusted.set()
    assert [message.received_ms for message in broker.inbox.take(30)] == [NOW]
    thread.join(10)


def test_a_defect_in_a_callback_does_not_end_the_clients_thread(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker.inbox, "put", lambda _message: 1 / 0)
    broker.client.deliver(MESSAGE.topic, MESSAGE.payload)
    assert broker.client.acknowledged == []


def test_a_client_whose_thread_has_ended_is_not_alive_whatever_it_says() -> None:
    messages = MqttMessages("mqtt://w:secret@127.0.0.1:9", Inbox(), lambda: NOW)
    assert messages.is_alive()  # not started yet
    messages.start()
    assert messages.is_alive()  # a broker that is away is no error
    messages.close()
    assert not messages.is_alive()


def test_a_message_that_is_stamped_and_not_in_the_inbox_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, int]] = []

    def stamp() -> int:
        seen.append((stamped.messages.is_stamping(), stamped.inbox.waiting_bytes))
        return NOW

    stamped = Broker(monkeypatch, stamp)
    stamped.client.connect_broker(session_present=True)
    assert not stamped.messages.is_stamping()
    stamped.client.deliver(MESSAGE.topic, MESSAGE.payload)
    assert seen == [(True, 0)]
    assert not stamped.messages.is_stamping()
    assert stamped.inbox.waiting_bytes > 0
