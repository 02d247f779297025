import hashlib
import json

import msgspec
import pytest

from shared.contracts.telemetry import (
    Fault,
    Record,
    Session,
    Topic,
    Void,
    Voided,
    content_sha256,
    parse_topic,
)


def decode(text: str) -> Record:
    record: Record = msgspec.json.decode(text, type=Record)
    return record


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("telemetry/v1/acme/gw-1/site-1/Lamp:1.2_3", Topic("acme", "gw-1", "site-1", "Lamp:1.2_3")),
        ("telemetry/v1/acme/gw-1/site-1", Topic("acme", "gw-1", "site-1")),
        ("telemetry/v2/acme/gw-1/site-1", None),
        ("telemetry/v1/acme/gw-1", None),
        ("telemetry/v1/Acme/gw-1/site-1", None),
        ("telemetry/v1/acme/gw-1/site-1/", None),
        ("telemetry/v1/acme/gw-1/site-1/lamp 1", None),
        ("telemetry/v1/acme/gw-1/site-1/lamp/1", None),
        ("telemetry/v1/-acme/gw-1/site-1/lamp", None),
        ("telemetry/v1/acme/gw-1/site-1\n/lamp", None),
        ("telemetry/v1/acme/gw-1/site-1/lamp\n", None),
        ("telemetry/v1/" + "a" * 64 + "/gw-1/site-1", None),
    ],
)
def test_a_topic_is_taken_apart_or_refused_whole(topic: str, expected: Topic | None) -> None:
    assert parse_topic(topic) == expected


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ('{"kind": "heartbeat"}', "`ts`"),
        ('{"kind": "heartbeat", "ts": "1"}', "$.ts"),
        ('{"kind": "heartbeat", "ts": 1, "seq": -1}', "$.seq"),
        ('{"kind": "heartbeat", "ts": 1, "seq": 9223372036854775808}', "$.seq"),
        ('{"kind": "dance", "ts": 1}', "$.kind"),
        ('{"kind": "reading", "ts": 1, "values": {}}', "$.values"),
        ('{"kind": "reading", "ts": 1, "values": {"a\\n": 1}}', "$.values"),
        ('{"kind": "reading", "ts": 1, "values": {"a": "1"}}', "$.values"),
        ('{"kind": "usage", "ts": 1, "action": "on"}', "`trigger`"),
        ('{"kind": "usage", "ts": 1, "action": "explode", "trigger": "app"}', "$.action"),
        ('{"kind": "session", "ts": 1, "duration_s": 0}', "$.duration_s"),
        ('{"kind": "session", "ts": 1, "duration_s": 86401}', "$.duration_s"),
        ('{"kind": "session", "ts": 1, "duration_s": 1, "headcount": 201}', "$.headcount"),
        ('{"kind": "session", "ts": 1, "duration_s": 1, "content": "No Slug"}', "$.content"),
        ('{"kind": "fault", "ts": 1, "code": "x"}', "`active`"),
        ('{"kind": "void", "ts": 1, "of": {"kind": "void", "ts": 1}}', "$.of.kind"),
    ],
)
def test_a_record_out_of_contract_is_refused_with_its_place(payload: str, place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refusal:
        decode(payload)
    assert place in str(refusal.value)


def test_unknown_fields_are_ignored() -> None:
    assert decode('{"kind": "heartbeat", "ts": 1, "firmware": {"x": [1]}}') == decode('{"kind": "heartbeat", "ts": 1}')


def sha(fields: dict[str, object]) -> bytes:
    """RFC 8785 for plain ASCII text and small integers is sorted keys without white space."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).digest()


def test_the_content_hash_is_over_the_known_fields_with_place_and_seq_filled_in() -> None:
    place = {"vendor": "acme", "site": "s", "device": "d"}
    session = Session(ts=5, duration_s=60, content="reef", boot=9)
    assert content_sha256("acme", "s", "d", session) == sha(
        {"kind": "session", "ts": 5, "duration_s": 60, "content": "reef", "seq": 0, "test": False, **place}
    )
    void = Void(ts=6, of=Voided("usage", 5, 2), seq=3)
    assert content_sha256("acme", "s", "d", void) == sha(
        {"kind": "void", "ts": 6, "seq": 3, "test": False, "of": {"kind": "usage", "ts": 5, "seq": 2}, **place}
    )


def test_boot_is_not_content_but_the_site_is() -> None:
    fault = Fault(ts=1, code="leak", active=True)
    assert content_sha256("v", "s", "d", fault) == content_sha256("v", "s", "d", msgspec.structs.replace(fault, boot=4))
    assert content_sha256("v", "s", "d", fault) != content_sha256("v", "other", "d", fault)


def test_the_content_hash_tells_integers_beyond_double_precision_apart() -> None:
    one, other = Fault(ts=1, code="x", active=True, seq=2**53), Fault(ts=1, code="x", active=True, seq=2**53 + 1)
    assert content_sha256("v", "s", "d", one) != content_sha256("v", "s", "d", other)
