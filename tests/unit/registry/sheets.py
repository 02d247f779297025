"""Spreadsheets as a test writes them."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl


def xlsx(*rows: Sequence[Any]) -> bytes:
    """One sheet of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
