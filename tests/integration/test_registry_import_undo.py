"""An import that was kept is taken back whole, or not at all while anything stands on it; and every step is logged."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from services.registry.importing.undoing import undo
from services.registry.refusal import Refused
from services.registry.store import New, Stored
from shared.contracts.registry import Binding, Change, Device, Dwelling, Feed, Organisation, Phase, Pilot, Slot
from shared.contracts.registry_city import Funding
from shared.contracts.registry_evidence import Tenancy
from shared.contracts.registry_imports import Import
from shared.runtime.auth import Principal
from shared.runtime.registry_copy import RegistryCopy
from tests.integration.databases import Databases
from tests.integration.log_clock import hold_clock
from tests.integration.registry_under_test import (
    OTHER_VENDOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    home,
    pilot,
    reason,
    registry,
)
from tests.integration.spreadsheets import KEEP, KEEP_SOME, as_csv, counts, upload

WHY = {"reason": "传错了文件"}
DWELLINGS = ["试点项目", "期", "住宅假名"]
HANDOVER = ["试点项目", "住宅假名", "交付日期"]
DEVICES = ["厂商", "设备编号"]
PATHS = ("organisations", "pilots", "phases", "dwellings", "slots", "devices", "bindings", "feeds", "tenancies")


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden", "nanshan", dwellings=2)
    return made


def imported(made: RegistryUnderTest, caller: Caller, kind: str, *rows: Any, query: str = KEEP) -> str:
    """Its id."""
    answer = upload(made, caller, kind, as_csv(*rows), query)
    assert (answer.status_code, (answer.json or {})["outcome"]) == (200, "KEPT"), answer.text
    return str((answer.json or {})["import"])


def everything(caller: Caller) -> dict[str, Any]:
    return {path: caller.get(f"/v1/{path}?limit=1000").json for path in PATHS}


def details(answer: Any) -> list[str]:
    return [error["detail"] for error in answer.json["errors"]]


def test_an_import_that_was_kept_is_told_and_logged_behind_what_it_did(made: RegistryUnderTest) -> None:
    before = len(made.admin.changes())
    key = imported(made, made.admin, "devices", DEVICES, ["acme", "a"], ["acme", "b"], ["nobody", "c"], query=KEEP_SOME)
    changes = made.admin.changes()[before:]
    assert [(change["entity"], change["id"]) for change in changes] == [
        ("device", "acme/a"),
        ("device", "acme/b"),
        ("import", key),
    ]
    told: Any = made.admin.get(f"/v1/imports/{key}").json
    assert told == changes[-1]["after"]
    assert {name: told[name] for name in ("kind", "rows", "new", "changed", "unchanged", "state", "imported_by")} == {
        "kind": "devices",
        "rows": 3,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "state": "KEPT",
        "imported_by": changes[-1]["actor"],
    }
    assert (told["first_sequence"], told["last_sequence"]) == (changes[0]["sequence"], changes[1]["sequence"])
    assert told["imported_at"] == changes[-1]["time"]


def test_what_changed_nothing_is_no_import(made: RegistryUnderTest) -> None:
    rows = DEVICES, ["acme", "a"]
    checked = upload(made, made.admin, "devices", as_csv(*rows))
    assert (checked.json or {})["import"] is None
    imported(made, made.admin, "devices", *rows)
    again = upload(made, made.admin, "devices", as_csv(*rows), KEEP)
    assert (again.json or {})["import"] is None
    assert len(made.admin.get("/v1/imports").json or []) == 1


def test_everybody_sees_his_own_imports_and_who_reads_everything_all(made: RegistryUnderTest) -> None:
    one, other = (made.caller("district_officer", districts=["nanshan"]) for _ in range(2))
    key = imported(made, one, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    mine = imported(made, made.admin, "devices", DEVICES, ["acme", "a"])
    seen = {
        caller: [row["id"] for row in caller.get("/v1/imports").json or []]
        for caller in (one, other, made.admin, made.caller("auditor"), made.caller("programme_manager"))
    }
    assert list(seen.values()) == [[key], [], [key, mine], [key, mine], [key, mine]]
    assert [one.get(f"/v1/imports/{each}").status_code for each in (key, mine)] == [200, 404]
    assert [row["id"] for row in made.admin.get("/v1/imports?kind=devices").json or []] == [mine]


def test_rows_that_were_new_are_removed_newest_first_and_may_come_again(
    made: RegistryUnderTest, tmp_path: Path
) -> None:
    before = everything(made.admin)
    rows = [DEVICES, *(["acme", f"d{number}"] for number in range(1_200))]
    key = imported(made, made.admin, "devices", *rows)
    assert everything(made.admin) != before

    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY, match='"1"')
    assert (answer.status_code, (answer.json or {})["state"], (answer.json or {})["state_reason"]) == (
        200,
        "UNDONE",
        WHY["reason"],
    )
    assert answer.headers["ETag"] == '"2"'
    assert everything(made.admin) == before
    removed = [change for change in made.admin.changes() if change["after"] is None]
    assert [change["id"] for change in removed] == [f"acme/d{number}" for number in reversed(range(1_200))]
    assert all(change["before"]["device"] == change["id"][5:] for change in removed)

    again = upload(made, made.admin, "devices", as_csv(*rows), KEEP)
    assert counts(again) == ("KEPT", 1_200, 0, 0, 0)
    copy = RegistryCopy(tmp_path / "copy.db")
    copy.apply(Change(**change) for change in made.admin.changes())
    assert len(list(copy.all(Device))) == 1_200


def test_rows_that_were_changed_get_their_former_content_back(made: RegistryUnderTest) -> None:
    made.admin.patch("/v1/dwellings/garden/home-00001", {"handed_over_on": "2026-01-01"})
    before = everything(made.admin)
    key = imported(
        made,
        made.admin,
        "handover",
        HANDOVER,
        ["garden", "home-00000", "2026-06-30"],
        ["garden", "home-00001", "2026-06-30"],
    )
    assert made.admin.post(f"/v1/imports/{key}/undo", WHY).status_code == 200
    assert everything(made.admin) == before
    last = made.admin.changes()[-3:]
    assert [(change["id"], change["version"]) for change in last] == [
        ("garden/home-00001", 4),
        ("garden/home-00000", 3),
        (key, 2),
    ]


def test_it_is_undone_once_and_by_its_version(made: RegistryUnderTest) -> None:
    key = imported(made, made.admin, "devices", DEVICES, ["acme", "a"])
    assert reason(made.admin.post(f"/v1/imports/{key}/undo", WHY, match=None)) == "precondition_required"
    assert reason(made.admin.post(f"/v1/imports/{key}/undo", WHY, match='"7"')) == "changed_meanwhile"
    assert made.admin.post(f"/v1/imports/{key}/undo", {}).status_code == 422
    assert made.admin.post(f"/v1/imports/{key}/undo", WHY).status_code == 200
    again = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert (again.status_code, details(again)) == (409, ["此次导入已撤销。"])
    assert reason(made.admin.post("/v1/imports/nothing/undo", WHY)) == "not_found"


def test_what_was_changed_since_stands_in_the_way_of_all_of_it(made: RegistryUnderTest) -> None:
    key = imported(
        made, made.admin, "dwellings", DWELLINGS, *(["garden", 1, f"q7Xk2mPz{number:02}"] for number in range(30))
    )
    made.admin.patch("/v1/dwellings/garden/q7Xk2mPz07", {"handed_over_on": "2026-01-01"})
    before = made.admin.changes()
    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert details(answer) == ["住宅套 garden/q7Xk2mPz07 在导入之后又有改动或核验，不能撤销。"]
    assert made.admin.changes() == before

    for number in range(25):
        made.admin.patch(f"/v1/dwellings/garden/q7Xk2mPz{number:02}", {"handed_over_on": "2026-02-02"})
    told = details(made.admin.post(f"/v1/imports/{key}/undo", WHY))
    assert (len(told), told[-1]) == (21, "此外还有 5 项。")


SLOT = {"pilot": "garden", "dwelling_ref": "q7Xk2mPzA1", "code": "lamp", "category": "LIGHTING"}
TENANCY = {
    "pilot": "garden",
    "dwelling_ref": "q7Xk2mPzA1",
    "number": 1,
    "valid_from": "2026-01-01",
    "consent": "GIVEN",
    "consent_from": "2026-01-01",
}
BINDING = {"vendor": "acme", "device": "a", "valid_from": "2026-01-01", "slot": "garden/home-00000/lamp"}


@pytest.mark.parametrize(
    ("kind", "rows", "path", "row"),
    [
        ("dwellings", [DWELLINGS, ["garden", 1, "q7Xk2mPzA1"]], "slots", SLOT),
        ("dwellings", [DWELLINGS, ["garden", 1, "q7Xk2mPzA1"]], "tenancies", TENANCY),
        ("devices", [DEVICES, ["acme", "a"]], "bindings", BINDING),
        (
            "slots",
            [["试点项目", "住宅假名", "点位编号", "类别"], ["garden", "home-00000", "second", "照明"]],
            "bindings",
            {**BINDING, "device": "b", "slot": "garden/home-00000/second"},
        ),
    ],
)
def test_what_refers_to_a_new_row_since_stands_in_the_way(
    made: RegistryUnderTest, kind: str, rows: list[list[Any]], path: str, row: dict[str, Any]
) -> None:
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "b"})
    key = imported(made, made.admin, kind, *rows)
    made.admin.made(f"/v1/{path}", row)
    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert len(details(answer)) == 1
    assert "引用了此次导入的内容" in details(answer)[0]


def approved(made: RegistryUnderTest, pilot: str) -> None:
    """District confirmed, by others than who registered it."""
    officer, approver = (made.caller(role, districts=["nanshan"]) for role in ("district_officer", "district_approver"))
    made.admin.patch(f"/v1/pilots/{pilot}", {"registration_code": "2025-1", "construction_start_date": "2025-03-01"})
    for caller, state in ((officer, "SUBMITTED"), (approver, "DISTRICT_CONFIRMED")):
        answer = caller.post(f"/v1/pilots/{pilot}/state", {"state": state})
        assert answer.status_code == 200, answer.text


def test_rows_of_what_was_approved_since_are_not_taken_back(made: RegistryUnderTest) -> None:
    key = imported(made, made.admin, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    approved(made, "garden")
    answer = made.caller("administrator").post(f"/v1/imports/{key}/undo", WHY)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert details(answer) == ["试点项目 garden 在导入之后又有改动或核验，不能撤销。"]


def test_what_was_filled_in_of_something_approved_is_no_more_undone_than_patched(made: RegistryUnderTest) -> None:
    approved(made, "garden")
    officer = made.caller("district_officer", districts=["nanshan"])
    key = imported(made, officer, "handover", HANDOVER, ["garden", "home-00000", "2026-06-30"])
    before = everything(made.admin)
    for caller in (officer, made.admin):
        answer = caller.post(f"/v1/imports/{key}/undo", WHY)
        assert (answer.status_code, reason(answer)) == (409, "conflicting")
        assert details(answer) == ["住宅套 garden/home-00000 属于已批准的内容，变更须提出修订并由另一人批准。"]
    assert everything(made.admin) == before


SLOTS = ["试点项目", "住宅假名", "点位编号", "类别", "必配"]


@pytest.mark.parametrize(
    ("kind", "rows", "others"),
    [
        ("dwellings", [DWELLINGS, ["garden", 1, "q7Xk2mPzA1"]], True),
        ("slots", [SLOTS, ["garden", "home-00000", "second", "照明", "是"]], True),
        ("slots", [SLOTS, ["garden", "home-00000", "second", "照明", "否"]], False),
    ],
)
def test_what_was_added_to_something_approved_is_removed_by_another_than_who_added_it(
    made: RegistryUnderTest, kind: str, rows: list[list[Any]], others: bool
) -> None:
    approved(made, "garden")
    before = everything(made.admin)
    officer = made.caller("district_officer", districts=["nanshan"])
    key = imported(made, officer, kind, *rows)
    answer = officer.post(f"/v1/imports/{key}/undo", WHY)
    if others:
        assert (answer.status_code, reason(answer)) == (409, "conflicting")
        assert "另一位管理员" in details(answer)[0]
        assert everything(made.admin) != before
        answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert answer.status_code == 200
    assert everything(made.admin) == before


def test_an_amendment_of_a_new_row_stands_in_the_way(made: RegistryUnderTest) -> None:
    approved(made, "garden")
    key = imported(
        made, made.admin, "slots", ["试点项目", "住宅假名", "点位编号", "类别", "安装日期"],
        ["garden", "home-00000", "second", "照明", "2026-06-01"],
    )  # fmt: skip
    proposal = {"entity": "slot", "of": "garden/home-00000/second", "changes": {"installed_on": "2026-06-02"}}
    assert made.admin.post("/v1/amendments", [{**proposal, "reason": "更正"}], match=None).status_code == 201
    answer = made.caller("administrator").post(f"/v1/imports/{key}/undo", WHY)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert ["引用" in detail for detail in details(answer)] == [True]


CASE = {"code": "case", "title": "专项审计", "period_from": "2026-01-01", "period_to": "2027-01-01"}


@pytest.mark.parametrize("scope", [{"sites": ["garden"]}, {"districts": ["nanshan"]}])
def test_nothing_is_removed_under_a_legal_hold(made: RegistryUnderTest, scope: dict[str, Any]) -> None:
    key = imported(made, made.admin, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    home(made.admin, "orchard", "futian")
    elsewhere = imported(made, made.admin, "dwellings", DWELLINGS, ["orchard", 1, "q7Xk2mPzA1"])
    auditor = made.caller("auditor")
    auditor.made("/v1/audit-cases", {**CASE, **scope, "legal_hold": True})
    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert details(answer) == ["住宅套 garden/q7Xk2mPzA1 因审计须予留存，不能移除。"]
    assert made.admin.get("/v1/dwellings/garden/q7Xk2mPzA1").status_code == 200
    assert made.admin.post(f"/v1/imports/{elsewhere}/undo", WHY).status_code == 200
    assert auditor.patch("/v1/audit-cases/case", {"legal_hold": False}).status_code == 200
    assert made.admin.post(f"/v1/imports/{key}/undo", WHY).status_code == 200


@pytest.mark.parametrize("is_drawn", [True, False], ids=["drawn", "about"])
def test_what_an_audit_entry_is_about_is_not_removed(made: RegistryUnderTest, is_drawn: bool) -> None:
    headings = ["试点项目", "住宅假名", "点位编号", "类别", "安装日期"]
    rows = [["garden", "home-00000", f"lamp-{number}", "照明", "2026-02-01"] for number in range(3)]
    key = imported(made, made.admin, "slots", headings, *rows)
    auditor = made.caller("auditor")
    auditor.made("/v1/audit-cases", {**CASE, "sites": ["garden"]})
    if is_drawn:
        entry = auditor.post("/v1/audit-cases/case/samples", {"seed": "s", "size": 1})
        names = (entry.json or {})["sample"]["drawn"]
    else:
        names = ["garden/home-00000/lamp-1"]
        body = {"kind": "FINDING", "text": "x", "about_entity": "slot", "about_id": names[0]}
        entry = auditor.post("/v1/audit-cases/case/entries", body)
    assert entry.status_code == 201, entry.text
    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert answer.status_code == 409
    assert details(answer) == [f"配置点位 {name} 因审计须予留存，不能移除。" for name in names]
    assert len(names) == 1


TENANCIES = ["试点项目", "住宅假名", "租期序号", "起租日期", "同意情况", "同意情况日期", "退租日期"]


@pytest.mark.parametrize(
    ("word", "said_on", "on", "status"),
    [
        ("拒绝", "2026-07-01", "2026-07-20T23:59:59", 200),
        ("拒绝", "2026-07-01", "2026-07-21T00:00:00", 409),
        ("同意", "2026-07-03", "2026-07-21T00:00:00", 409),  # two days without it
        ("同意", "2026-07-01", "2026-07-21T00:00:00", 200),
    ],
)
def test_a_refusal_of_consent_is_taken_back_on_the_day_of_its_import_only(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, word: str, said_on: str, on: str, status: int
) -> None:
    clock = hold_clock(monkeypatch, "2026-07-20T08:00:00")
    made = registry(databases)
    home(made.admin, "garden")
    row = ["garden", "home-00000", 1, "2026-07-01", word, said_on, ""]
    key = imported(made, made.admin, "tenancies", TENANCIES, row)
    clock.set(on)
    answer = made.admin.post(f"/v1/imports/{key}/undo", WHY)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert details(answer) == ["租住 garden/home-00000/1 载明某些日期没有同意，只能在导入当日撤销。"]


def test_former_content_of_a_tenancy_lets_no_day_count_that_stood_without_consent(database: SqlDatabase) -> None:
    stood = Tenancy("garden", "home-00000", 1, date(2026, 1, 1), "GIVEN", date(2026, 1, 1))
    left = Tenancy("garden", "home-00000", 1, date(2026, 1, 1), "REFUSED", date(2026, 1, 1))
    with database.writing("k") as store:
        _town(store)
        store.add("tenancy", [New("garden/home-00000/1", stood, "nanshan")])
        store.replace("tenancy", "garden/home-00000/1", Stored(stood, 1), left)
        last = store.head().sequence
        store.add("import", [kept(last, last)])
    with pytest.raises(Refused) as refused, database.writing("k") as store:
        undo(store, f"{last:09}", CALLER, "why")
    assert [each.complaint.message for each in refused.value.faults] == ["rule.consent_backwards"]


def test_two_imports_are_undone_the_later_one_first(made: RegistryUnderTest) -> None:
    before = everything(made.admin)
    first = imported(made, made.admin, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    second = imported(made, made.admin, "handover", HANDOVER, ["garden", "q7Xk2mPzA1", "2026-01-01"])
    assert made.admin.post(f"/v1/imports/{first}/undo", WHY).status_code == 409
    assert made.admin.post(f"/v1/imports/{second}/undo", WHY).status_code == 200
    assert made.admin.post(f"/v1/imports/{first}/undo", WHY).status_code == 200
    assert everything(made.admin) == before


def test_what_was_changed_and_changed_back_by_hand_stands_in_the_way(made: RegistryUnderTest) -> None:
    key = imported(made, made.admin, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    for day in ("2026-01-01", None):
        made.admin.patch("/v1/dwellings/garden/q7Xk2mPzA1", {"handed_over_on": day})
    assert made.admin.post(f"/v1/imports/{key}/undo", WHY).status_code == 409


def test_only_its_importer_or_an_administrator_undoes_it(made: RegistryUnderTest) -> None:
    one, other = (made.caller("district_officer", districts=["nanshan"]) for _ in range(2))
    key = imported(made, one, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    assert reason(other.post(f"/v1/imports/{key}/undo", WHY)) == "not_found"
    assert reason(made.caller("programme_manager").post(f"/v1/imports/{key}/undo", WHY)) == "forbidden"
    assert one.post(f"/v1/imports/{key}/undo", WHY).status_code == 200
    key = imported(made, one, "dwellings", DWELLINGS, ["garden", 1, "q7Xk2mPzA1"])
    assert made.admin.post(f"/v1/imports/{key}/undo", WHY).status_code == 200


CALLER = Principal("k", "an administrator", "administrator")


@pytest.fixture
def database(databases: Databases) -> Iterator[SqlDatabase]:
    database = SqlDatabase(databases.migrated(), now_ms)
    yield database
    database.close()


def kept(first: int, last: int) -> New:
    row = Import(f"{first:09}", "any", "0" * 64, 1, 1, 0, 0, first, last, "k", "2026-01-01T00:00:00.000Z")
    return New(row.id, row, None)


def test_former_content_that_others_contradict_by_now_stands_in_the_way(database: SqlDatabase) -> None:
    bound = Binding("acme", "a", date.fromisoformat("2026-01-01"), slot="garden/home-00000/lamp")
    ended = Binding(
        "acme",
        "a",
        date.fromisoformat("2026-01-01"),
        slot="garden/home-00000/lamp",
        valid_to=date.fromisoformat("2026-02-01"),
    )
    after = Binding("acme", "b", date.fromisoformat("2026-02-01"), slot="garden/home-00000/lamp")
    with database.writing("k") as store:
        _town(store)
        store.add("binding", [New("acme/a/2026-01-01", bound, "nanshan")])
        store.replace("binding", "acme/a/2026-01-01", Stored(bound, 1), ended)
        last = store.head().sequence
        store.add("import", [kept(last, last)])
        store.add("binding", [New("acme/b/2026-02-01", after, "nanshan")])
    with pytest.raises(Refused) as refused, database.writing("k") as store:
        undo(store, f"{last:09}", CALLER, "why")
    assert refused.value.reason == "conflicting"
    assert {each.complaint.message for each in refused.value.faults} == {"rule.overlaps"}


def test_what_was_registered_and_changed_by_one_import_is_removed(database: SqlDatabase) -> None:
    one, other = Device("acme", "x"), Device("acme", "x", reporting_interval_s=60)
    with database.writing("k") as store:
        _town(store)
        first = store.head().sequence + 1
        store.add("device", [New("acme/x", one, None)])
        store.replace("device", "acme/x", Stored(one, 1), other)
        store.add("import", [kept(first, first + 1)])
    with database.writing("k") as store:
        undo(store, f"{first:09}", CALLER, "why")
        assert store.known("device", {"acme/x"}) == {}
        removal = store.logged(first + 3, first + 3)[0]
    assert (removal.id, removal.version, removal.after) == ("acme/x", 3, None)


FUNDING = Funding("meadow", "f", "MIXED", "1", "文件", date(2026, 1, 1), "0" * 64, "k")


@pytest.mark.parametrize(
    ("entity", "key", "row"),
    [("feed", "acme/gw", Feed("acme", "gw", ["meadow"])), ("funding", "meadow/f", FUNDING)],
)
def test_what_names_a_site_stands_in_its_way(database: SqlDatabase, entity: Any, key: str, row: Any) -> None:
    with database.writing("k") as store:
        _town(store)
        first = store.head().sequence + 1
        store.add("pilot", [New("meadow", Pilot("meadow", "m", "nanshan", "PUBLIC_RENTAL", "MIXED"), "nanshan")])
        store.add("import", [kept(first, first)])
        store.add(entity, [New(key, row, "nanshan")])
    with pytest.raises(Refused) as refused, database.writing("k") as store:
        undo(store, f"{first:09}", CALLER, "why")
    assert [each.complaint.params["id"] for each in refused.value.faults] == [key]


def _town(store: Any) -> None:
    """A vendor with two devices, a pilot with a slot."""
    store.add("organisation", [New("acme", Organisation(**VENDOR), None)])  # type: ignore[arg-type]
    store.add("device", [New(f"acme/{name}", Device("acme", name), None) for name in "ab"])
    store.add("pilot", [New("garden", Pilot(**pilot("garden")), "nanshan")])
    store.add("phase", [New("garden/1", Phase("garden", 1, "一期"), "nanshan")])
    store.add("dwelling", [New("garden/home-00000", Dwelling("garden", 1, "home-00000"), "nanshan")])
    slot = Slot("garden", "home-00000", "lamp", "LIGHTING")
    store.add("slot", [New("garden/home-00000/lamp", slot, "nanshan")])
