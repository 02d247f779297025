"""Bodies: JSON in, rows and faults out; a body is checked row by row, so that all faults are told at once."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import msgspec
from flask import request
from werkzeug.exceptions import ClientDisconnected

from services.registry.collection import Collection, Entity, id_of
from services.registry.refusal import Fault, Refused, fault, flatten, pointer
from services.registry.rules import Row
from shared.failures import Rejected
from shared.runtime.auth import caller
from shared.runtime.web import MAX_BODY_BYTES

MOST_ROWS = 1_000


def whole(most_bytes: int = MAX_BODY_BYTES, *, cache: bool = True) -> bytes:
    """The request's body, not its beginning alone; one that says it is too long is refused before it is read.

    ``cache``: it may be asked for again.

    :raises Rejected: ``too_large``
    """
    request.max_content_length = most_bytes + 1  # of a body in chunks the rest is cut off without a word
    content = request.get_data(cache=cache)
    if len(content) > most_bytes:
        raise Rejected("too_large")
    if request.content_length not in (None, len(content)):
        raise ClientDisconnected  # the server ends the stream where the connection ended
    return content


def json_body() -> Any:
    """The request's body.

    :raises Rejected: ``not_supported_media``, ``too_large`` or ``not_json``
    """
    if not request.is_json:
        raise Rejected("not_supported_media")
    try:
        return msgspec.json.decode(whole())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("not_json") from error


def json_object() -> Mapping[str, Any]:
    """The request's body, which must be an object.

    :raises Rejected: as :func:`json_body`
    :raises Refused: if it is something else
    """
    body = json_body()
    if not isinstance(body, dict):
        raise Refused([fault(pointer(), "invalid_request", "Invalid input type.")])
    return body


def json_rows(collection: Collection) -> tuple[list[Row], list[Fault]]:
    """The rows of the body that pass their schema, and the faults of the others.

    :raises Rejected: as :func:`json_body`
    :raises Refused: if it is not an array of 1 to MOST_ROWS
    """
    body = json_body()
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_ROWS:
        raise Refused([fault(pointer(), "invalid_request", "rule.rows", most=MOST_ROWS)])
    schema = collection.schema()
    faults: list[Fault] = []
    rows: list[Row] = []
    for index, raw in enumerate(body):
        try:
            rows.append(_row((index,), schema, raw, collection))
        except ma.ValidationError as error:
            faults += flatten(error.messages, index)
    return rows, faults


def json_row(collection: Collection) -> tuple[list[Row], list[Fault]]:
    """The single object of the body as rows and faults; one of the two is empty.

    :raises Rejected: as :func:`json_body`
    """
    try:
        return [_row((), collection.schema(), json_body(), collection)], []
    except ma.ValidationError as error:
        return [], list(flatten(error.messages))


def load(schema: ma.Schema) -> dict[str, Any]:
    """The body, as a schema says.

    :raises Rejected: as :func:`json_body`
    :raises Refused: with every fault
    """
    try:
        return dict(schema.load(json_body()))
    except ma.ValidationError as error:
        raise Refused(list(flatten(error.messages))) from error


def load_rows(schema: ma.Schema) -> list[dict[str, Any]]:
    """The body, an array of objects as a schema says.

    :raises Rejected: as :func:`json_body`
    :raises Refused: with every fault, or if it is not an array of 1 to MOST_ROWS
    """
    body = json_body()
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_ROWS:
        raise Refused([fault(pointer(), "invalid_request", "rule.rows", most=MOST_ROWS)])
    try:
        return list(schema.load(body, many=True))
    except ma.ValidationError as error:
        raise Refused(list(flatten(error.messages))) from error


def documented(schema: ma.Schema | dict[str, Any]) -> dict[str, Any]:
    """A body in the OpenAPI's words."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def documented_patch(schema: ma.Schema) -> dict[str, Any]:
    """A body that says at least something, in the OpenAPI's words."""
    return documented({"allOf": [schema, {"minProperties": 1}]})


def documented_rows(schema: ma.Schema) -> dict[str, Any]:
    """A body of rows in the OpenAPI's words."""
    return documented({"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_ROWS})


def _row(path: tuple[int, ...], schema: ma.Schema, raw: Any, collection: Collection) -> Row:
    given = collection.given(caller().key)  # who says it is told by the key, never by the body
    entity: Entity = msgspec.convert({**schema.load(raw), **given}, collection.kind)
    return Row(path, id_of(collection, entity), entity)
