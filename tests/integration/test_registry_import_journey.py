"""A pilot is filled by spreadsheets alone, kind after kind; each of them twice."""

from typing import Any

import pytest

from services.registry.importing.kinds import KINDS
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pilot, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, places, upload
from tests.unit.registry.sheets import xlsx

A, B = "q7Xk2mPzA1", "q7Xk2mPzB2"
FILES: dict[str, list[list[Any]]] = {
    "dwellings": [["试点项目", "期", "住宅假名"], ["garden", 1.0, A], ["garden", "1", B]],
    "handover": [["住宅假名", "试点项目", "交付日期"], [A, "garden", "2026/6/30"], [B, "garden", "2026年7月1日"]],
    "slots": [
        ["试点项目", "住宅假名", "点位编号", "类别", "必配", "安装日期"],
        ["garden", A, "lamp", "照明", "是", "2026-06-01"],
        ["garden", B, "lamp", "LIGHTING", "否", None],
    ],
    "devices": [["厂商", "设备编号", "类别"], ["acme", "lamp-a", "照明"], ["acme", 12, None]],
    "bindings": [
        ["厂商", "设备编号", "启用日期", "点位"],
        ["acme", "lamp-a", "2026-06-01", f"garden/{A}/lamp"],
        ["acme", 12, "2026-06-01", f"garden/{B}/lamp"],
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
}
ENDS_AS: dict[str, dict[str, Any]] = {
    f"dwellings/garden/{A}": {"phase": 1, "handed_over_on": "2026-06-30"},
    f"dwellings/garden/{B}": {"phase": 1, "handed_over_on": "2026-07-01"},
    f"slots/garden/{A}/lamp": {"category": "LIGHTING", "required": True, "installed_on": "2026-06-01"},
    f"slots/garden/{B}/lamp": {"category": "LIGHTING", "required": False, "installed_on": None},
    "devices/acme/12": {"category": None, "reporting_interval_s": None},
    "bindings/acme/12/2026-06-01": {"slot": f"garden/{B}/lamp", "valid_to": None},
    f"occupancies/garden/{B}/2026-07": {"occupied": False},
    f"tenancies/garden/{A}/1": {"consent": "GIVEN", "valid_to": None},
}


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR)
    made.admin.made("/v1/pilots", pilot("garden"))
    made.admin.made("/v1/phases", {"pilot": "garden", "number": 1, "name": "一期"})
    return made


@pytest.mark.parametrize("written", [as_csv, xlsx])
def test_a_pilot_is_filled_by_spreadsheets_alone(made: RegistryUnderTest, written: Any) -> None:
    assert set(FILES) == {kind.name for kind in KINDS}
    for kind, rows in FILES.items():
        content = written(*rows)
        would = ("CHECKED", 0, 0, 2, 0) if kind == "handover" else ("CHECKED", 2, 0, 0, 0)

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
