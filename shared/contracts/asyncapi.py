"""The AsyncAPI 3.0 document of what runs over MQTT and AMQP, made from the contracts."""

from collections.abc import Mapping
from typing import Any, get_args

from shared.contracts import events, json_schemas, receipts, telemetry
from shared.contracts.vocabulary import DISTRICT_CODES

Json = dict[str, Any]
_MQTT, _AMQP = {"bindingVersion": "0.2.0"}, {"bindingVersion": "0.3.0"}
_SLUG = "1 to 63 lower-case letters, digits or hyphens, beginning with a letter or digit"
_PARAMETERS: Mapping[str, Json] = {
    "vendor": {"description": f"The vendor: {_SLUG}"},
    "feed": {"description": f"An MQTT account of the vendor's: {_SLUG}"},
    "site": {"description": f"A pilot or venue, as the registry names it: {_SLUG}"},
    "device": {"description": "A device, unique within its vendor: 1 to 64 of A-Z a-z 0-9 . _ : -"},
    "request": {
        "description": "The levels below the feed's own prefix, as the Response Topic of the message named them"
    },
    "siteKind": {"enum": list(get_args(events.SiteKind)), "description": "A pilot's homes, or a VR venue"},
    "district": {"enum": list(DISTRICT_CODES), "description": "The district of the site"},
}
_KIND_OF_EVENT = {
    "usage": "UsageEvent",
    "session": "SessionEvent",
    "fault": "FaultEvent",
    "void": "VoidEvent",
    "presence": "PresenceEvent",
    "outage": "OutageEvent",
    "ledger": "LedgerEvent",
    "watermark": "WatermarkEvent",
}
_ADDRESSES = {
    "telemetryOfADevice": "telemetry/v1/{vendor}/{feed}/{site}/{device}",
    "telemetryOfMany": "telemetry/v1/{vendor}/{feed}/{site}",
    "feedHeartbeats": "feeds/v1/{vendor}/{feed}",
    "receipts": "ack/v1/{vendor}/{feed}/{request}",
}
_MESSAGE_OF = {
    "telemetryOfADevice": "deviceRecords",
    "telemetryOfMany": "pack",
    "feedHeartbeats": "feedHeartbeat",
    "receipts": "receipt",
}


def asyncapi() -> Json:
    """The document, from the side of the application: it receives telemetry and sends receipts and events."""
    channels = {name: _mqtt_channel(name) for name in _ADDRESSES} | {
        kind: _amqp_channel(kind) for kind in _KIND_OF_EVENT
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Pilotlight · 深圳智能终端试点监测平台",
            "version": "1.0.0",
            "description": "Telemetry of vendors over MQTT 5, receipts to them, and usage events over AMQP.",
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": channels,
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _servers() -> Json:
    mqtt = {
        "host": "{host}:1883",
        "protocol": "mqtt",
        "protocolVersion": "5.0",
        "description": "An account per feed; its user name is its client id. 3.1.1 is served too, without receipts.",
        "variables": {"host": {"default": "localhost"}},
        "security": [{"type": "userPassword"}],
    }
    amqp = {
        "host": "{host}:5672",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "variables": {"host": {"default": "localhost"}},
        "security": [{"type": "userPassword"}],
    }
    return {"mosquitto": mqtt, "rabbitmq": amqp}


def _parameters(address: str) -> Json:
    return {name: told for name, told in _PARAMETERS.items() if "{" + name + "}" in address}


def _mqtt_channel(name: str) -> Json:
    address, message = _ADDRESSES[name], _MESSAGE_OF[name]
    return {
        "address": address,
        "servers": [{"$ref": "#/servers/mosquitto"}],
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "parameters": _parameters(address),
    }


def _amqp_channel(kind: str) -> Json:
    address = events.OPS_KEYS.get(kind) or kind + (".vr.{district}" if kind == "session" else ".{siteKind}.{district}")
    exchange = {"name": events.EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    channel = {
        "address": address,
        "servers": [{"$ref": "#/servers/rabbitmq"}],
        "messages": {f"{kind}Batch": {"$ref": f"#/components/messages/{kind}Batch"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange} | _AMQP},
    }
    return channel | ({"parameters": _parameters(address)} if "{" in address else {})


def _operation(action: str, channel: str, message: str, bindings: Json) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
        "bindings": bindings,
    }


def _operations() -> Json:
    mqtt = {"mqtt": {"qos": 1, "retain": False} | _MQTT}
    amqp = {"amqp": {"deliveryMode": 2, "mandatory": True} | _AMQP}
    reply = {
        "address": {
            "location": "$message.header#/responseTopic",
            "description": "MQTT 5 Response Topic; answered only under the feed's own prefix",
        },
        "channel": {"$ref": "#/channels/receipts"},
        "messages": [{"$ref": "#/channels/receipts/messages/receipt"}],
    }
    operations = {}
    for name in ("telemetryOfADevice", "telemetryOfMany"):
        operations["receive" + _upper(name)] = _operation("receive", name, _MESSAGE_OF[name], mqtt) | {"reply": reply}
    operations["receiveFeedHeartbeats"] = _operation("receive", "feedHeartbeats", "feedHeartbeat", mqtt)
    once = {"mqtt": mqtt["mqtt"] | {"qos": 0}}  # a feed that waits for its receipt sends again
    operations["sendReceipts"] = _operation("send", "receipts", "receipt", once)
    return operations | {
        f"send{_upper(kind)}": _operation("send", kind, f"{kind}Batch", amqp) for kind in _KIND_OF_EVENT
    }


def _upper(name: str) -> str:
    return name[0].upper() + name[1:]


def _messages() -> Json:
    record: Json = {"$ref": "#/components/schemas/telemetry.Record"}
    with_device = {"allOf": [record, {"required": ["device"], "properties": {"device": {"type": "string"}}}]}
    correlated = {"correlationId": {"location": "$message.header#/correlationData"}}
    topic = {"type": "string", "pattern": "^ack/v1/"}
    binding = {"payloadFormatIndicator": 1, "correlationData": {"type": "string"}, "responseTopic": topic} | _MQTT
    headers = {"type": "object", "properties": {"responseTopic": topic, "correlationData": {"type": "string"}}}
    asked = {"headers": headers, "bindings": {"mqtt": binding}, **correlated}
    return {
        "deviceRecords": _message("Records of one device", _one_or_many(record)) | asked,
        "pack": _message("Records of many devices", _one_or_many(with_device)) | asked,
        "feedHeartbeat": _message(
            "A feed is there", _one_or_many({"$ref": "#/components/schemas/feeds.FeedHeartbeat"})
        ),
        "receipt": _message("What became of a message", {"$ref": "#/components/schemas/receipts.Receipt"}) | correlated,
        **{f"{kind}Batch": _batch(kind, name) for kind, name in _KIND_OF_EVENT.items()},
    }


def _one_or_many(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "array", "items": schema, "maxItems": telemetry.MAX_RECORDS}]}


def _message(title: str, payload: Json) -> Json:
    return {"title": title, "contentType": "application/json", "payload": payload}


def _batch(kind: str, name: str) -> Json:
    items = {"$ref": f"#/components/schemas/events.{name}"}
    return {
        "title": f"A batch of CloudEvents: {kind}",
        "contentType": events.CONTENT_TYPE,
        "payload": {"type": "array", "items": items, "minItems": 1},
    }


def _schemas() -> Json:
    """Every type of the wire, as ``{contract}.{type}``, and the reasons a record may be set aside for."""
    schemas: Json = {}
    for contract in json_schemas.CONTRACTS:
        if contract.name in ("telemetry", "feeds", "receipts", "events"):
            defs = json_schemas.schema_of(contract)["$defs"]
            schemas |= {f"{contract.name}.{name}": _moved(schema, contract.name) for name, schema in defs.items()}
    reasons = {"Parked": receipts.ParkedReason, "Rejected": receipts.RejectedReason}
    reasons["NotAccepted"] = receipts.NotAcceptedReason
    return schemas | {f"reasons.{name}": {"enum": list(get_args(literal))} for name, literal in reasons.items()}


def _moved(value: Any, contract: str) -> Any:
    if isinstance(value, list):
        return [_moved(inner, contract) for inner in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return {"$ref": value["$ref"].replace("#/$defs/", f"#/components/schemas/{contract}.")}
    return {name: _moved(inner, contract) for name, inner in value.items()}
