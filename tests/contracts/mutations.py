"""Every small change of a schema that somebody might make, and whom it breaks. Pure."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]
Change = Callable[[Schema], None]


class Mutation(NamedTuple):
    """A change, and whether it breaks who writes to us (``consumed``) and who reads from us (``published``)."""

    says: str
    schema: Schema
    breaks_consumed: bool
    breaks_published: bool


class _Step(NamedTuple):
    says: str
    change: Change
    breaks_consumed: bool
    breaks_published: bool


def mutations(schema: Schema) -> Iterator[Mutation]:
    """Every change of every node."""
    for path in _paths(schema):
        for step in _steps(_at(schema, path)):
            changed = copy.deepcopy(schema)
            step.change(_at(changed, path))
            yield Mutation(f"{'/'.join(map(str, path))}: {step.says}", changed, *step[2:])
    for name in schema["$defs"]:
        left = {other: definition for other, definition in schema["$defs"].items() if other != name}
        yield Mutation(f"{name} removed", schema | {"$defs": left}, True, True)


def _at(schema: Schema, path: tuple[str | int, ...]) -> Schema:
    node: Any = schema
    for part in path:
        node = node[part]
    found: Schema = node
    return found


def _paths(schema: Schema, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the schemas are."""
    yield path
    for keyword in ("properties", "$defs"):
        for name, inner in schema.get(keyword, {}).items():
            yield from _paths(inner, (*path, keyword, name))
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(keyword), dict):
            yield from _paths(schema[keyword], (*path, keyword))
    for number, inner in enumerate(schema.get("anyOf", ())):
        yield from _paths(inner, (*path, "anyOf", number))


def _steps(node: Schema) -> Iterator[_Step]:
    yield from _of_objects(node)
    yield from _of_values(node)
    yield from _of_limits(node)
    if "default" in node:
        yield _Step("default changed", lambda n: n.update(default="another"), *_by_default(node))


def _by_default(node: Schema) -> tuple[bool, bool]:
    return True, True


def _of_objects(node: Schema) -> Iterator[_Step]:
    refuses = node.get("additionalProperties") is False
    needed = node.get("required", [])
    for name in node.get("properties", ()):

        def remove(n: Schema, name: str = name) -> None:
            n["properties"].pop(name)
            n["required"] = [one for one in n.get("required", []) if one != name]

        def rename(n: Schema, name: str = name) -> None:
            n["properties"][name + "_2"] = n["properties"].pop(name)
            n["required"] = [one + "_2" * (one == name) for one in n.get("required", [])]

        def require(n: Schema, name: str = name) -> None:
            n["required"] = [*n.get("required", []), name]

        def release(n: Schema, name: str = name) -> None:
            n["required"] = [one for one in n["required"] if one != name]

        yield _Step(f"{name} removed", remove, True, True)
        yield _Step(f"{name} renamed", rename, True, True)
        if name in needed:
            yield _Step(f"{name} optional", release, False, True)
        else:
            yield _Step(f"{name} required", require, True, False)
    if "properties" in node:
        yield _Step("a new field", lambda n: n["properties"].update(new={"type": "string"}), False, refuses)

        def demand(n: Schema) -> None:
            n["properties"]["new"] = {"type": "string"}
            n["required"] = [*n.get("required", []), "new"]

        yield _Step("a new required field", demand, True, refuses)
        if not refuses:
            yield _Step("unknown fields refused", lambda n: n.update(additionalProperties=False), True, False)


def _of_values(node: Schema) -> Iterator[_Step]:
    for value in node.get("enum", ()):
        yield _Step(f"{value} removed", lambda n, value=value: n["enum"].remove(value), True, False)  # type: ignore[misc]
    if "enum" in node:
        known = not node.get("x-extensible")
        yield _Step("a new value", lambda n: n["enum"].append("new"), False, known)
        yield _Step("any value", lambda n: n.pop("enum"), False, known)
    if "type" in node:
        other = "object" if node["type"] == "array" else "array"
        yield _Step("another type", lambda n: n.update(type=other), True, True)
        if node["type"] == "integer":
            yield _Step("any number", lambda n: n.update(type="number"), False, True)
    for number, one in enumerate(node.get("anyOf", ())):
        yield _Step(f"alternative {one} removed", lambda n, at=number: n["anyOf"].pop(at), True, False)  # type: ignore[misc]
    if "anyOf" in node:
        yield _Step("a new alternative", lambda n: n["anyOf"].append({"$ref": "#/$defs/New"}), False, True)
    if "$ref" in node:
        yield _Step("another definition", lambda n: n.update({"$ref": "#/$defs/New"}), True, True)
    if "not" in node:
        yield _Step("one more name reserved", lambda n: n["not"]["enum"].append("new"), True, False)
        yield _Step("a reserved name freed", lambda n: n["not"]["enum"].pop(), False, True)


def _of_limits(node: Schema) -> Iterator[_Step]:
    for keyword, by in (
        ("maximum", 1),
        ("maxItems", 1),
        ("maxProperties", 1),
        ("minimum", -1),
        ("minProperties", -1),
        ("minItems", -1),
    ):
        if keyword in node:
            yield _Step(f"{keyword} tighter", lambda n, k=keyword, by=by: n.update({k: n[k] - by}), True, False)  # type: ignore[misc]
            yield _Step(f"{keyword} looser", lambda n, k=keyword, by=by: n.update({k: n[k] + by}), False, True)  # type: ignore[misc]
            yield _Step(f"{keyword} gone", lambda n, k=keyword: n.pop(k), False, True)  # type: ignore[misc]
    if "pattern" in node:
        yield _Step("another pattern", lambda n: n.update(pattern="^x$"), True, True)
        yield _Step("no pattern", lambda n: n.pop("pattern"), False, True)
    elif node.get("type") == "string":
        yield _Step("a pattern", lambda n: n.update(pattern="^x$"), True, False)
    if node.get("type") == "integer" and "maximum" not in node:
        yield _Step("a maximum", lambda n: n.update(maximum=9), True, False)
