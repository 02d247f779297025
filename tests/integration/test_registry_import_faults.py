"""Every fault of every row at once, where the spreadsheet shows it, in the caller's language; mended, all is well."""

from typing import Any

import pytest

from services.registry.api.import_reports import XLSX
from tests.integration.databases import Databases
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, RegistryUnderTest, home, registry
from tests.integration.spreadsheets import (
    KEEP,
    KEEP_SOME,
    as_csv,
    counts,
    places,
    rows_of,
    to_mend,
    upload,
)
from tests.unit.registry.sheets import xlsx

HEADINGS = ["厂商", "设备编号", "类别", "上报间隔（秒）"]
GOOD = ["acme", "good", "照明", 900]
BAD = as_csv(
    HEADINGS,
    GOOD,
    [],
    ["acme", "=1+1", "灯", "often"],
    ["nobody", "x", "", ""],
    ["", "y", "", ""],
    ["acme", "good", "遮阳", ""],
)
BAD_PLACES = [
    (4, "设备编号", "=1+1"),
    (4, "类别", "灯"),
    (4, "上报间隔（秒）", "often"),
    (5, "厂商", "nobody"),
    (6, "厂商", ""),
    (7, "设备编号", "good"),
]


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden", "nanshan")
    home(made.admin, "meadow", "futian")
    return made


def details(answer: Any) -> list[str]:
    return [fault["detail"] for fault in answer.json["faults"]]


def test_every_fault_of_every_row_is_told_where_it_is(made: RegistryUnderTest) -> None:
    answer = upload(made, made.admin, "devices", BAD)
    assert (answer.status_code, counts(answer)) == (200, ("CHECKED", 1, 0, 0, 4))
    assert sorted(places(answer)) == sorted(BAD_PLACES)
    assert answer.headers["Content-Language"] == "zh-CN"
    told = dict(zip(places(answer), details(answer), strict=True))
    assert "照明、遮阳" in told[4, "类别", "灯"]
    assert told[4, "上报间隔（秒）", "often"] == "应为整数。"
    assert told[5, "厂商", "nobody"] == "单位 nobody 尚未登记。"
    assert told[7, "设备编号", "good"] == "与第 2 行是同一项；每项只填一行。"


def test_faults_are_told_in_english_too(made: RegistryUnderTest) -> None:
    answer = upload(made, made.admin, "devices", BAD, headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "en"
    told = dict(zip(places(answer), details(answer), strict=True))
    assert "LIGHTING, SHADING" in told[4, "类别", "灯"]
    assert told[7, "设备编号", "good"] == "The same as row 2; give each only once."
    assert all(detail.isascii() for detail in told.values())


def test_one_fault_refuses_all_unless_the_caller_wants_the_good_rows(made: RegistryUnderTest) -> None:
    before = made.admin.changes()
    answer = upload(made, made.admin, "devices", BAD, KEEP)
    assert (answer.status_code, counts(answer)) == (422, ("REFUSED", 1, 0, 0, 4))
    assert made.admin.changes() == before

    answer = upload(made, made.admin, "devices", BAD, KEEP_SOME)
    assert (answer.status_code, counts(answer)) == (200, ("KEPT", 1, 0, 0, 4))
    assert [change["id"] for change in made.admin.changes()[len(before) :]][:-1] == ["acme/good"]


def test_the_refused_rows_come_back_as_a_spreadsheet_to_mend_and_upload_again(made: RegistryUnderTest) -> None:
    answer = to_mend(made, made.admin, "devices", BAD, KEEP_SOME)
    assert (answer.status_code, answer.content_type) == (200, XLSX)
    headings, *rows = rows_of(answer.data)
    assert headings == [*HEADINGS, "错误 / error"]
    assert [row[:2] for row in rows] == [["acme", "=1+1"], ["nobody", "x"], [None, "y"], ["acme", "good"]]
    assert rows[0][4].splitlines()[-1] == "上报间隔（秒）: 应为整数。"

    rows[0][1:4] = ["mended", "照明", "60"]
    rows[1][0] = rows[2][0] = "acme"
    mended = upload(made, made.admin, "devices", xlsx(headings, *rows[:3]), KEEP)
    assert (mended.status_code, counts(mended)) == (200, ("KEPT", 3, 0, 0, 0))


def test_the_spreadsheet_to_mend_is_not_an_import_that_was_kept(made: RegistryUnderTest) -> None:
    before = made.admin.changes()
    assert to_mend(made, made.admin, "devices", BAD).status_code == 200
    assert to_mend(made, made.admin, "devices", BAD, KEEP).status_code == 422
    assert made.admin.changes() == before


def test_rules_between_rows_are_those_of_any_other_request(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "a"}, {"vendor": "acme", "device": "b"})
    headings = ["厂商", "设备编号", "启用日期", "停用日期", "点位"]
    slot = "garden/home-00000/lamp"
    content = as_csv(headings, ["acme", "a", "2026-01-01", "", slot], ["acme", "b", "2026-02-01", "", slot])
    answer = upload(made, made.admin, "bindings", content, KEEP_SOME)
    assert (counts(answer), places(answer)) == (("KEPT", 1, 0, 0, 1), [(3, "启用日期", "2026-02-01")])
    assert details(answer)[0].startswith(f"{slot} 在同一时期已有登记")


def test_a_fault_of_a_whole_row_has_no_column(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "a"})
    answer = upload(made, made.admin, "bindings", as_csv(["厂商", "设备编号", "启用日期"], ["acme", "a", "2026-01-01"]))
    assert places(answer) == [(2, "", "")]


def test_conflicts_that_go_on_appearing_come_to_an_end(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "a"})
    nested = [["acme", "a", f"20{50 - n}-01-01", f"20{51 + n}-01-01", "garden/home-00000/lamp"] for n in range(30)]
    content = as_csv(["厂商", "设备编号", "启用日期", "停用日期", "点位"], *nested)
    answer = upload(made, made.admin, "bindings", content, KEEP_SOME)
    assert counts(answer) == ("KEPT", 0, 0, 0, 30)
    assert any("请先更正那些行" in detail for detail in details(answer))


@pytest.mark.parametrize("ref", ["3栋2单元1201", "A座1201室", "1201房", "3-2-1201"])
def test_a_room_number_is_refused_with_the_way_to_a_pseudonym(made: RegistryUnderTest, ref: str) -> None:
    answer = upload(made, made.admin, "dwellings", as_csv(["试点项目", "期", "住宅假名"], ["garden", 1, ref]), KEEP)
    assert (answer.status_code, places(answer)) == (422, [(2, "住宅假名", ref)])
    assert "假名页面" in details(answer)[0]


def test_a_number_that_excel_has_shortened_is_refused(made: RegistryUnderTest) -> None:
    answer = upload(made, made.admin, "devices", xlsx(HEADINGS, ["acme", 1234567890123456789, None, None]))
    assert [place[:2] for place in places(answer)] == [(2, "设备编号")]
    assert "15" in details(answer)[0]


def test_what_stands_beside_the_table_is_not_lost_without_a_word(made: RegistryUnderTest) -> None:
    answer = upload(
        made, made.admin, "devices", as_csv([*HEADINGS, ""], [*GOOD, "", "ask Li"], ["acme", "b", "", "", ""])
    )
    assert (counts(answer), places(answer)) == (("CHECKED", 1, 0, 0, 1), [(2, "", "")])
    assert details(answer) == ["ask Li 所在的列没有表头；请补上表头，或删去该内容。"]


def test_what_stands_far_to_the_right_of_the_table_is_told_too(made: RegistryUnderTest) -> None:
    far = [*GOOD, *[None] * 100, "ask Li"]
    answer = upload(made, made.admin, "devices", xlsx(HEADINGS, far, ["acme", "b", None, None]), KEEP_SOME)
    assert (counts(answer), places(answer)) == (("KEPT", 1, 0, 0, 1), [(2, "", "")])
    assert details(answer) == ["ask Li 所在的列没有表头；请补上表头，或删去该内容。"]
    headed = upload(made, made.admin, "devices", xlsx([*HEADINGS, *[None] * 100, "备注"], GOOD))
    assert (headed.status_code, "没有名为 备注 的列" in headed.text) == (422, True)


def test_headings_that_are_wrong_are_all_told(made: RegistryUnderTest) -> None:
    answer = upload(made, made.admin, "devices", as_csv(["厂商", "型号", "厂商"], ["acme", "x", "acme"]))
    told: Any = answer.json
    assert answer.status_code == 422
    assert [error["detail"].split("；")[0] for error in told["errors"]] == [
        "没有名为 型号 的列",
        "列 厂商 出现了不止一次。",
        "缺少列 设备编号（Device）。",
    ]


def test_an_officer_imports_into_his_own_district_only(made: RegistryUnderTest) -> None:
    officer = made.caller("district_officer", districts=["nanshan"])
    headings = ["试点项目", "期", "住宅假名"]
    content = as_csv(headings, ["garden", 1, "q7Xk2mPzA1"], ["meadow", 1, "q7Xk2mPzA1"], ["meadow", 7, "home-00000"])
    answer = upload(made, officer, "dwellings", content, KEEP_SOME)
    assert (counts(answer), places(answer)) == (("KEPT", 1, 0, 0, 2), [(3, "", ""), (4, "", "")])
    assert {fault["reason"] for fault in (answer.json or {})["faults"]} == {"forbidden"}

    headings = ["试点项目", "住宅假名", "交付日期"]
    content = as_csv(headings, ["garden", "home-00000", "2026-01-01"], ["meadow", "home-00000", "2026-01-01"])
    answer = upload(made, officer, "handover", content, KEEP_SOME)
    assert (counts(answer), places(answer)) == (("KEPT", 0, 0, 1, 1), [(3, "住宅假名", "home-00000")])
    assert (made.admin.get("/v1/dwellings/meadow/home-00000").json or {})["handed_over_on"] is None


def test_a_vendor_imports_its_own_devices_only(made: RegistryUnderTest) -> None:
    vendor = made.caller("vendor", vendors=["acme"])
    answer = upload(made, vendor, "devices", as_csv(["厂商", "设备编号"], ["acme", "a"], ["bolt", "b"]), KEEP_SOME)
    assert (counts(answer), places(answer)) == (("KEPT", 1, 0, 0, 1), [(3, "", "")])
    assert upload(made, vendor, "slots", b"").status_code == 403
