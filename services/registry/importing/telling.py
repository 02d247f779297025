"""What is told of an import: each fault where the spreadsheet shows it, and what would be right in its words; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.registry.importing import cells
from services.registry.importing.entering import row_of
from services.registry.importing.kind import Kind, Names
from services.registry.importing.parsing import Sheet
from services.registry.importing.sheets import Line
from services.registry.refusal import Complaint, Fault

_LONGEST = 200
_OF_SEVERAL = ("Not a valid list.", "Not a valid mapping type.")  # what a cell of text cannot be read as
_IN_A_SHEET = {  # what JSON wants, and what a cell wants
    "Not a valid boolean.": "rule.sheet_flag",
    "Not a valid date.": "rule.sheet_day",
    "Not a valid integer.": "rule.sheet_number",
}


class Told(NamedTuple):
    """One fault. ``column`` is its heading as uploaded, or empty where it is of the whole row."""

    row: int
    column: str
    value: str
    reason: str
    complaint: Complaint


def told(kind: Kind, sheet: Sheet, faults: Sequence[Fault], tongue: str) -> Iterator[Told]:
    """Faults by row, in the order of the sheet."""
    lines = {line.number: line for line in sheet.lines}
    fields = [column.field if column else None for column in sheet.columns]
    for fault in sorted(faults, key=row_of):
        field = _field_of(fault)
        position = fields.index(field) if field in fields else None
        column = "" if position is None else sheet.headings[position]
        if position is None and field and (missing := kind.column(field)):
            column = missing.zh if tongue != "en" else missing.en
        value = "" if position is None else _value(lines[row_of(fault)], position)
        yield Told(row_of(fault), column, value, fault.reason, _plainer(kind, field, fault.complaint, tongue))


def refused_lines(sheet: Sheet, faults: Sequence[Fault]) -> list[Line]:
    """The lines that have a fault."""
    refused = {row_of(fault) for fault in faults}
    return [line for line in sheet.lines if line.number in refused]


def _field_of(fault: Fault) -> str | None:
    """The field a fault points to; a place inside a field is the field's."""
    parts = fault.pointer.split("/")
    return parts[2] if len(parts) > 2 else None


def _value(line: Line, position: int) -> str:
    written = cells.shown(line.cells[position]) if position < len(line.cells) else ""
    return written if len(written) <= _LONGEST else written[:_LONGEST] + "…"


def _plainer(kind: Kind, field: str | None, complaint: Complaint, tongue: str) -> Complaint:
    column = kind.column(field) if field else None
    if column and complaint.message == "rule.one_of" and column.names:
        return Complaint("rule.one_of", {"choices": choices(column.names, tongue)})
    if column and complaint.message in _OF_SEVERAL:
        return Complaint(column.hint)
    return complaint._replace(message=_IN_A_SHEET.get(complaint.message, complaint.message))


def choices(names: Names, tongue: str) -> str:
    """The words of an enumeration, as a reader of this language writes them."""
    return ", ".join(names) if tongue == "en" else "、".join(names.values())
