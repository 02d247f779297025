"""Packets as MQTT 5 says, read by paho's own reader and written as paho itself writes them."""

import struct
from typing import Any

import pytest
from hypothesis import given, strategies as st
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from services.telemetry.adapters.mqtt_packets import Publication, pubacks, publish, read_publish
from tests.fakes.paho_client import packets, publish_body, published

LEVELS = st.text(st.characters(exclude_characters="+#\0", codec="utf-8"), min_size=1, max_size=40)


class Paho(Client):
    """paho's client, whose packets stay here."""

    def __init__(self) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._sock = object()  # type: ignore[assignment]  # it looks connected
        self.queued: list[bytes] = []

    def _packet_queue(self, _command: int, packet: bytes, *_: object) -> None:  # type: ignore[override]
        self.queued.append(bytes(packet))

    def _sock_close(self) -> None:
        """There is nothing to close."""


@given(LEVELS, st.binary(max_size=300) | st.just(b"x" * 20_000), st.none() | st.binary(max_size=200))
def test_a_publish_is_what_paho_would_send_and_reads_as_what_it_was(
    topic: str, payload: bytes, correlation: bytes | None
) -> None:
    client = Paho()
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if correlation is not None:
        properties.CorrelationData = correlation
    client.publish(topic, payload, qos=0, properties=properties)
    made = publish(topic, payload, correlation)
    assert [made] == client.queued
    ((kind, body),) = packets(made)
    read = published(kind, body)
    assert (*read[:2], getattr(read[2], "CorrelationData", None)) == (topic, payload, correlation)


@given(st.lists(st.integers(1, 65_535)))
def test_pubacks_are_four_bytes_each_in_order(packet_ids: list[int]) -> None:
    assert list(struct.iter_unpack("!BBH", pubacks(packet_ids))) == [(0x40, 2, packet_id) for packet_id in packet_ids]


@pytest.mark.parametrize("topic", ["", "a/#", "+/a", "a\0b", "x" * 65_536])
def test_what_is_no_topic_to_publish_to_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic to publish to"):
        publish(topic, b"", None)


@pytest.mark.parametrize("size", [0, 113, 114, 16_368, 16_369, 2_097_136, 2_097_137])
def test_a_length_takes_as_many_bytes_as_it_needs(size: int) -> None:
    made = publish("ack/v1/a/b", b"x" * size, None)
    ((kind, body),) = packets(made)
    assert published(kind, body)[1] == b"x" * size


ASKED = st.fixed_dictionaries(
    {},
    optional={
        "PayloadFormatIndicator": st.integers(0, 1),
        "MessageExpiryInterval": st.integers(0, 2**32 - 1),
        "ContentType": LEVELS,
        "ResponseTopic": LEVELS,
        "CorrelationData": st.binary(max_size=200),
        "SubscriptionIdentifier": st.integers(1, 268_435_455),
        "TopicAlias": st.integers(1, 65_535),
        "UserProperty": st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=3),
    },
)


@given(LEVELS, st.binary(max_size=300), st.integers(0, 65_535), ASKED)
def test_a_publish_is_read_as_paho_wrote_it(topic: str, payload: bytes, packet_id: int, asked: dict[str, Any]) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    for name, value in asked.items():
        setattr(properties, name, value)
    body = publish_body(topic, payload, properties, packet_id)
    read = read_publish(0x32 if packet_id else 0x30, body)
    assert read == Publication(topic, payload, packet_id, asked.get("ResponseTopic"), asked.get("CorrelationData"))


@given(st.integers(0, 40))
def test_a_publish_that_is_cut_off_before_its_payload_is_malformed(size: int) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic, properties.UserProperty = "ack/v1/a/b/r", ("a", "b")
    body = publish_body("telemetry/v1/a/b", b"", properties, 7)
    with pytest.raises(ValueError, match="not a PUBLISH"):
        read_publish(0x32, body[: min(size, len(body) - 1)])


@pytest.mark.parametrize(
    "properties",
    [
        b"\x06\x09\x00\x05abc",  # its Correlation Data is longer than the properties
        b"\x06\x09\x00\xffabc",  # and than the packet
        b"\x04\x7f\x00\x01a",  # no such property
        b"\x05\x09\x00\x01a",  # the properties end before they say
    ],
)
def test_properties_that_do_not_end_where_they_say_are_malformed(properties: bytes) -> None:
    with pytest.raises(ValueError, match="not a PUBLISH"):
        read_publish(0x30, b"\x00\x01t" + properties + b"PAYLOAD")
