"""What ``make contracts`` writes is what the code means; the AsyncAPI document keeps that specification's rules."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from shared.brokers import topology
from shared.contracts import generate, receipts
from shared.contracts.asyncapi import asyncapi
from shared.contracts.vocabulary import DISTRICT_CODES
from tests.contracts.asyncapi_rules import broken_rules
from tests.contracts.goldens import golden

DOCUMENT = asyncapi()
Json = dict[str, Any]


def test_the_committed_schemas_are_what_the_code_makes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in generate.FOLDER.glob("*.json")}
    made = generate.documents()
    assert committed.keys() == made.keys(), "run: make contracts"
    assert [name for name, text in made.items() if committed[name] != text] == [], "run: make contracts"


def test_the_command_writes_them_and_removes_what_is_made_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path / "schemas")
    generate.main()
    (tmp_path / "schemas" / "old.json").write_text("{}")
    generate.main()
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "schemas").iterdir()} == (
        generate.documents()
    )


def test_the_document_keeps_the_rules() -> None:
    assert broken_rules(DOCUMENT) == []


BREAK: dict[str, tuple[Callable[[Json], Any], str]] = {
    "no title": (lambda d: d["info"].pop("title"), "info lacks title"),
    "an unknown field": (lambda d: d.update(topics={}), "document has topics, which a document has not"),
    "a server's address": (
        lambda d: d["servers"]["rabbitmq"].update(host="amqp://x", variables={}),
        "server rabbitmq: host is a URL",
    ),
    "a parameter": (
        lambda d: d["channels"]["receipts"]["parameters"].pop("feed"),
        "channel receipts: address and parameters differ",
    ),
    "an address twice": (
        lambda d: d["channels"]["outage"].update(address="ops.ledger"),
        "channel ledger: its address is another's too",
    ),
    "an action": (
        lambda d: d["operations"]["sendUsage"].update(action="publish"),
        "operation sendUsage: action is neither send nor receive",
    ),
    "another channel's message": (
        lambda d: d["operations"]["sendUsage"].update(channel={"$ref": "#/channels/fault"}),
        "operation sendUsage: a message is not one of its channel's",
    ),
    "a reference": (
        lambda d: d["components"]["schemas"].pop("telemetry.Usage"),
        "#/components/schemas/telemetry.Usage leads nowhere",
    ),
    "a binding": (
        lambda d: d["operations"]["sendUsage"]["bindings"]["amqp"].update(persistent=True),
        "operation sendUsage: the amqp binding has persistent",
    ),
    "a location": (
        lambda d: d["components"]["messages"]["pack"]["correlationId"].update(location="header"),
        "message pack: correlationId's location is no runtime expression",
    ),
    "a schema": (
        lambda d: d["components"]["schemas"]["telemetry.Usage"].update(type="objects"),
        "schema telemetry.Usage: 'objects' is not valid under any of the given schemas",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), BREAK.values(), ids=BREAK.keys())
def test_a_broken_rule_is_named(change: Callable[[Json], Any], sentence: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    assert sentence in broken_rules(document)


def test_the_document_has_every_channel_of_the_contracts() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    place = ".{siteKind}.{district}"
    assert addresses == {
        "telemetry/v1/{vendor}/{feed}/{site}/{device}",
        "telemetry/v1/{vendor}/{feed}/{site}",
        "feeds/v1/{vendor}/{feed}",
        "ack/v1/{vendor}/{feed}/{request}",
        *(kind + place for kind in ("usage", "fault", "void", "presence")),
        "session.vr.{district}",
        *("ops.outage", "ops.ledger", "ops.watermark"),
    }
    for name in ("usage", "session"):
        channel = DOCUMENT["channels"][name]
        assert channel["parameters"]["district"]["enum"] == list(DISTRICT_CODES)
        assert channel["bindings"]["amqp"]["exchange"]["name"] == topology.EXCHANGE == "pilots"


def test_the_document_names_every_reason() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["reasons.Rejected"]["enum"] == list(get_args(receipts.RejectedReason))
    assert schemas["reasons.Parked"]["enum"] == ["unknown_site", "unknown_device"]
    assert schemas["receipts.RejectedRecord"]["properties"]["reason"]["enum"] == schemas["reasons.Rejected"]["enum"]


@pytest.mark.parametrize("case", golden("events"))
def test_a_golden_batch_is_a_message_of_its_channel(case: Json) -> None:
    kind = case["key"].split(".")[1 if case["key"].startswith("ops.") else 0]
    (message,) = DOCUMENT["channels"][kind]["messages"]
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    validator = Draft202012Validator({**payload, "components": DOCUMENT["components"]})
    assert [error.message for error in validator.iter_errors(case["batch"])] == []
    other = "outage" if kind != "outage" else "usage"
    wrong = DOCUMENT["components"]["messages"][f"{other}Batch"]["payload"]
    assert not Draft202012Validator({**wrong, "components": DOCUMENT["components"]}).is_valid(case["batch"])


def test_a_pack_s_records_name_their_device_and_a_device_s_need_not() -> None:
    record = {"kind": "heartbeat", "ts": 1_764_000_000_000}
    found = {}
    for name in ("deviceRecords", "pack"):
        payload = DOCUMENT["components"]["messages"][name]["payload"]
        validator = Draft202012Validator({**payload, "components": DOCUMENT["components"]})
        found[name] = [validator.is_valid(json.loads(json.dumps(one))) for one in (record, record | {"device": "d"})]
    assert found == {"deviceRecords": [True, True], "pack": [False, True]}
