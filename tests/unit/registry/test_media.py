"""What a file is, its bytes say; what is sealed, could run, or hides others is not kept."""

import tempfile

import pytest

from services.registry.media import CSV, JPEG, PDF, PNG, XLSX, check_said, media_type_of
from services.registry.refusal import Refused
from tests.unit.registry import papers


def told(content: bytes) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return media_type_of(file)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (papers.PDF, PDF),
        (papers.JPEG, JPEG),
        (papers.png(), PNG),
        (papers.xlsx(), XLSX),
        (papers.CSV, CSV),
        ("\ufeff点位,结果\n".encode(), CSV),
        (b"BM,PK,%PDF\n", CSV),  # the first letters of other kinds
    ],
)
def test_each_kind_that_is_kept_is_told_by_its_bytes(content: bytes, kind: str) -> None:
    assert told(content) == kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (papers.ENCRYPTED_PDF, "rule.document_encrypted"),
        (papers.zipped(*papers.WORKBOOK, encrypted=True), "rule.document_encrypted"),
        (papers.zipped(*papers.WORKBOOK, "xl/vbaProject.bin"), "rule.document_macros"),
        (papers.zipped("a.pdf"), "rule.document_kind_of_file"),
        (papers.zipped("[Content_Types].xml", "word/document.xml"), "rule.document_kind_of_file"),
        (papers.zipped(*papers.WORKBOOK, *map(str, range(5_000))), "rule.document_kind_of_file"),
        (papers.xlsx()[:-30], "rule.document_kind_of_file"),
        (papers.OLE, "rule.document_kind_of_file"),
        (b"MZ\x90\x00" + bytes(60), "rule.document_kind_of_file"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "rule.document_kind_of_file"),
        ("列,值\n".encode("utf-16"), "rule.document_kind_of_file"),
    ],
)
def test_what_is_not_kept_is_told_why(content: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        told(content)
    assert [fault.complaint.message for fault in refused.value.faults] == [why]
    assert refused.value.reason == "not_supported_media"


@pytest.mark.parametrize("boundary", [2**20 - 1, 2**20, 2**20 + 1])
def test_a_character_that_lies_across_two_chunks_is_read(boundary: int) -> None:
    assert told(b"a" * boundary + "区".encode()) == CSV
    assert told(b"a" * boundary + "区".encode("gb18030")) == CSV


@pytest.mark.parametrize(
    ("header", "filename"), [("", ""), ("application/x-www-form-urlencoded", ""), ("application/pdf", "验收.PDF")]
)
def test_what_is_said_and_is_so_is_fine(header: str, filename: str) -> None:
    check_said(PDF, header, filename)


@pytest.mark.parametrize(
    ("header", "filename"), [("image/png", ""), ("", "paper.png"), ("application/pdf", "a.pdf.exe")]
)
def test_what_is_said_and_is_not_so_is_refused(header: str, filename: str) -> None:
    with pytest.raises(Refused):
        check_said(PDF, header, filename)
