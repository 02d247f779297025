"""Evidence documents: the body of an upload is the file itself, its query says what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import marshmallow as ma
from flask import Response, request, send_file
from flask_smorest import Blueprint
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from services.registry import media
from services.registry.api.collections import add_reading, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.states import add_moving
from services.registry.documents import REMOVED, Received, Shelf, discard, record
from services.registry.entities import BY_ENTITY
from services.registry.refusal import Refused, fault, pointer
from services.registry.schemas_audit import DocumentSchema, RelianceSchema, UploadQuery
from services.registry.scope import reach
from services.registry.store import Database
from shared.contracts.registry_audit import Document
from shared.failures import Rejected
from shared.runtime.auth import caller

_DOCUMENTS = BY_ENTITY["document"]
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES = dict.fromkeys(media.EXTENSIONS, _FILE)
_MIB = 1024 * 1024


def blueprint(database: Database, shelf: Shelf, most_bytes: int) -> Blueprint:
    """The collection of documents."""
    documents = blueprint_of(_DOCUMENTS)
    add_reading(documents, _DOCUMENTS, database)
    _add_upload(documents, database, shelf, most_bytes)
    _add_content(documents, database, shelf)
    _add_relying(documents, database)
    add_moving(documents, _DOCUMENTS, database, after_commit=lambda rows: discard(database, shelf, rows))
    return documents


def _add_upload(documents: Blueprint, database: Database, shelf: Shelf, most_bytes: int) -> None:
    @documents.route("", methods=["POST"])
    @guarded(documents, *_DOCUMENTS.access.writers)
    @documents.arguments(UploadQuery, location="query", unknown=ma.RAISE)
    @documents.response(201, DocumentSchema)
    @documents.alt_response(200, schema=DocumentSchema, success=True, description="It is registered already")
    @documents.alt_response(409, "CONFLICT")
    @documents.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    @documents.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
    @documents.doc(
        requestBody={"required": True, "content": _FILES | {"application/octet-stream": _FILE}},
        operationId="upload_document",
        summary="Keep a file and register it under its SHA-256; the same bytes again change nothing",
    )
    def post(query: dict[str, Any]) -> Any:
        filename = query.pop("filename")
        with _received(shelf, most_bytes) as received:
            document = _document(received, filename, query)
            with database.writing(caller().key) as store:
                new = record(store, shelf, received, document, caller())
                stands = store.known("document", {document.sha256})[document.sha256]
        return stands.row, 201 if new else 200


def _add_content(documents: Blueprint, database: Database, shelf: Shelf) -> None:
    @documents.route("/<string:key>/content", methods=["GET"])
    @guarded(documents, *_DOCUMENTS.access.readers)
    @documents.alt_response(404, "NOT_FOUND")
    @documents.alt_response(416, "REQUESTED_RANGE_NOT_SATISFIABLE")
    @documents.alt_response(503, "SERVICE_UNAVAILABLE")
    @documents.doc(
        operationId="get_document_content",
        summary="The file, once its bytes have been checked against the SHA-256; Range is understood",
        responses={
            "200": {"description": "The file; its ETag is the SHA-256", "content": _FILES},
            "206": {"description": "A part of the file", "content": _FILES},
            "304": {"description": "If-None-Match has its SHA-256"},
        },
    )
    def content(key: str) -> Response:
        with database.reading() as reading:
            found = reading.one("document", key, reach(caller()))
        document = found.row if found else None
        if not isinstance(document, Document) or document.state == REMOVED:
            raise Rejected("not_found", what=key)
        answer = send_file(
            shelf.open(document.sha256),
            document.media_type,
            as_attachment=True,
            download_name=f"{document.title}.{media.EXTENSIONS[document.media_type][0]}",
            etag=document.sha256,
        )
        answer.content_length = document.size_bytes
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.make_conditional(request, accept_ranges=True, complete_length=document.size_bytes)
        return answer


def _add_relying(documents: Blueprint, database: Database) -> None:
    @documents.route("/<string:key>/relied-on-by", methods=["GET"])
    @guarded(documents, *_DOCUMENTS.access.readers)
    @documents.response(200, RelianceSchema(many=True))
    @documents.doc(
        operationId="list_document_reliances",
        summary="What names this SHA-256 and is in the caller's reach, also of a paper that is kept elsewhere",
    )
    def relied_on_by(key: str) -> list[dict[str, str]]:
        with database.reading() as reading:
            found = reading.relying_on(key, reach(caller()))
        return [{"entity": entity, "id": own} for entity, own in found]


@contextmanager
def _received(shelf: Shelf, most_bytes: int) -> Iterator[Received]:
    """The body as a file. One that says it is too long is not read; one that does not say is read so far only."""
    too_large = Refused([fault(pointer(), "too_large", "rule.document_too_large", most=most_bytes // _MIB)])
    if (request.content_length or 0) > most_bytes:
        raise too_large
    request.max_content_length = most_bytes + 1  # Werkzeug ends a stream without a length a byte before its limit
    try:
        with shelf.receive(cast(BinaryIO, request.stream)) as received:
            if request.content_length not in (None, received.size_bytes):
                raise ClientDisconnected  # the server ends the stream where the connection ended
            yield received
    except RequestEntityTooLarge as error:
        raise too_large from error


def _document(received: Received, filename: str, query: dict[str, Any]) -> Document:
    if not received.size_bytes:
        raise Refused([fault(pointer(), "invalid_request", "rule.document_empty")])
    media_type = media.media_type_of(received.file)
    media.check_said(media_type, request.mimetype, filename)
    return Document(
        sha256=received.sha256,
        size_bytes=received.size_bytes,
        media_type=media_type,
        recorded_by=caller().key,
        **query,
    )
