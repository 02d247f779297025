"""Lines become entries: headings are recognised, cells read, and every row checked by the schema of its collection."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import marshmallow as ma

from services.registry.importing import cells, rooms
from services.registry.importing.cells import Cell, Value
from services.registry.importing.kind import Column, Kind
from services.registry.importing.sheets import Line
from services.registry.refusal import Fault, Refused, fault, flatten, pointer

ERROR_HEADING = "错误 / error"
_OF_ERRORS = {"错误 / error", "错误", "error"}


class Entry(NamedTuple):
    """A line that passed its schema: what it says, as the schema loads it. Empty cells say nothing."""

    number: int
    id: str
    said: Mapping[str, Value]
    loaded: Mapping[str, Any]


class Sheet(NamedTuple):
    """What was uploaded: the columns in their order (None: not to be read), and the lines below the headings."""

    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    lines: tuple[Line, ...]


def sheet_of(kind: Kind, lines: Sequence[Line]) -> Sheet:
    """The columns that the first line names, and the other lines without the row of examples.

    :raises Refused: with every heading that is unknown, there twice, or missing
    """
    headings = tuple(cells.shown(cell) for cell in lines[0].cells)
    columns = tuple(_column(kind, heading) for heading in headings)
    if faults := list(_faults_of_headings(kind, headings, columns)):
        raise Refused(faults)
    sheet = Sheet(headings, columns, ())
    return sheet._replace(lines=tuple(line for line in lines[1:] if not _is_example(sheet, line)))


def parse(kind: Kind, sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    """The entries of a sheet, and the faults of the lines that are none.

    A fault points to the number of its row and the field of its column: ``#/12/device``.
    """
    schema = kind.row_schema
    entries: list[Entry] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for line in sheet.lines:
        pairs = list(_pairs(sheet, line))
        said = {column.field: column.read(cell) for column, cell in pairs}
        found = [*_faults_of_cells(pairs, line.number), *_unread(sheet, line), *_missing(kind, line.number, said)]
        loaded = _loaded(schema, line.number, {**kind.left_out, **said}, found)
        if loaded is None:
            faults += found
            continue
        once = kind.once or kind.collection.key
        earlier = first.setdefault(_joined(loaded, once), line.number)
        if earlier != line.number:
            faults.append(fault(pointer(line.number, once[-1]), "conflicting", "rule.row_twice", row=earlier))
            continue
        entries.append(Entry(line.number, _joined(loaded, kind.collection.key), said, loaded))
    return entries, faults


def _joined(loaded: Mapping[str, Any], fields: Sequence[str]) -> str:
    return "/".join(str(loaded[name]) for name in fields)


def _column(kind: Kind, heading: str) -> Column | None:
    wanted = _folded(heading)
    named = (column for column in kind.columns if wanted in map(_folded, (column.zh, column.en, column.field)))
    return next(named, None)


def _folded(heading: str) -> str:
    return " ".join(heading.replace("_", " ").casefold().split())


def _faults_of_headings(kind: Kind, headings: tuple[str, ...], columns: tuple[Column | None, ...]) -> Iterator[Fault]:
    known = "、".join(f"{column.zh} ({column.en})" for column in kind.columns)
    for position, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        if heading and column is None and heading.casefold() not in _OF_ERRORS:
            yield fault(pointer(), "invalid_request", "rule.sheet_heading", heading=heading[:40], known=known)
        if column and column in columns[:position]:
            yield fault(pointer(), "invalid_request", "rule.sheet_twice", heading=heading)
    for column in kind.columns:
        if column.field in kind.required and column not in columns:
            yield fault(pointer(), "invalid_request", "rule.sheet_column", zh=column.zh, en=column.en)


def _pairs(sheet: Sheet, line: Line) -> Iterator[tuple[Column, Cell]]:
    """The columns of which a line says something, and what."""
    for column, cell in zip(sheet.columns, line.cells, strict=False):
        if column is not None and cell is not None and cells.shown(cell):
            yield column, cell


def _is_example(sheet: Sheet, line: Line) -> bool:
    """Whether a line is the template's row of examples, and nothing else."""
    left = {column.field for column in sheet.columns if column and column.example}
    for column, cell in _pairs(sheet, line):
        if column.read(cell) != column.read(column.example):
            return False
        left.discard(column.field)
    return not left


def _faults_of_cells(pairs: Sequence[tuple[Column, Cell]], number: int) -> Iterator[Fault]:
    """What is wrong with cells, whatever their schema says."""
    for column, cell in pairs:
        written = cells.shown(cell)
        if rooms.in_words(written) or (column.opaque and rooms.in_digits(written)):
            yield fault(pointer(number, column.field), "invalid_request", "rule.room_number")
        elif cells.lost_digits(cell):
            yield fault(pointer(number, column.field), "invalid_request", "rule.sheet_long_number")


def _unread(sheet: Sheet, line: Line) -> Iterator[Fault]:
    """What stands in no column would be lost without a word."""
    for position, cell in enumerate(line.cells):
        if (position >= len(sheet.headings) or not sheet.headings[position]) and (written := cells.shown(cell)):
            yield fault(pointer(line.number), "invalid_request", "rule.sheet_no_heading", value=written[:40])


def _missing(kind: Kind, number: int, said: Mapping[str, Value]) -> Iterator[Fault]:
    """What an amendment must say, and the schema of a new row need not."""
    for name in kind.must_say:
        if name not in said:
            yield fault(pointer(number, name), "invalid_request", "Missing data for required field.")


def _loaded(schema: ma.Schema, number: int, said: Mapping[str, Value], found: list[Fault]) -> Mapping[str, Any] | None:
    """What the schema makes of a line; None if anything is wrong, which is then in ``found``, once for each place."""
    try:
        loaded: Mapping[str, Any] = schema.load(said)
    except ma.ValidationError as error:
        told = {each.pointer for each in found}
        found += [each for each in flatten(error.messages, number) if each.pointer not in told]
        return None
    return None if found else loaded
