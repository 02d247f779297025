"""The rules of AsyncAPI 3.0.0 that a document of ours can break, from the specification's text. Pure.

No published JSON Schema of it is at hand; each rule names the object of the specification it is from.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

Json = dict[str, Any]
_KEY = re.compile(r"^[\w\d.\-_]+$")  # Components Object
_PLACE = re.compile(r"\{([^}]+)\}")
_EXPRESSION = re.compile(r"^\$message\.(header|payload)#(/.*)?$")  # Runtime Expression
_COMMON = {"title", "summary", "description", "tags", "externalDocs", "bindings"}
# Object: what it must have, what else it may have.
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "document": ({"asyncapi", "info"}, {"id", "servers", "defaultContentType", "channels", "operations", "components"}),
    "info": ({"title", "version"}, {"description", "termsOfService", "contact", "license", "tags", "externalDocs"}),
    "server": ({"host", "protocol"}, _COMMON | {"protocolVersion", "pathname", "variables", "security"}),
    "channel": (set(), _COMMON | {"address", "messages", "servers", "parameters"}),
    "parameter": (set(), {"enum", "default", "description", "examples", "location"}),
    "operation": ({"action", "channel"}, _COMMON | {"security", "traits", "messages", "reply"}),
    "reply": (set(), {"address", "channel", "messages"}),
    "reply address": ({"location"}, {"description"}),
    "message": (set(), _COMMON | {"headers", "payload", "correlationId", "contentType", "name", "examples", "traits"}),
    "correlation id": ({"location"}, {"description"}),
    "server variable": (set(), {"enum", "default", "description", "examples"}),
}
# Bindings: MQTT 0.2.0 and AMQP 0.3.0.
BINDINGS: dict[tuple[str, str], set[str]] = {
    ("operation", "mqtt"): {"qos", "retain", "messageExpiryInterval", "bindingVersion"},
    ("message", "mqtt"): {
        "payloadFormatIndicator", "correlationData", "contentType", "responseTopic", "bindingVersion",
    },
    ("channel", "amqp"): {"is", "exchange", "queue", "bindingVersion"},
    ("operation", "amqp"): {
        "expiration", "userId", "cc", "priority", "deliveryMode", "mandatory", "bcc", "timestamp", "ack",
        "bindingVersion",
    },
}  # fmt: skip


def broken_rules(document: Json) -> list[str]:
    """A sentence for every rule that the document breaks."""
    return [
        *_fields("document", "document", document),
        *_fields("info", "info", document.get("info", {})),
        *(f"{ref} leads nowhere" for ref in _refs(document) if _resolve(document, ref) is None),
        *_servers(document),
        *_channels(document),
        *_operations(document),
        *_components(document),
    ]


def _fields(kind: str, at: str, value: Json) -> Iterator[str]:
    needed, allowed = FIELDS[kind]
    yield from (f"{at} lacks {name}" for name in sorted(needed - value.keys()))
    known = needed | allowed
    yield from (f"{at} has {name}, which a {kind} has not" for name in value if name not in known and name[:2] != "x-")
    yield from _bindings(kind, at, value.get("bindings", {}))


def _bindings(kind: str, at: str, bindings: Json) -> Iterator[str]:
    for protocol, binding in bindings.items():
        allowed = BINDINGS.get((kind, protocol))
        if allowed is None:
            yield f"{at}: a {kind} has no binding for {protocol}"
        else:
            yield from (f"{at}: the {protocol} binding has {name}" for name in binding if name not in allowed)


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _resolve(document: Json, ref: str) -> Any:
    node: Any = document
    for part in ref.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node


def _servers(document: Json) -> Iterator[str]:
    for name, server in document.get("servers", {}).items():
        yield from _fields("server", f"server {name}", server)
        if "://" in server.get("host", ""):
            yield f"server {name}: host is a URL"
        places, variables = set(_PLACE.findall(server.get("host", ""))), server.get("variables", {})
        if places != variables.keys():
            yield f"server {name}: host and variables differ"
        for variable in variables.values():
            yield from _fields("server variable", f"server {name}", variable)


def _channels(document: Json) -> Iterator[str]:
    addresses: set[str] = set()
    for name, channel in document.get("channels", {}).items():
        at, address = f"channel {name}", channel.get("address") or ""
        yield from _fields("channel", at, channel)
        if set(_PLACE.findall(address)) != channel.get("parameters", {}).keys():
            yield f"{at}: address and parameters differ"
        if address in addresses:
            yield f"{at}: its address is another's too"
        addresses.add(address)
        for parameter in channel.get("parameters", {}).values():
            yield from _fields("parameter", at, parameter)
        for server in channel.get("servers", ()):
            if not server.get("$ref", "").startswith("#/servers/"):
                yield f"{at}: a server is not a reference to the document's"


def _operations(document: Json) -> Iterator[str]:
    for name, operation in document.get("operations", {}).items():
        at = f"operation {name}"
        yield from _fields("operation", at, operation)
        if operation.get("action") not in ("send", "receive"):
            yield f"{at}: action is neither send nor receive"
        yield from _messages_of_channel(at, operation)
        if reply := operation.get("reply"):
            yield from _fields("reply", f"{at}, reply", reply)
            yield from _fields("reply address", f"{at}, reply", reply.get("address", {}))
            yield from _messages_of_channel(f"{at}, reply", reply)
            if not _EXPRESSION.match(reply.get("address", {}).get("location", "")):
                yield f"{at}: the reply's location is no runtime expression"


def _messages_of_channel(at: str, holder: Json) -> Iterator[str]:
    """Operation Object: the channel is one of the document's, and every message one of that channel's."""
    channel = holder.get("channel", {}).get("$ref", "")
    if not channel.startswith("#/channels/"):
        yield f"{at}: its channel is not a reference to the document's"
    for message in holder.get("messages", ()):
        if not message.get("$ref", "").startswith(f"{channel}/messages/"):
            yield f"{at}: a message is not one of its channel's"


def _components(document: Json) -> Iterator[str]:
    components = document.get("components", {})
    for kind, named in components.items():
        yield from (f"components: {kind}.{name} is no key" for name in named if not _KEY.match(name))
    for name, message in components.get("messages", {}).items():
        yield from _fields("message", f"message {name}", message)
        if (correlation := message.get("correlationId")) is not None:
            yield from _fields("correlation id", f"message {name}", correlation)
            if not _EXPRESSION.match(correlation.get("location", "")):
                yield f"message {name}: correlationId's location is no runtime expression"
        yield from _schema(f"message {name}, payload", message.get("payload", {}))
    for name, schema in components.get("schemas", {}).items():
        yield from _schema(f"schema {name}", schema)


def _schema(at: str, schema: Json) -> Iterator[str]:
    """Schema Object: a superset of draft 07."""
    for dialect in (Draft7Validator, Draft202012Validator):
        for error in dialect(dialect.META_SCHEMA).iter_errors(schema):
            yield f"{at}: {error.message}"
