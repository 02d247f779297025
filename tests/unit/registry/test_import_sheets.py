"""A file is read for what it is, and refused before it can do harm."""

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from services.registry.importing import packed, sheets
from services.registry.importing.sheets import Line, read
from services.registry.refusal import Refused
from tests.unit.registry.sheets import xlsx

HEADINGS = ("厂商", "设备编号")
AS_TEXT = "厂商,设备编号\r\nacme,灯\r\n"


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The same XLSX with one part replaced or added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return written.getvalue()


def why(content: bytes) -> tuple[str, str]:
    """The problem and the message with which a file is refused."""
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.reason, refused.value.faults[0].complaint.message


@pytest.mark.parametrize(
    "content",
    [AS_TEXT.encode(), AS_TEXT.encode("utf-8-sig"), AS_TEXT.encode("gb18030"), xlsx(HEADINGS, ("acme", "灯"))],
    ids=["utf-8", "utf-8 with BOM", "gb18030", "xlsx"],
)
def test_the_bytes_say_what_a_file_is(content: bytes) -> None:
    assert read(content) == [Line(1, HEADINGS), Line(2, ("acme", "灯"))]


def test_blank_rows_are_left_out_and_the_others_keep_their_numbers() -> None:
    assert [line.number for line in read(xlsx(HEADINGS, (), (None, " "), ("acme", "a")))] == [1, 4]
    assert [line.number for line in read(b'a,b\n\n,\n"x\ny",2\nz,3\n')] == [1, 4, 5]


@pytest.mark.parametrize("written", [xlsx, lambda *rows: "\n".join(map(",".join, rows)).encode()], ids=["xlsx", "csv"])
def test_what_stands_far_to_the_right_is_kept_and_blank_cells_there_are_not(written: Any) -> None:
    far = ["acme", "a", *[""] * 200, "ask Li", ""]
    blank = ["acme", "b", *[""] * 200]
    first, second = read(written(far, blank))
    assert ([cell for cell in first.cells if cell], len(first.cells)) == (["acme", "a", "ask Li"], 51)
    assert second.cells == ("acme", "b")


def test_a_far_cell_in_each_row_is_not_followed() -> None:
    row = '<row r="{0}"><c r="XFD{0}"/></row>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(row.format(number) for number in range(1, 2_001))
        + "</sheetData></worksheet>"
    )
    far = with_part(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", sheet.encode())
    assert why(far) == ("too_large", "rule.sheet_wide")


def test_what_a_file_says_of_its_size_is_not_believed() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:A1"/>'
        b'<sheetData><row r="1"><c r="A1" t="str"><v>a</v></c><c r="BZ1" t="str"><v>b</v></c></row></sheetData>'
        b"</worksheet>"
    )
    (line,) = read(with_part(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", sheet))
    assert [cell for cell in line.cells if cell] == ["a", "b"]


def test_a_cell_of_text_that_begins_like_a_formula_is_text() -> None:
    book = openpyxl.Workbook()
    for column, written in enumerate(("=1+1", "+1", "-1", "@x"), start=1):
        book.active.cell(1, column, written).data_type = "s"
    saved = io.BytesIO()
    book.save(saved)
    assert read(saved.getvalue())[0].cells == ("=1+1", "+1", "-1", "@x")


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b'a,"b\n', b"a\x00b"],
    ids=["picture", "cut off", "old xls", "open quote", "nul"],
)
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    assert why(content) == ("invalid_request", "rule.not_a_sheet")


def test_an_empty_file_is_refused() -> None:
    assert why(b"") == why(b"\r\n,,\r\n") == ("invalid_request", "rule.sheet_empty")


def test_a_zip_without_a_workbook_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert why(written.getvalue()) == ("invalid_request", "rule.not_a_sheet")


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = with_part(xlsx(HEADINGS), "xl/worksheets/sheet1.xml", b" " * 20_000_000)
    assert len(bomb) < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was opened"))
    assert why(bomb) == ("too_large", "rule.sheet_unpacks")


def test_too_many_parts_or_too_much_in_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsx(HEADINGS)
    packed.check(content)
    monkeypatch.setattr(packed, "MOST_ENTRIES", 3)
    assert why(content) == ("too_large", "rule.sheet_unpacks")
    monkeypatch.undo()
    monkeypatch.setattr(packed, "MOST_UNPACKED_BYTES", 1_000)
    assert why(content) == ("too_large", "rule.sheet_unpacks")


def test_entities_are_not_expanded() -> None:
    sheet = (
        b'<!DOCTYPE w [<!ENTITY a "acme">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>'
    )
    content = xlsx(HEADINGS)
    assert why(with_part(content, "xl/worksheets/sheet1.xml", sheet))[1] == "rule.not_a_sheet"
    harmless = sheet.replace(b'<!DOCTYPE w [<!ENTITY a "acme">]>', b"").replace(b"&a;", b"acme")
    assert read(with_part(content, "xl/worksheets/sheet1.xml", harmless)) == [Line(1, ("acme",))]


def test_one_row_more_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    rows = "a\n" * 5  # the headings, the example, and three
    assert len(read(rows.encode())) == 5
    assert why((rows + "a\n").encode()) == ("too_large", "rule.sheet_rows")


def test_blank_rows_without_end_are_not_followed() -> None:
    assert why(b"a\n" + b"\n" * 1_100_000) == ("too_large", "rule.sheet_rows")


def test_a_directory_of_very_many_entries_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = io.BytesIO()
    with zipfile.ZipFile(crowded, "w") as archive:
        for number in range(packed.MOST_ENTRIES + 1):
            archive.writestr(str(number), b"")
    monkeypatch.setattr(packed, "entries_of", lambda _file: pytest.fail("it was read"))
    assert why(crowded.getvalue()) == ("too_large", "rule.sheet_unpacks")
