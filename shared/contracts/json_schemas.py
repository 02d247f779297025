"""JSON Schema 2020-12 of what crosses a wire, made from the types that decode and encode it."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, NamedTuple, get_args

import msgspec

from shared.contracts import events, journal, receipts, registry, telemetry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_REF = "#/$defs/{name}"


class Contract(NamedTuple):
    """What one schema is about.

    ``consumed``: others write it and we read it; else we write it. ``whole``: what we write carries every field, also
    those that have a default. ``root`` is the schema of a body; ``named`` are unions that get a name of their own.
    """

    name: str
    title: str
    consumed: bool
    whole: bool
    types: Sequence[type[msgspec.Struct]]
    named: Mapping[str, Sequence[type[msgspec.Struct]]]
    root: Schema


def _members(union: UnionType | Any) -> tuple[type[msgspec.Struct], ...]:
    return get_args(union)


def _ref(name: str) -> Schema:
    return {"$ref": _REF.format(name=name)}


def _one_or_many(name: str) -> Schema:
    many = {"type": "array", "items": _ref(name), "maxItems": telemetry.MAX_RECORDS}
    return {"anyOf": [_ref(name), many]}


_RECORDS, _EVENTS = _members(telemetry.Record), _members(events.Event)
_LINES = (journal.Head, journal.JournalRecord, journal.End)
CONTRACTS = (
    Contract(
        "telemetry",
        "The payload of telemetry/v1/…",
        True,
        False,
        _RECORDS,
        {"Record": _RECORDS},
        _one_or_many("Record"),
    ),
    Contract(
        "feeds",
        "The payload of feeds/v1/{vendor}/{feed}",
        True,
        False,
        (telemetry.FeedHeartbeat,),
        {},
        _one_or_many("FeedHeartbeat"),
    ),
    Contract(
        "receipts", "The payload of ack/v1/{vendor}/{feed}/…", False, False, (receipts.Receipt,), {}, _ref("Receipt")
    ),
    Contract(
        "events",
        "A body on the exchange pilots: a batch of CloudEvents",
        False,
        True,
        _EVENTS,
        {"Event": _EVENTS},
        {"type": "array", "items": _ref("Event"), "minItems": 1},
    ),
    Contract("journal", "A line of GET /v1/journal", False, True, _LINES, {"Line": _LINES}, _ref("Line")),
    Contract(
        "changes",
        "A page of GET /v1/changes; before and after are the entity that the row names",
        False,
        False,
        (registry.Changes, *registry.ENTITIES.values()),
        {},
        _ref("Changes"),
    ),
)


def schema_of(contract: Contract) -> Schema:
    """The whole document of a contract."""
    _, components = msgspec.json.schema_components(contract.types, ref_template=_REF)
    unions = {
        name: {"anyOf": [_ref(member.__name__) for member in members]} for name, members in contract.named.items()
    }
    defs = {name: _told(schema, contract.whole) for name, schema in {**unions, **components}.items()}
    head = {"$schema": DIALECT, "$id": f"urn:pilotlight:contract:v1:{contract.name}", "title": contract.title}
    return head | contract.root | {"$defs": dict(sorted(defs.items()))}


def _told(value: Any, whole: bool) -> Any:
    """Without OpenAPI's discriminator; every field required where all are written."""
    if isinstance(value, list):
        return [_told(inner, whole) for inner in value]
    if not isinstance(value, dict):
        return value
    told = {name: _told(inner, whole) for name, inner in value.items() if name != "discriminator"}
    if whole and isinstance(told.get("properties"), dict):
        told["required"] = list(told["properties"])
    return told
