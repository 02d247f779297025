"""Bulk import: a template per kind, and its file checked or registered in one request."""

from collections import defaultdict
from typing import Any

import marshmallow as ma
import msgspec
from flask import Response, request
from flask_smorest import Blueprint

from services.registry import counters
from services.registry.api.answering import phrase
from services.registry.api.guarding import guarded
from services.registry.api.import_schemas import ImportQuery, ImportSchema, TemplateQuery
from services.registry.importing import templates
from services.registry.importing.carrying import Result, carry_out
from services.registry.importing.kinds import KINDS, Kind
from services.registry.importing.telling import Told, refused_lines, told
from services.registry.store import Database
from shared.contracts.problems import MEDIA_TYPE, Problem
from shared.failures import Rejected
from shared.runtime.auth import caller
from shared.runtime.web import language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_BYTES = 32 * 1024 * 1024
# What browsers send: Windows says vnd.ms-excel of a CSV. Which of the two it is, the bytes say.
_ACCEPTED = ("", XLSX, CSV, "application/octet-stream", "application/vnd.ms-excel")
_JSON = "application/json"
_FILE = {"schema": {"type": "string", "format": "binary"}}


def blueprint(database: Database) -> Blueprint:
    """Every kind's template and import."""
    imports = Blueprint("imports", __name__, url_prefix="/v1/imports", description="批量导入: bulk import")
    for kind in KINDS:
        _add_template(imports, kind)
        _add_import(imports, kind, database)
    return imports


def _add_template(imports: Blueprint, kind: Kind) -> None:
    @imports.route(f"/{kind.name}/template", methods=["GET"], endpoint=f"{kind.name}_template")
    @guarded(imports, *kind.writers)
    @imports.arguments(TemplateQuery, location="query", unknown=ma.RAISE)
    @imports.doc(
        operationId=f"get_{kind.name}_template",
        summary="Headings, one row of examples (skipped if left in), and in XLSX what each column wants",
        responses={"200": {"description": "The template", "content": {XLSX: _FILE, CSV: _FILE}}},
    )
    def template(query: dict[str, Any]) -> Response:
        if query["format"] == "csv":
            return _file(templates.template_csv(kind), f"{kind.name}.csv", CSV)
        return _file(templates.template_xlsx(kind, language()), f"{kind.name}.xlsx", XLSX)


def _add_import(imports: Blueprint, kind: Kind, database: Database) -> None:
    @imports.route(f"/{kind.name}", methods=["POST"], endpoint=kind.name)
    @guarded(imports, *kind.writers)
    @imports.arguments(ImportQuery, location="query", unknown=ma.RAISE)
    @imports.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
    @imports.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
    @imports.doc(
        requestBody={"required": True, "content": {XLSX: _FILE, CSV: _FILE}},
        operationId=f"import_{kind.name}",
        summary="Check a file, or keep its rows; Accept XLSX to be given the refused rows, to mend and upload again",
        responses={
            "200": {
                "description": "What became of the file, or would",
                "content": {_JSON: {"schema": ImportSchema}, XLSX: _FILE},
            },
            "422": {
                "description": "Nothing was kept; a Problem if the file could not be read",
                "content": {_JSON: {"schema": ImportSchema}, MEDIA_TYPE: {"schema": Problem}, XLSX: _FILE},
            },
        },
    )
    def post(query: dict[str, Any]) -> Response:
        result = carry_out(database, kind, _body(), caller(), **query)
        tongue = language()
        faults = list(told(kind, result.sheet, result.entered.faults, tongue))
        wants = request.accept_mimetypes.best_match([_JSON, XLSX], default=_JSON)
        answer = _refused(kind, result, faults, tongue) if wants == XLSX else _report(kind, result, faults, tongue)
        if result.outcome == "REFUSED":
            counters.REFUSED.labels("invalid_request").inc()
            answer.status_code = 422
        return answer


def _body() -> bytes:
    """The file; one that says it is too long is refused before it is read.

    :raises Rejected: ``not_supported_media`` if it is said to be something else
    """
    if request.mimetype not in _ACCEPTED:
        raise Rejected("not_supported_media")
    request.max_content_length = MOST_BYTES
    return request.get_data(cache=False)


def _report(kind: Kind, result: Result, faults: list[Told], tongue: str) -> Response:
    told_of = [
        {
            "row": each.row,
            "column": each.column,
            "value": each.value,
            "detail": phrase(each.complaint, tongue),
            "reason": each.reason,
        }
        for each in faults
    ]
    report = {
        "kind": kind.name,
        "outcome": result.outcome,
        "rows": len(result.sheet.lines),
        "new": result.entered.new,
        "unchanged": result.entered.unchanged,
        "changed": result.entered.changed,
        "refused": len({each.row for each in faults}),
        "faults": told_of,
    }
    return Response(msgspec.json.encode(report), content_type=_JSON, headers={"Content-Language": tongue})


def _refused(kind: Kind, result: Result, faults: list[Told], tongue: str) -> Response:
    errors: dict[int, list[str]] = defaultdict(list)
    for each in faults:
        said = phrase(each.complaint, tongue)
        errors[each.row].append(f"{each.column}: {said}" if each.column else said)
    lines = refused_lines(result.sheet, result.entered.faults)
    by_row = {row: "\n".join(said) for row, said in errors.items()}
    return _file(templates.refused_xlsx(kind, result.sheet, lines, by_row), f"{kind.name}-errors.xlsx", XLSX)


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)
