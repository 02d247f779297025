"""What can be imported is declared without contradiction; and what is filled in by template is what is read."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st

from services.registry.importing import templates
from services.registry.importing.kind import Kind
from services.registry.importing.kinds import KINDS
from services.registry.importing.parsing import ERROR_HEADING, parse, sheet_of
from services.registry.importing.sheets import read
from shared.runtime.catalogue import LANGUAGES, say

DEVICES = next(kind for kind in KINDS if kind.name == "devices")
BY_NAME = {kind.name: kind for kind in KINDS}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

few = settings(deadline=None, max_examples=40)  # each is a file
IDS = st.from_regex(r"[A-Za-z0-9._:-]{1,64}", fullmatch=True)
SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str)
LAMPS = st.fixed_dictionaries(
    {"vendor": SLUGS, "device": IDS, "category": st.sampled_from(sorted(DEVICES.columns[2].names))},
    optional={"reporting_interval_s": st.integers(1, 86_400)},
)


def filled(kind: Kind, template: bytes, rows: list[dict[str, Any]]) -> bytes:
    """The template as XLSX, with rows below what stands in it."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    for row in rows:
        book.worksheets[0].append([row.get(column.field) for column in kind.columns])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@every_kind
def test_a_kind_names_fields_of_its_collection_and_all_that_are_required(kind: Kind) -> None:
    schema = kind.row_schema
    fields = [column.field for column in kind.columns]
    assert set(fields) <= set(schema.fields)
    assert kind.schema or set(kind.collection.key) <= set(fields)
    filled = {*fields, *kind.left_out}
    assert kind.amends or {name for name, field in schema.fields.items() if field.required} <= filled
    assert set(kind.amends) <= set(kind.collection.amendable)
    assert len({word for column in kind.columns for word in (column.zh, column.en)}) == 2 * len(fields)


@every_kind
def test_every_hint_is_in_both_catalogues(kind: Kind) -> None:
    assert [
        (column.hint, language)
        for column in kind.columns
        for language in LANGUAGES
        if say(column.hint, language) == column.hint
    ] == []


@every_kind
def test_the_example_is_right_and_skipped(kind: Kind) -> None:
    for template in (templates.template_xlsx(kind, "en"), templates.template_csv(kind)):
        lines = read(template)
        assert len(lines) == 2
        assert sheet_of(kind, lines).lines == ()
        with_another_pilot = lines[1]._replace(cells=("my-own", *lines[1].cells[1:]))
        entries, faults = parse(kind, sheet_of(kind, [lines[0], with_another_pilot]))
        assert (len(entries), faults) == (1, [])


@every_kind
def test_the_notes_explain_every_column(kind: Kind) -> None:
    book = openpyxl.load_workbook(io.BytesIO(templates.template_xlsx(kind, "zh-CN")))
    notes = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert [note[:2] for note in notes] == [(column.zh, column.en) for column in kind.columns]
    assert all(note[4] for note in notes)


def test_the_notes_name_the_words_of_an_enumeration() -> None:
    book = openpyxl.load_workbook(io.BytesIO(templates.template_xlsx(DEVICES, "zh-CN")))
    assert "照明 (LIGHTING)" in str(book.worksheets[1].cell(4, 6).value)


@few
@given(rows=st.lists(LAMPS, max_size=5, unique_by=lambda row: (row["vendor"], row["device"])))
def test_what_is_filled_into_a_template_is_what_is_read(rows: list[dict[str, Any]]) -> None:
    names = DEVICES.columns[2].names
    written = [{**row, "category": names[row["category"]]} for row in rows]
    content = filled(DEVICES, templates.template_xlsx(DEVICES, "zh-CN"), written)
    entries, faults = parse(DEVICES, sheet_of(DEVICES, read(content)))
    assert faults == []
    assert [dict(entry.said) for entry in entries] == rows


@few
@given(first=DAYS, code=SLUGS)
def test_what_is_filled_into_a_csv_template_is_what_is_read(first: str, code: str) -> None:
    kind = BY_NAME["slots"]
    written = io.StringIO(newline="")
    csv.writer(written).writerow(["garden", "home-00001", code, "照明", "否", first.replace("-", "/"), ""])
    content = templates.template_csv(kind) + written.getvalue().encode()
    (entry,), faults = parse(kind, sheet_of(kind, read(content)))
    assert faults == []
    assert (entry.said["code"], entry.said["required"], entry.said["installed_on"]) == (code, False, first)


@few
@given(written=st.text(max_size=20), why=st.text(max_size=20))
def test_no_cell_of_a_spreadsheet_of_ours_is_a_formula(written: str, why: str) -> None:
    sheet = sheet_of(DEVICES, read("厂商,设备编号\nx,y\n".encode()))
    line = sheet.lines[0]._replace(cells=("=" + written, "@" + written))
    book = openpyxl.load_workbook(io.BytesIO(templates.refused_xlsx(DEVICES, sheet, [line], {line.number: "=" + why})))
    cells = next(iter(book.worksheets[0].iter_rows(min_row=2)))
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}
    assert book.worksheets[0].cell(1, 3).value == ERROR_HEADING


def test_headings_are_taken_in_either_language_and_any_order() -> None:
    content = "上报间隔（秒）,vendor,DEVICE ,错误 / error,Category\n60,acme,a,whatever,照明\n"
    ((entry,), _) = parse(DEVICES, sheet_of(DEVICES, read(content.encode())))
    assert entry.said == {"vendor": "acme", "device": "a", "category": "LIGHTING", "reporting_interval_s": 60}
