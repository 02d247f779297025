"""Spreadsheets out: templates to fill in, and refused rows to mend. Every cell is text, and none is ever a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from services.registry.importing import cells
from services.registry.importing.kind import Column, Kind
from services.registry.importing.parsing import ERROR_HEADING, Sheet
from services.registry.importing.sheets import Line
from services.registry.importing.telling import choices
from shared.runtime.catalogue import say

_TEXT = "@"
_WIDTH = 24
_WIDE = 80
_BOLD = Font(bold=True)
_NOTE_HEADINGS = ("列", "Column", "必填 / required", "示例 / example", "填写要求 / what it wants", "可填的值 / values")


def template_csv(kind: Kind) -> bytes:
    """The headings and the example as CSV; with a BOM, or Excel would not know it is UTF-8."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([_headings(kind), [column.example for column in kind.columns]])
    return written.getvalue().encode("utf-8-sig")


def template_xlsx(kind: Kind, tongue: str) -> bytes:
    """The headings and the example, and on a second sheet what each column wants."""
    book = openpyxl.Workbook(write_only=True)
    _write(book, kind.zh, [_WIDTH] * len(kind.columns), _headings(kind), [[column.example for column in kind.columns]])
    notes = [_note(kind, column, tongue) for column in kind.columns]
    _write(book, "填写说明 notes", [_WIDTH] * 4 + [_WIDE] * 2, _NOTE_HEADINGS, notes)
    return _saved(book)


def refused_xlsx(kind: Kind, sheet: Sheet, lines: Sequence[Line], errors: Mapping[int, str]) -> bytes:
    """Lines as they were uploaded, with what is wrong by the number of their row in one more column."""
    kept = [position for position, column in enumerate(sheet.columns) if column is not None]
    book = openpyxl.Workbook(write_only=True)
    headings = [*(sheet.headings[position] for position in kept), ERROR_HEADING]
    rows = ([*(_at(line, position) for position in kept), errors[line.number]] for line in lines)
    _write(book, kind.zh, [_WIDTH] * len(kept) + [_WIDE], headings, rows)
    return _saved(book)


def _headings(kind: Kind) -> list[str]:
    return [column.zh for column in kind.columns]


def _note(kind: Kind, column: Column, tongue: str) -> list[str]:
    names = choices(column.names, tongue)
    values = ", ".join(f"{name} ({code})" for code, name in column.names.items())
    required = "是 / yes" if column.field in kind.required else "否 / no"
    return [column.zh, column.en, required, column.example, say(column.hint, tongue, choices=names), values]


def _at(line: Line, position: int) -> str:
    return cells.shown(line.cells[position]) if position < len(line.cells) else ""


def _write(
    book: Any, title: str, widths: Sequence[int], headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for position, width in enumerate(widths, start=1):
        dimension = sheet.column_dimensions[get_column_letter(position)]
        dimension.width, dimension.number_format = width, _TEXT  # else Excel drops the zeros before an id
    plain, bold = _pattern(sheet), _pattern(sheet)
    bold.font = _BOLD
    for pattern, written in chain([(bold, headings)], zip(repeat(plain), rows)):
        sheet.append([_cell(sheet, text, pattern) for text in written])


def _pattern(sheet: Any) -> Any:
    """A cell that stays text, also when somebody edits it."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = _TEXT
    cell.quotePrefix = True
    return cell


def _cell(sheet: Any, written: str, pattern: Any) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("�", written))
    cell.data_type = "s"  # never a formula
    cell._style = pattern._style  # working it out for each cell takes longer than all else
    return cell


def _saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
