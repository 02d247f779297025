"""A file becomes lines: the first sheet of an XLSX, or CSV in UTF-8 or GB 18030; which of them, its bytes say."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import openpyxl

from services.registry.importing import cells, packed
from services.registry.importing.cells import Cell
from services.registry.refusal import Refused, fault, pointer

MOST_ROWS = 50_000
_MOST_COLUMNS = 50
_MOST_CELLS = (
    20_000_000  # blank ones too: a row is as wide as its last cell, of which a file can name a far one in each
)
_LAST_ROW = 1_048_576  # of any spreadsheet: a file that claims more is not followed
_BLANK = (None, "")
_ZIP = b"PK\x03\x04"
_ENCODINGS = ("utf-8-sig", "gb18030")


class Line(NamedTuple):
    """A row that is not blank, with its number as the spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


def read(content: bytes) -> list[Line]:
    """The lines of a file, the headings first.

    :raises Refused: if it is no spreadsheet, has no lines, or too many, or would unpack to too much
    """
    lines: list[Line] = []
    for line in _xlsx(content) if content.startswith(_ZIP) else _csv(content):
        if len(lines) > MOST_ROWS + 1:  # the headings and the example are not counted
            raise _too_many_rows()
        lines.append(line)
    if not lines:
        raise Refused([fault(pointer(), "invalid_request", "rule.sheet_empty")])
    return lines


def _too_many_rows() -> Refused:
    return Refused([fault(pointer(), "too_large", "rule.sheet_rows", most=MOST_ROWS)])


def _xlsx(content: bytes) -> Iterator[Line]:
    packed.check(content)
    yield from _lines(_unpacked(content))


def _unpacked(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size: a row is as wide as its last cell
        yield from sheet.iter_rows(max_row=_LAST_ROW, values_only=True)
    except Exception as error:  # openpyxl raises any for what is wrong inside a file, also if it names entities
        raise packed.not_a_sheet() from error


def _csv(content: bytes) -> Iterator[Line]:
    written = _decoded(content)
    if "\x00" in written:
        raise packed.not_a_sheet()
    try:
        yield from _lines(csv.reader(io.StringIO(written, newline=""), strict=True))
    except csv.Error as error:
        raise packed.not_a_sheet() from error


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise packed.not_a_sheet()


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[Line]:
    """Each without the blank cells at its end; the first of what stands far to the right is kept, so as to be told."""
    seen = 0
    for number, row in enumerate(rows, start=1):
        seen += len(row)
        if number > _LAST_ROW:
            raise _too_many_rows()
        if seen > _MOST_CELLS:
            raise Refused([fault(pointer(), "too_large", "rule.sheet_wide", column=_MOST_COLUMNS)])
        far = next((cell for cell in row[_MOST_COLUMNS:] if cell not in _BLANK and cells.shown(cell)), None)
        near = min(len(row), _MOST_COLUMNS)
        width = near if far is not None else next((end for end in range(near, 0, -1) if cells.shown(row[end - 1])), 0)
        if width:
            yield Line(number, (*row[:width], *(() if far is None else (far,))))
