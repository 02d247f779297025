"""What became of a file, as JSON or as the spreadsheet to mend, by what the caller accepts."""

from collections import defaultdict
from typing import Any

import msgspec
from flask import Response, request

from services.registry import counters
from services.registry.api.answering import phrase
from services.registry.importing import templates
from services.registry.importing.carrying import Result
from services.registry.importing.kind import Kind
from services.registry.importing.telling import refused_lines, told
from shared.runtime.web import language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"


def answer(kind: Kind, result: Result) -> Response:
    """The answer to an import that was carried out; 422 if it was refused."""
    if wants_sheet():
        told_of = to_mend(kind, result)
    else:
        body = msgspec.json.encode(report(kind, result))
        told_of = Response(body, content_type=JSON, headers={"Content-Language": language()})
    if result.outcome == "REFUSED":
        counters.REFUSED.labels("invalid_request").inc()
        told_of.status_code = 422
    return told_of


def wants_sheet() -> bool:
    """Whether the caller asks for the refused rows, to mend and upload again."""
    return request.accept_mimetypes.best_match([JSON, XLSX], default=JSON) == XLSX


def file(content: bytes, name: str, media_type: str) -> Response:
    """A download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


def report(kind: Kind, result: Result) -> dict[str, Any]:
    """Counts, and every fault in the caller's language."""
    tongue = language()
    faults = list(told(kind, result.sheet, result.entered.faults, tongue))
    return {
        "kind": kind.name,
        "outcome": result.outcome,
        "rows": result.rows,
        "new": result.entered.new,
        "unchanged": result.entered.unchanged,
        "changed": result.entered.changed,
        "refused": len({each.row for each in faults}),
        "import": result.import_id,
        "faults": [
            {
                "row": each.row,
                "column": each.column,
                "value": each.value,
                "detail": phrase(each.complaint, tongue),
                "reason": each.reason,
            }
            for each in faults
        ],
    }


def to_mend(kind: Kind, result: Result) -> Response:
    """The refused rows as a spreadsheet, with what is wrong."""
    tongue = language()
    errors: dict[int, list[str]] = defaultdict(list)
    for each in told(kind, result.sheet, result.entered.faults, tongue):
        said = phrase(each.complaint, tongue)
        errors[each.row].append(f"{each.column}: {said}" if each.column else said)
    lines = refused_lines(result.sheet, result.entered.faults)
    by_row = {row: "\n".join(said) for row, said in errors.items()}
    return file(templates.refused_xlsx(kind, result.sheet, lines, by_row), f"{kind.name}-errors.xlsx", XLSX)
