"""What we publish, against golden payloads: through the real encoders and decoders, and by the schemas."""

import hashlib
import json
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.registry import chain
from services.telemetry.bodies import bodies
from services.telemetry.decode import decode
from services.telemetry.outgoing import outgoing
from shared.brokers import topology
from shared.contracts import events, journal, receipts, registry, telemetry
from shared.contracts.json_schemas import CONTRACTS, schema_of
from tests.contracts.goldens import FOLDER, Json, directory, golden, load, message

SCHEMAS = {contract.name: schema_of(contract) for contract in CONTRACTS}
PAGE = load(FOLDER / "changes" / "page.json")["page"]


def valid(contract: str, value: Any) -> bool:
    return bool(Draft202012Validator(SCHEMAS[contract], format_checker=FormatChecker()).is_valid(value))


def entity_schema(name: str) -> Draft202012Validator:
    defs = SCHEMAS["changes"]["$defs"]
    return Draft202012Validator({"$ref": f"#/$defs/{registry.ENTITIES[name].__name__}", "$defs": defs})


def encoded(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_schema_is_one(contract: Any) -> None:
    Draft202012Validator.check_schema(SCHEMAS[contract.name])


@pytest.mark.parametrize("case", golden("receipts"))
def test_a_receipt_reads_and_writes_as_it_stands(case: Json) -> None:
    assert encoded(msgspec.convert(case["receipt"], receipts.Receipt)) == case["receipt"]
    assert valid("receipts", case["receipt"])


def test_every_reason_that_a_receipt_can_name_has_a_golden_one() -> None:
    shown = [param.values[0]["receipt"] for param in golden("receipts")]
    named = {one["reason"] for receipt in shown for one in receipt["rejected"]}
    assert named == set(get_args(receipts.RejectedReason)) - {"refused_by_store"}  # by then the receipt has gone
    assert {name for receipt in shown for name in receipt.get("not_accepted", ())} == set(
        get_args(receipts.NotAcceptedReason)
    )


@pytest.mark.parametrize("case", golden("feeds"))
def test_a_feed_heartbeat_is_read_or_refused(case: Json) -> None:
    assert telemetry.parse_feed_topic(case["topic"]) == tuple(case["topic"].split("/")[2:])
    try:
        read = msgspec.json.decode(
            json.dumps(case["payload"]), type=list[telemetry.FeedHeartbeat] | telemetry.FeedHeartbeat
        )
    except msgspec.ValidationError:
        assert case["ts"] is None
    else:
        assert [beat.ts for beat in (read if isinstance(read, list) else [read])] == case["ts"]
    assert valid("feeds", case["payload"]) == (case["ts"] is not None)


@pytest.mark.parametrize("case", golden("events"))
def test_messages_leave_as_the_batch_that_stands_here(case: Json) -> None:
    outcomes = decode([message(one) for one in case["messages"]], directory(), {}).outcomes
    left = outgoing(outcomes)
    made = {
        body.routing_key: json.loads(body.content) for body in bodies("telemetry-1", [(left.events_by_key, left.heard)])
    }
    assert made == ({case["key"]: case["batch"]} if case["messages"] else {})


@pytest.mark.parametrize("case", golden("events"))
def test_a_batch_reads_and_writes_as_it_stands(case: Json) -> None:
    assert encoded(msgspec.json.decode(json.dumps(case["batch"]), type=list[events.Event])) == case["batch"]
    assert valid("events", case["batch"])


@pytest.mark.parametrize("case", [case for case in golden("events") if case.values[0]["canonical"]])
def test_a_content_s_hash_is_that_of_the_form_written_here(case: Json) -> None:
    for event in case["batch"]:
        digest = hashlib.sha256(case["canonical"][event["id"]].encode()).hexdigest()
        assert digest == event["data"].get("content_sha256", digest)
        assert event["type"] != "pilotlight.presence.v1" or event["id"] == digest[:32]


def test_every_routing_key_and_event_has_a_golden_batch_and_a_queue() -> None:
    keys = {param.values[0]["key"] for param in golden("events")}
    kinds = {"usage", "fault", "void", "presence"}
    places = {"home.nanshan", "vr.futian"}
    assert keys == {f"{kind}.{place}" for kind in kinds for place in places} | {"session.vr.futian"} | set(
        events.OPS_KEYS.values()
    )
    types = {event["type"] for param in golden("events") for event in param.values[0]["batch"]}
    assert types == {kind.__struct_config__.tag for kind in get_args(events.Event)}
    bound = {pattern.removesuffix("#") for pattern in topology.BINDINGS}
    assert all(any(key.startswith(prefix) for prefix in bound) for key in keys)


@pytest.mark.parametrize("case", golden("journal"))
def test_a_line_of_the_journal_reads_and_writes_as_it_stands(case: Json) -> None:
    line = case["line"]
    kind = journal.Head if "head" in line else journal.End if "end" in line else journal.JournalRecord
    assert encoded(msgspec.json.decode(json.dumps(line), type=kind)) == line
    assert valid("journal", line)


def test_every_kind_of_record_has_a_golden_line() -> None:
    kinds = {param.values[0]["line"].get("record", {}).get("kind") for param in golden("journal")}
    assert kinds == {*get_args(telemetry.Kind), None}


def test_a_page_of_changes_reads_and_writes_as_it_stands_and_its_chain_holds() -> None:
    page = msgspec.json.decode(json.dumps(PAGE), type=registry.Changes)
    assert encoded(page) == PAGE
    assert chain.verify(page.changes).sequence == page.head
    assert valid("changes", PAGE)


def test_every_entity_has_a_golden_row_that_is_its_own() -> None:
    shown = set()
    for row in PAGE["changes"]:
        for state in (row["before"], row["after"]):
            if state is not None and row["entity"] in registry.ENTITIES:
                entity = msgspec.convert(state, registry.ENTITIES[row["entity"]])
                assert encoded(entity) == state
                assert entity_schema(row["entity"]).is_valid(state)
                shown.add(row["entity"])
    assert shown == registry.ENTITIES.keys() == set(get_args(registry.EntityName))
