"""Messages of every kind and every edge, and what becomes of each record: by the decoder, and by the schema."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from services.telemetry.decode import decode
from services.telemetry.keeping import receipt
from shared.contracts import receipts, telemetry
from shared.contracts.json_schemas import CONTRACTS, schema_of
from tests.contracts.goldens import Json, directory, golden, message

CASES = golden("telemetry")
SCHEMA = schema_of(next(contract for contract in CONTRACTS if contract.name == "telemetry"))
WHOLE = Draft202012Validator(SCHEMA)
RECORD = WHOLE.evolve(schema={"$ref": "#/$defs/Record", "$defs": SCHEMA["$defs"]})


@pytest.mark.parametrize("case", CASES)
def test_every_record_becomes_what_the_contract_says(case: Json) -> None:
    told = message(case)
    (outcome,) = decode([told], directory(), {}).outcomes
    assert [[aside.position, aside.reason] for aside in outcome.parked] == case["parked"]
    assert [[aside.position, aside.reason, aside.field] for aside in outcome.rejected] == case["rejected"]
    assert len(outcome.accepted) == len(case["accepted"])


@pytest.mark.parametrize("case", CASES)
def test_every_accepted_record_says_what_was_sent(case: Json) -> None:
    (outcome,) = decode([message(case)], directory(), {}).outcomes
    all_sent = items(case)
    sent = [all_sent[position] for position in case["accepted"]]
    for (device, record), item in zip(outcome.accepted, sent, strict=True):
        fields = json.loads(msgspec.json.encode(record))
        assert device == item.get("device") or device == case["topic"].split("/")[5]
        assert {name: value for name, value in fields.items() if name in item and name != "of"} == {
            name: value for name, value in item.items() if name in fields and name != "of"
        }
        assert fields.get("of", {}) == ({"seq": 0} | item["of"] if "of" in item else {})


@pytest.mark.parametrize("case", CASES)
def test_the_receipt_tells_of_every_record_once(case: Json) -> None:
    (outcome,) = decode([message(case)], directory(), {}).outcomes
    found = json.loads(msgspec.json.encode(receipt(outcome)))
    refused = [dict(zip(("index", "reason", "field"), one, strict=True)) for one in case["rejected"]]
    expected = [{name: value for name, value in one.items() if name != "field" or value} for one in refused]
    assert found == {"accepted": len(case["accepted"]), "parked": len(case["parked"]), "rejected": expected}


@pytest.mark.parametrize("case", [case for case in CASES if "payload" in case.values[0]])
def test_the_schema_and_the_decoder_agree(case: Json) -> None:
    """But for what a schema cannot see: the topic, the registry, the clock, and neighbours."""
    refused = {position for position, reason, _ in case["rejected"] if reason == "bad_record"}
    if case["rejected"] == [[None, "bad_topic", None]]:
        refused = set()
    seen = refused - set(case.get("beyond_schema", ()))
    assert {position for position, item in enumerate(items(case)) if not RECORD.is_valid(item)} == seen
    assert WHOLE.is_valid(json.loads(message(case).payload)) == (not seen)


def test_the_schema_takes_5000_records() -> None:
    assert [one.get("maxItems") for one in SCHEMA["anyOf"]] == [None, 5_000]


def items(case: Json) -> list[Any]:
    """The records of a payload, by the standard library; none of one that is not JSON."""
    try:
        payload = json.loads(message(case).payload, parse_constant=refuse)
    except ValueError:
        return []
    return payload if isinstance(payload, list) else [payload]


def refuse(constant: str) -> None:
    raise ValueError(constant)


def said() -> Iterator[tuple[str, str | None, str | None]]:
    """What all cases together show: kind accepted, reason, field."""
    for case in (param.values[0] for param in CASES):
        sent = items(case)
        for position in case["accepted"]:
            yield sent[position]["kind"], None, None
        for _, reason in case["parked"]:
            yield "", reason, None
        for _, reason, field in case["rejected"]:
            yield "", reason, field


def test_every_kind_reason_and_field_of_the_contract_has_a_golden_message() -> None:
    shown = list(said())
    assert {kind for kind, _, _ in shown if kind} == set(get_args(telemetry.Kind))
    by_the_store = {"refused_by_store"}
    reasons = {*get_args(receipts.RejectedReason), *get_args(receipts.ParkedReason)} - by_the_store
    assert {reason for _, reason, _ in shown if reason} == reasons
    fields = {name for record in get_args(telemetry.Record) for name in record.__struct_fields__} | {"kind"}
    assert {field for _, _, field in shown if field} == fields
