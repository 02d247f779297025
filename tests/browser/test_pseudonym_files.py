"""The files of the page: keys, CSV as spreadsheets write it, and cells that a spreadsheet would run."""

import hashlib
import json
from typing import Any

import pytest
from playwright.sync_api import Dialog

from services.registry.api.pages import PSEUDONYM_PAGE
from shared.contracts.telemetry import SLUG_PATTERN
from tests.browser.pseudonym_page import KEY, PseudonymPage, csv_text, key_file, ref_of, rows_of

LIST = [["楼栋", "房号"], ["甲", "3栋１201室"], ["乙", "㙍座2單元0302室"]]
REFS = [["楼栋", "dwelling_ref"], ["甲", ref_of("3栋1201室")], ["乙", ref_of("㙍座2單元0302室")]]


@pytest.fixture
def keyed(page: PseudonymPage) -> PseudonymPage:
    """The page with a key chosen."""
    page.choose_key(key_file(KEY))
    return page


def test_a_key_that_the_page_makes_is_new_each_time_and_can_be_chosen_again(page: PseudonymPage) -> None:
    page.tab.on("dialog", lambda dialog: dialog.accept())
    made = [json.loads(page.made_key("nanshan-garden-2")) for _ in range(2)]
    for file in made:
        key = bytes.fromhex(file["key"])
        assert file == key_file(key, pilot="nanshan-garden-2")
        assert len(key) == 32
    assert made[0]["key"] != made[1]["key"]

    page.choose_key(made[0])
    (said,) = page.said("key")
    assert "nanshan-garden-2" in said
    assert hashlib.sha256(bytes.fromhex(made[0]["key"])).hexdigest() in said.replace(" ", "").replace("\n", "")
    page.paste("rooms", "1-101")
    assert rows_of(page.saved("rooms")) == [[ref_of("1-101", bytes.fromhex(made[0]["key"]))]]


def test_a_second_key_is_made_only_if_the_officer_says_so(keyed: PseudonymPage) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    keyed.tab.on("dialog", refuse)
    keyed.tab.fill("#pilot", "other")
    keyed.tab.click("#make-key")
    assert len(asked) == 1
    keyed.paste("rooms", "1-101")
    assert rows_of(keyed.saved("rooms")) == [[ref_of("1-101")]]


@pytest.mark.parametrize(
    "broken",
    [
        key_file(fingerprint="0" * 64),
        key_file() | {"key": "00" * 32},
        key_file() | {"key": KEY.hex()[:-2]},
        key_file(version=2),
        key_file(format="other"),
        key_file(pilot="Not A Slug"),
        key_file(pilot=7),
        {},
        None,
        "garden",
    ],
)
def test_a_key_file_that_is_damaged_or_none_is_refused_and_the_key_before_it_forgotten(
    keyed: PseudonymPage, broken: Any
) -> None:
    keyed.paste("rooms", "1-101")
    keyed.choose_key(broken)
    assert "不是完好的密钥文件" in keyed.said("key")[0]
    keyed.refuses("rooms", "请先选择或新建密钥文件")


def test_the_page_takes_the_slugs_that_the_registry_takes() -> None:
    taken = SLUG_PATTERN.removesuffix(r"(?!\n)")  # JavaScript's $ does not stand before a last line's end
    assert f"const SLUG = /{taken}/;" in PSEUDONYM_PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_a_list_is_read_in_the_encodings_and_line_ends_that_spreadsheets_write(
    keyed: PseudonymPage, encoding: str, newline: str
) -> None:
    keyed.choose("rooms", csv_text(LIST).replace("\r\n", newline).encode(encoding))
    assert rows_of(keyed.saved("rooms")) == REFS


def test_a_file_in_no_encoding_that_it_knows_is_refused(keyed: PseudonymPage) -> None:
    keyed.choose("rooms", csv_text(LIST).encode("utf-16"))
    keyed.refuses("rooms", "既不是 UTF-8 也不是 GB18030")


def test_what_a_spreadsheet_pastes_is_separated_by_tabs(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "".join("\t".join(row) + "\n" for row in LIST))
    assert rows_of(keyed.saved("rooms")) == REFS


def test_the_officer_may_say_which_column_and_whether_there_is_a_header(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "幢1,门牌2\n甲,1-101")
    keyed.tab.select_option("#rooms-column", "1")
    keyed.tab.check("#rooms-header")
    assert rows_of(keyed.saved("rooms")) == [["幢1", "dwelling_ref"], ["甲", ref_of("1-101")]]
    keyed.paste("rooms", "幢1,门牌2\n甲,1-102")  # an edit below the header keeps what was chosen
    assert rows_of(keyed.saved("rooms")) == [["幢1", "dwelling_ref"], ["甲", ref_of("1-102")]]


@pytest.mark.parametrize(("first", "is_header"), [("房号", True), ("门牌", True), ("Room No.", True), ("1-100", False)])
def test_a_first_row_is_taken_for_a_header_if_it_is_words_above_numbers(
    keyed: PseudonymPage, first: str, is_header: bool
) -> None:
    keyed.paste("rooms", f"{first}\n1-101")
    above = "dwelling_ref" if is_header else ref_of(first)
    assert rows_of(keyed.saved("rooms")) == [[above], [ref_of("1-101")]]


def test_cells_with_commas_quotation_marks_and_line_ends_stay_whole(keyed: PseudonymPage) -> None:
    odd = ["两房, 南向", 'say "hi"', '"hi" is said', "上\n下", ""]
    keyed.choose("rooms", csv_text([["房号", "说明"], *([f"1-{n}", cell] for n, cell in enumerate(odd))]).encode())
    assert rows_of(keyed.saved("rooms"))[1:] == [[ref_of(f"1-{n}"), cell] for n, cell in enumerate(odd)]


def test_a_quotation_mark_that_is_not_closed_is_an_error_with_its_row(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", '房号,说明\n1-101,好\n1-102,"坏\n1-103,好')
    assert keyed.refuses("rooms", "引号没有结束")[0].startswith("第 3 行")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "＝1+1", "\t=1+1", "\tx", '=HYPERLINK("x","y")']
)
def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text_and_read_as_it_was(
    keyed: PseudonymPage, cell: str
) -> None:
    keyed.choose("rooms", csv_text([["房号", "说明"], ["1-101", cell]]).encode())
    assert rows_of(keyed.saved("rooms"))[1] == [ref_of("1-101"), "'" + cell]
    keyed.choose("rooms", csv_text([["房号", "说明"], ["1-101", "'" + cell]]).encode())
    assert rows_of(keyed.saved("rooms"))[1] == [ref_of("1-101"), "'" + cell]


def test_a_room_below_ground_is_guarded_on_the_way_back_and_keeps_its_ref(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "房号\n-1-05")
    refs = keyed.saved("rooms")
    assert rows_of(refs)[1] == [ref_of("-1-05")]
    keyed.choose("refs", refs)
    rooms = keyed.saved("refs")
    assert rows_of(rooms)[1] == ["'-1-05"]
    keyed.choose("rooms", rooms)
    assert keyed.saved("rooms") == refs
