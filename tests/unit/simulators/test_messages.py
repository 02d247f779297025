import json
import random
from collections import Counter

import msgspec

from shared.contracts.telemetry import MAX_PAYLOAD_BYTES, MAX_RECORDS, Record, parse_topic
from simulators.flaws import Flaws, spoil
from simulators.messages import Message, pack, shuffled
from simulators.score import Manner, compose
from simulators.stream import stream
from tests.unit.simulators.cities import demo_messages, small_city


def contents(messages: list[Message]) -> Counter[str]:
    return Counter(
        f"{sent.vendor} {sent.device} {json.dumps(sent.record)}" for message in messages for sent in message.good
    )


def test_every_record_is_in_exactly_one_message_on_a_topic_of_its_own_feed() -> None:
    records = list(stream(small_city()))

    messages = pack(small_city(), records)

    assert sum(len(message.good) for message in messages) == len(records)
    assert max(contents(messages).values()) == 1
    for message in messages:
        topic = parse_topic(message.topic)
        assert topic is not None
        assert message.user == f"{topic.vendor}.{topic.feed}"
        assert {(s.vendor, s.feed, s.site) for s in message.good} == {(topic.vendor, topic.feed, topic.site)}
        assert topic.device is None or [s.device for s in message.good] == [topic.device]


def test_every_payload_is_what_the_contract_decodes() -> None:
    decoder = msgspec.json.Decoder(Record | list[Record])

    for message in demo_messages():
        payload = message.payload()
        decoded = decoder.decode(payload)
        records = decoded if isinstance(decoded, list) else [decoded]
        assert len(payload) <= MAX_PAYLOAD_BYTES
        assert len(records) == len(message.good) <= MAX_RECORDS
        assert all(record.device is not None for record in records) or parse_topic(message.topic).device  # type: ignore[union-attr]


def test_clouds_send_packs_only_and_the_others_send_uses_at_once() -> None:
    messages = demo_messages()

    assert not any(message.single for message in messages if message.user == "bailu.cloud")
    singles = [message for message in messages if message.single]
    assert {message.records[0]["kind"] for message in singles} == {"usage", "session"}


def test_nothing_is_sent_before_it_happened() -> None:
    for message in pack(small_city(), stream(small_city())):
        assert message.due_ms >= max(r["ts"] + r.get("duration_s", 0) * 1000 for r in message.records)


def test_some_gateways_send_late_what_they_kept() -> None:
    late = {message.user for message in demo_messages() if message.due_ms - message.records[-1]["ts"] > 2 * 3_600_000}

    assert late
    assert all(".gw-" in user for user in late)


def test_shuffled_means_other_order_same_records_same_pace() -> None:
    messages = pack(small_city(), stream(small_city()))

    mixed = shuffled(messages, random.Random(1))

    assert contents(mixed) == contents(messages)
    assert [message.topic for message in mixed] != [message.topic for message in messages]
    assert [message.due_ms for message in mixed] == [message.due_ms for message in messages]
    assert mixed == shuffled(messages, random.Random(1))


def test_manner_changes_neither_the_records_nor_what_is_written_of_them() -> None:
    plain = compose(small_city(), Manner())

    other = compose(small_city(), Manner(speed=3600, shuffle=True, repeat=2, bad=True))

    assert other.records == plain.records
    assert contents(other.messages) == Counter(dict.fromkeys(contents(plain.messages), 2))


def test_bad_records_are_put_among_good_ones_and_counted_apart() -> None:
    messages = pack(small_city(), stream(small_city()))

    flaws = Flaws()
    spoilt = spoil(messages, random.Random(1), flaws)

    assert contents(spoilt) == contents(messages)
    by_flaw = Counter(flaw for _, flaw in flaws.count.elements())
    assert by_flaw == {"wrong_type": 3, "unknown_kind": 3, "year_ahead": 3, "nan_message": 3}
    assert sum(len(message.records) - len(message.good) for message in spoilt) == 12
    assert sum(b"NaN" in message.payload() for message in spoilt) == 3
    assert all(len(message.records) == 1 for message in spoilt if b"NaN" in message.payload())
