"""Bulk import: a template per kind, and its file checked or registered in one request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import marshmallow as ma
from flask import Response, request
from flask_smorest import Blueprint

from services.registry.api import bodies, purposes
from services.registry.api.collections import blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.import_jobs import accepted, add_jobs
from services.registry.api.import_reports import JSON, XLSX, answer, file
from services.registry.api.import_schemas import ImportJobSchema, ImportQuery, ImportSchema, TemplateQuery
from services.registry.api.kept_imports import add_kept_imports
from services.registry.entities import BY_ENTITY
from services.registry.importing import templates
from services.registry.importing.carrying import carry_out
from services.registry.importing.jobs import AGAIN_S, Jobs
from services.registry.importing.kind import Kind
from services.registry.importing.kinds import KINDS
from services.registry.store import Trying
from shared.contracts.problems import MEDIA_TYPE, Problem
from shared.failures import Rejected
from shared.runtime.auth import caller
from shared.runtime.web import language

CSV = "text/csv"
MOST_BYTES = 32 * 1024 * 1024
MOST_AT_ONCE = 2  # of those somebody waits for: each is in memory whole, and only one is entered at a time
# What browsers send: Windows says vnd.ms-excel of a CSV. Which of the two it is, the bytes say.
_ACCEPTED = ("", XLSX, CSV, "application/octet-stream", "application/vnd.ms-excel")
_FILE = {"schema": {"type": "string", "format": "binary"}}


def blueprint(database: Trying, stopping: threading.Event) -> Blueprint:
    """Every kind's template and import, and what was imported; ``stopping`` is set when the process is to end."""
    jobs, turns = Jobs(database, stopping), threading.BoundedSemaphore(MOST_AT_ONCE)
    imports = blueprint_of(BY_ENTITY["import"])
    for kind in KINDS:
        _add_template(imports, kind)
        _add_import(imports, kind, database, jobs, turns)
    add_jobs(imports, jobs)
    add_kept_imports(imports, database)
    return imports


def _add_template(imports: Blueprint, kind: Kind) -> None:
    @imports.route(f"/{kind.name}/template", methods=["GET"], endpoint=f"{kind.word}_template")
    @guarded(imports, *kind.writers)
    @imports.arguments(TemplateQuery, location="query", unknown=ma.RAISE)
    @imports.doc(
        operationId=f"get_{kind.word}_template",
        summary="Headings, one row of examples (skipped if left in), and in XLSX what each column wants",
        responses={"200": {"description": "The template", "content": {XLSX: _FILE, CSV: _FILE}}},
    )
    def template(query: dict[str, Any]) -> Response:
        if query["format"] == "csv":
            return file(templates.template_csv(kind), f"{kind.name}.csv", CSV)
        return file(templates.template_xlsx(kind, language()), f"{kind.name}.xlsx", XLSX)


def _add_import(
    imports: Blueprint, kind: Kind, database: Trying, jobs: Jobs, turns: threading.BoundedSemaphore
) -> None:
    @imports.route(f"/{kind.name}", methods=["POST"], endpoint=kind.word)
    @guarded(imports, *kind.writers)
    @imports.arguments(ImportQuery, location="query", unknown=ma.RAISE)
    @imports.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    @imports.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
    @imports.alt_response(429, "TOO_MANY_REQUESTS")
    @imports.doc(
        requestBody={"required": True, "content": {XLSX: _FILE, CSV: _FILE}},
        operationId=f"import_{kind.word}",
        summary="Check a file, or keep its rows; Accept XLSX to be given the refused rows, to mend and upload again",
        responses={
            "200": {
                "description": "What became of the file, or would",
                "content": {JSON: {"schema": ImportSchema}, XLSX: _FILE},
            },
            "202": {
                "description": "A job has taken the file; Location says where to ask how far it is",
                "content": {JSON: {"schema": ImportJobSchema}},
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            "422": {
                "description": "Nothing was kept; a Problem if the file could not be read",
                "content": {JSON: {"schema": ImportSchema}, MEDIA_TYPE: {"schema": Problem}, XLSX: _FILE},
            },
        },
    )
    def post(query: dict[str, Any]) -> Response:
        content = _body()
        is_read = kind.collection.of_dwellings
        asking = purposes.asking(purposes.IMPORTED, caller(), f"import_{kind.word}") if is_read else None
        if query.pop("job"):
            return accepted(jobs.start(kind, content, caller(), asking=asking, **query))
        with _turn(turns):
            return answer(kind, carry_out(database, kind, content, caller(), asking=asking, **query))


@contextmanager
def _turn(turns: threading.BoundedSemaphore) -> Iterator[None]:
    """:raises Rejected: ``too_many_imports`` if as many as may be are at work"""
    if not turns.acquire(blocking=False):
        raise Rejected("too_many_imports", wait_s=AGAIN_S)
    try:
        yield
    finally:
        turns.release()


def _body() -> bytes:
    """The file; one that says it is too long is refused before it is read.

    :raises Rejected: ``not_supported_media`` if it is said to be something else; ``too_large``
    """
    if request.mimetype not in _ACCEPTED:
        raise Rejected("not_supported_media")
    return bodies.whole(MOST_BYTES, cache=False)
