"""A pilot is filled by spreadsheets alone, kind after kind; each of them twice."""

from typing import Any

import pytest

from services.registry.importing.kinds import KINDS
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pilot, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, places, upload
from tests.unit.registry.sheets import xlsx

DIGEST = "ab" * 32
A, B = "q7Xk2mPzA1", "q7Xk2mPzB2"
AMENDING = ("handover", "slot-dates", "tenancy-ends", "binding-ends", "calendars")
FILES: dict[str, list[list[Any]]] = {
    "pilots": [
        ["试点项目", "名称", "区", "住房类型", "资金来源", "开工日期"],
        ["garden", "花园（虚构）", "南山区", "公共租赁住房", "政府投资", "2025年3月1日"],
        ["meadow", "草地（虚构）", "futian", "OTHER", "混合", None],
    ],
    "phases": [["试点项目", "期", "名称"], ["garden", 1, "一期"], ["meadow", 1, "一期"]],
    "layouts": [
        ["试点项目", "户型编号", "名称", "点位"],
        ["garden", "a-65", "A 户型", "lamp 照明；curtain 遮阳 选配"],
        ["meadow", "b-80", "B 户型", "lamp LIGHTING"],
    ],
    "dwellings": [["试点项目", "期", "住宅假名"], ["garden", 1.0, A], ["garden", "1", B]],
    "handover": [["住宅假名", "试点项目", "交付日期"], [A, "garden", "2026/6/30"], [B, "garden", "2026年7月1日"]],
    "slots": [
        ["试点项目", "住宅假名", "点位编号", "类别", "必配", "安装日期"],
        ["garden", A, "lamp", "照明", "是", None],
        ["garden", B, "lamp", "LIGHTING", "否", None],
    ],
    "slot-dates": [
        ["试点项目", "住宅假名", "点位编号", "安装日期"],
        ["garden", A, "lamp", "2026-06-01"],
        ["garden", B, "lamp", "2026/6/2"],
    ],
    "devices": [["厂商", "设备编号", "类别"], ["acme", "lamp-a", "照明"], ["acme", 12, None]],
    "bindings": [
        ["厂商", "设备编号", "启用日期", "点位"],
        ["acme", "lamp-a", "2026-06-01", f"garden/{A}/lamp"],
        ["acme", 12, "2026-06-01", f"garden/{B}/lamp"],
    ],
    "device-aliases": [
        ["厂商", "别名", "启用日期", "设备编号"],
        ["acme", "lamp-a-2", "2026-06-01", "lamp-a"],
        ["acme", "12-2", "2026-06-01", 12],
    ],
    "swaps": [
        ["厂商", "换下设备", "更换日期", "换上设备", "原因", "其他原因说明"],
        ["acme", "lamp-a", "2026-09-01", "spare-1", "故障", ""],
        ["acme", 12, "2026/9/2", "spare-2", "OTHER", "试用（虚构）"],
    ],
    "binding-ends": [
        ["厂商", "设备编号", "启用日期", "停用日期"],
        ["acme", "lamp-a", "2026-06-01", "2027-06-01"],
        ["acme", "12", "2026-06-01", "2027-06-01"],
    ],
    "feed-bindings": [
        ["厂商", "设备编号", "数据通道", "启用日期"],
        ["acme", "lamp-a", "gw", "2026-06-01"],
        ["acme", 12, "gw", "2026-06-01"],
    ],
    "occupancies": [
        ["试点项目", "住宅假名", "月份", "是否入住"],
        ["garden", A, "2026-07", "是"],
        ["garden", B, "2026/7", 0],
    ],
    "tenancies": [
        ["试点项目", "住宅假名", "租期序号", "起租日期", "同意情况", "同意情况日期"],
        ["garden", A, 1, "2026-07-01", "同意", "2026-07-01"],
        ["garden", B, 1, "2026-07-01", "拒绝", "2026-07-01"],
    ],
    "tenancy-ends": [
        ["试点项目", "住宅假名", "租期序号", "退租日期"],
        ["garden", A, 1, "2027-06-30"],
        ["garden", B, 1, "2027-06-30"],
    ],
    "venues": [
        ["场所", "名称", "区", "场所类型", "资金来源", "其他类型说明"],
        ["hall", "会堂（虚构）", "福田区", "其他公共场所", "混合", "社区会堂"],
        ["museum", "科技馆（虚构）", "福田区", "科技馆", "政府投资", ""],
    ],
    "zones": [["场所", "体验区", "名称"], ["hall", "main", "大厅"], ["museum", "main", "大厅"]],
    "calendars": [
        ["场所", "体验区", "生效日期", "星期一", "星期二", "星期日", "闭馆日期", "特殊开放"],
        ["hall", "main", "2026-07-01", "闭馆", "9:00-12:00 13:30-17:30", "", "", "2026-10-02 10:00-16:00"],
        ["hall", "main", "2026-01-01", "", "09:00—24:00", "１０：００至１２：００", "2026-02-16、2026-02-17", ""],
    ],
    "venue-counts": [
        ["场所", "体验区", "日期", "小时", "统计方式", "人次", "来源", "来源文件SHA-256"],
        ["hall", "main", "2026/7/1", 0, "检票", 120, "日报（虚构）", DIGEST],
        ["hall", "main", "2026-07-01", None, "人工", 240, "日报（虚构）", DIGEST],
    ],
    "venue-entries": [
        ["名录编号", "名称", "区", "场所类型", "来源", "来源日期", "场所"],
        ["e-1", "会堂（虚构）", "福田区", "其他公共场所", "名录（虚构）", "2026-01-01", "hall"],
        ["e-2", "景点（虚构）", "福田区", "旅游景点", "名录（虚构）", "2026-01-01", ""],
    ],
    "started-projects": [
        ["项目编号", "名称", "区", "套数", "施工许可日期", "开工日期", "试点项目", "来源", "来源文件SHA-256"],
        ["p-1", "花园（虚构）", "南山区", 500, "2025-02-01", "", "garden", "台账（虚构）", DIGEST],
        ["p-2", "别处（虚构）", "福田区", 300, "", "2025-03-01", "", "台账（虚构）", DIGEST],
    ],
    "scenes": [
        ["场景", "名称", "区", "场景类型", "其他类型说明", "资金来源"],
        ["training", "实训（虚构）", "南山区", "教育培训", "", "混合"],
        ["other", "其他（虚构）", "南山区", "其他", "示例", "社会投资"],
    ],
    "installations": [
        ["场所", "体验区", "设施编号", "设施类型", "在场判定", "席位"],
        ["hall", "main", "dome", "沉浸影院/环幕", "检票闸机", 20],
        ["museum", "main", "headset", "一体机", "PROXIMITY_SENSOR", None],
    ],
}
ENDS_AS: dict[str, dict[str, Any]] = {
    f"dwellings/garden/{A}": {"phase": 1, "handed_over_on": "2026-06-30"},
    f"dwellings/garden/{B}": {"phase": 1, "handed_over_on": "2026-07-01"},
    f"slots/garden/{A}/lamp": {"category": "LIGHTING", "required": True, "installed_on": "2026-06-01"},
    f"slots/garden/{B}/lamp": {"category": "LIGHTING", "required": False, "installed_on": "2026-06-02"},
    "devices/acme/12": {"category": None, "reporting_interval_s": None},
    "bindings/acme/12/2026-06-01": {"slot": f"garden/{B}/lamp", "valid_to": "2027-06-01"},
    f"occupancies/garden/{B}/2026-07": {"occupied": False},
    f"tenancies/garden/{A}/1": {"consent": "GIVEN", "valid_to": "2027-06-30"},
    "pilots/garden": {"district": "nanshan", "housing_type": "PUBLIC_RENTAL", "construction_start_date": "2025-03-01"},
    "venues/hall": {"venue_type": "OTHER_PUBLIC", "venue_type_text": "社区会堂", "state": "DRAFT"},
    "zones/hall/main": {
        "calendars": [
            {
                "valid_from": "2026-01-01",
                "weekly": {"tue": [["09:00", "24:00"]], "sun": [["10:00", "12:00"]]},
                "closed": ["2026-02-16", "2026-02-17"],
                "extra": {},
            },
            {
                "valid_from": "2026-07-01",
                "weekly": {"mon": [], "tue": [["09:00", "12:00"], ["13:30", "17:30"]]},
                "closed": [],
                "extra": {"2026-10-02": [["10:00", "16:00"]]},
            },
        ]
    },
    "layouts/garden/a-65": {
        "design_version": 1,
        "slots": [
            {"code": "lamp", "category": "LIGHTING", "required": True},
            {"code": "curtain", "category": "SHADING", "required": False},
        ],
    },
    "swaps/acme/lamp-a/2026-09-01": {"place": f"garden/{A}/lamp", "state": "REPORTED", "reason": "FAULT"},
    "device-aliases/acme/12-2/2026-06-01": {"device": "12", "valid_to": None},
    "venue-counts/hall/main/2026-07-01T00/TICKETED": {"count": 120},
    "venue-counts/hall/main/2026-07-01/MANUAL": {"count": 240},
    "started-projects/p-2": {"permit_on": None, "started_on": "2025-03-01", "pilot": None},
    "venue-entries/e-1": {"venue": "hall", "source_on": "2026-01-01"},
    "scenes/other": {"scene_type_text": "示例", "state": "PLANNED"},
    "installations/museum/main/headset": {"presence_method": "PROXIMITY_SENSOR", "seats": 1},
    "feed-bindings/acme/12/2026-06-01": {"feed": "gw", "valid_to": None},
}


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR)
    made.admin.made("/v1/devices", *({"vendor": "acme", "device": f"spare-{number}"} for number in (1, 2)))
    assert made.admin.post("/v1/feeds", {"vendor": "acme", "feed": "gw", "sites": []}).status_code == 201
    return made


@pytest.mark.parametrize("written", [as_csv, xlsx])
def test_a_pilot_is_filled_by_spreadsheets_alone(made: RegistryUnderTest, written: Any) -> None:
    assert set(FILES) == {kind.name for kind in KINDS}
    for kind, rows in FILES.items():
        content = written(*rows)
        would = ("CHECKED", 0, 0, 2, 0) if kind in AMENDING else ("CHECKED", 2, 0, 0, 0)

        before = made.admin.changes()
        assert counts(upload(made, made.admin, kind, content)) == would, kind
        assert made.admin.changes() == before, "a dry run changed something"

        assert counts(upload(made, made.admin, kind, content, KEEP)) == ("KEPT", *would[1:]), kind
        assert len(made.admin.changes()) == len(before) + 3  # two rows, and the import itself

    after = made.admin.changes()
    for kind, rows in FILES.items():
        again = upload(made, made.admin, kind, written(*rows), KEEP)
        assert counts(again) == ("KEPT", 0, 2, 0, 0), kind
    assert made.admin.changes() == after

    for path, fields in ENDS_AS.items():
        found: Any = made.admin.get(f"/v1/{path}").json
        assert {name: found[name] for name in fields} == fields, path


def test_another_word_on_what_is_registered_is_refused_where_the_kind_only_registers(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "lamp", "category": "LIGHTING"})
    answer = upload(made, made.admin, "devices", as_csv(["厂商", "设备编号", "类别"], ["acme", "lamp", "遮阳"]), KEEP)
    assert (answer.status_code, places(answer)) == (422, [(2, "设备编号", "lamp")])


def test_a_handover_may_be_corrected(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/pilots", pilot("garden"))
    made.admin.made("/v1/phases", {"pilot": "garden", "number": 1, "name": "一期"})
    made.admin.made("/v1/dwellings", {"pilot": "garden", "phase": 1, "dwelling_ref": A, "handed_over_on": "2026-01-01"})
    content = as_csv(["试点项目", "住宅假名", "交付日期"], ["garden", A, "2026-02-01"])
    assert counts(upload(made, made.admin, "handover", content, KEEP)) == ("KEPT", 0, 0, 1, 0)
    found: Any = made.admin.get(f"/v1/dwellings/garden/{A}").json
    assert found["handed_over_on"] == "2026-02-01"


def test_more_than_one_chunk_is_registered_and_checked_against_itself(made: RegistryUnderTest) -> None:
    rows = [["acme", f"d{number}"] for number in range(2_500)]
    content = as_csv(["厂商", "设备编号"], *rows, ["acme", "d0"])
    answer = upload(made, made.admin, "devices", content, f"{KEEP}&partial=true")
    assert counts(answer) == ("KEPT", 2_500, 0, 0, 1)
    assert places(answer) == [(2_502, "设备编号", "d0")]
    assert made.admin.get("/v1/devices/acme/d2499").status_code == 200
