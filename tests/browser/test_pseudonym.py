"""Rooms into refs and back in a real browser, against Python's own HMAC and Unicode tables."""

import re
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from services.registry.fields import DWELLING_REF_PATTERN
from tests.browser.pseudonym_page import KEY, OTHER_KEY, PseudonymPage, csv_text, key_file, normalised, ref_of, rows_of

ROOMS = [
    f"{tower}栋{unit}单元{floor}{flat:02}室"
    for tower, unit, floor, flat in product("123456", "AB", range(1, 26), range(1, 11))
]
WRITTEN = st.text(
    st.one_of(
        st.sampled_from("0129０１２９栋座单元室号-－#ＡaﾊﾞΩﬁ①㎡é \u3000\u00a0\u200b\ufeff\u00ad\u0301"),
        st.characters(exclude_categories=("Cs", "Cn", "Co")),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def keyed(page: PseudonymPage) -> PseudonymPage:
    """The page with a key chosen."""
    page.choose_key(key_file(KEY))
    return page


def test_three_thousand_rooms_become_refs_that_the_registry_accepts_and_rooms_again(keyed: PseudonymPage) -> None:
    assert len(ROOMS) == 3_000
    keyed.choose("rooms", csv_text([["期", "房号", "户型"], *(["1", room, "A, 两房"] for room in ROOMS)]).encode())
    written = keyed.saved("rooms")
    assert rows_of(written) == [["期", "dwelling_ref", "户型"], *(["1", ref_of(room), "A, 两房"] for room in ROOMS)]
    refs = [row[1] for row in rows_of(written)[1:]]
    assert len(set(refs)) == 3_000
    assert [ref for ref in refs if not re.match(DWELLING_REF_PATTERN, ref)] == []

    keyed.choose("refs", written)
    assert rows_of(keyed.saved("refs")) == [["期", "房号", "户型"], *(["1", room, "A, 两房"] for room in ROOMS)]


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(rooms=["e\u200d\u0301"])  # what stood apart composes
@given(rooms=st.lists(WRITTEN, min_size=1, max_size=40))
def test_every_way_of_writing_comes_to_what_python_computes(keyed: PseudonymPage, rooms: list[str]) -> None:
    computed = keyed.tab.evaluate(
        "rooms => Promise.all(rooms.map(async room => [normalise(room), await refOf(key.secret, normalise(room))]))",
        rooms,
    )
    assert computed == [[normalised(room), ref_of(room)] for room in rooms]


@pytest.mark.parametrize(
    "written", ["３栋１２０１室", " 3 栋 1201 室 ", "3栋\u30001201室\u200b", "\ufeff3栋1201室", "3\u00a0栋1201\t室"]
)
def test_a_room_typed_in_another_width_or_with_spaces_is_the_same_room(keyed: PseudonymPage, written: str) -> None:
    keyed.paste("rooms", csv_text([["房号", ""], [written, ""]]))
    assert rows_of(keyed.saved("rooms"))[1][0] == ref_of("3栋1201室")


@pytest.mark.parametrize("other", ["3座1201室", "3栋1201", "3单元1201室", "3-1201室", "3栋1210室"])
def test_what_tells_rooms_apart_stays(keyed: PseudonymPage, other: str) -> None:
    keyed.paste("rooms", f"3栋1201室\n{other}")
    refs = [row[0] for row in rows_of(keyed.saved("rooms"))]
    assert refs == [ref_of("3栋1201室"), ref_of(other)]
    assert len(set(refs)) == 2


def test_a_room_that_stands_twice_is_an_error_with_its_rows(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "房号\n1-101\n１－１０１\n1-102\n\n 1-101\n1-103\n1-102")
    said = keyed.refuses("rooms", "同一间房")
    assert [line.split("：")[0] for line in said] == ["第 2、3、6 行", "第 4、8 行"]
    assert "row 2, 3, 6: the same room" in said[0]


def test_a_row_without_room_or_with_a_space_between_digits_is_an_error(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "房号,期\n1-101,1\n \u3000,1\n1 102,2\n１\u3000\u200b１０３,2\n1\u200b104,2\n1-101,2")
    said = keyed.refuses("rooms", "没有房号")
    assert [line.split("：")[0] for line in said] == ["第 2、7 行", "第 3 行", "第 4 行", "第 5 行"]
    assert ["没有房号" in line for line in said] == [False, True, False, False]


def test_two_rooms_with_one_ref_are_refused(keyed: PseudonymPage) -> None:
    keyed.tab.evaluate("() => { globalThis.refOf = async (_, room) => room.startsWith('1') ? 'same' : room; }")
    keyed.paste("rooms", "房号\n1-101\n2-101\n1-102")
    said = keyed.refuses("rooms", "同一个编号")
    assert [line.split("：")[0] for line in said] == ["第 2、4 行"]


def test_what_was_computed_for_an_older_list_is_not_shown_when_it_comes_late(keyed: PseudonymPage) -> None:
    keyed.tab.evaluate(
        """() => {
            const computed = refOf;
            let held = new Promise(go => { globalThis.release = go; });
            globalThis.refOf = async (...given) => {
                const wait = held;
                held = null;
                await wait;
                return computed(...given);
            };
        }"""
    )
    keyed.paste("rooms", "1-101")
    keyed.paste("rooms", "1-102")
    assert rows_of(keyed.saved("rooms")) == [[ref_of("1-102")]]
    keyed.tab.evaluate("async () => { release(); await new Promise(go => setTimeout(go, 200)); }")
    assert rows_of(keyed.saved("rooms")) == [[ref_of("1-102")]]


def test_with_another_key_no_ref_finds_a_room(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "房号\n1-101\n1-102")
    keyed.paste("refs", f"dwelling_ref\n{ref_of('1-101')}\n{ref_of('1-102')}")
    assert rows_of(keyed.saved("refs")) == [["房号"], ["1-101"], ["1-102"]]

    keyed.choose_key(key_file(OTHER_KEY))
    said = keyed.refuses("refs", "多半不是这把密钥")
    assert [line.split("：")[0] for line in said[1:]] == ["第 2 行", "第 3 行"]
    assert rows_of(keyed.saved("rooms")) == [["dwelling_ref"], *([ref_of(f"1-10{n}", OTHER_KEY)] for n in (1, 2))]


def test_a_ref_may_stand_often_and_an_unknown_one_is_an_error_with_its_row(keyed: PseudonymPage) -> None:
    keyed.paste("rooms", "房号\n1-101\n1-102")
    one, two = ref_of("1-101"), ref_of("1-102")
    keyed.paste("refs", f"{one}\n{two}\n {one} ")
    keyed.tab.uncheck("#refs-header")
    assert rows_of(keyed.saved("refs")) == [["1-101"], ["1-102"], ["1-101"]]

    keyed.paste("refs", f"{one}\n{ref_of('1-103')}\n{two}")
    assert [line.split("：")[0] for line in keyed.refuses("refs", "对得上")] == ["第 2 行"]
