"""Spreadsheets as people upload them, and what comes back."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from werkzeug.test import TestResponse

from services.registry.api.import_reports import XLSX
from services.registry.api.imports import CSV
from tests.integration.registry_under_test import Caller, RegistryUnderTest

KEEP = "?dry_run=false"
KEEP_SOME = "?dry_run=false&partial=true"


def as_csv(*rows: Sequence[Any], encoding: str = "utf-8") -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(encoding)


def rows_of(content: bytes) -> list[list[Any]]:
    """What stands on the first sheet of an XLSX."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def upload(
    made: RegistryUnderTest,
    caller: Caller,
    kind: str,
    content: bytes,
    query: str = "",
    *,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    return made.app.test_client().post(
        f"/v1/imports/{kind}{query}",
        data=content,
        content_type=CSV,  # wrong of an XLSX: the bytes say what it is
        headers={**caller.headers, **(headers or {})},
    )


def to_mend(made: RegistryUnderTest, caller: Caller, kind: str, content: bytes, query: str = "") -> TestResponse:
    """Upload, asking for the refused rows as a spreadsheet."""
    return upload(made, caller, kind, content, query, headers={"Accept": XLSX})


def counts(answer: TestResponse) -> tuple[str, int, int, int, int]:
    """Outcome; how many are new, unchanged, changed, refused."""
    told: Any = answer.json
    assert told["rows"] == sum(told[name] for name in ("new", "unchanged", "changed", "refused")), answer.text
    return told["outcome"], told["new"], told["unchanged"], told["changed"], told["refused"]


def places(answer: TestResponse) -> list[tuple[int, str, str]]:
    """Row, column and value of each fault."""
    told: Any = answer.json
    return [(fault["row"], fault["column"], fault["value"]) for fault in told["faults"]]
