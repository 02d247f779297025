"""What a move keeps, what a PATCH may not do in its stead, and a pilot that is where its phases are."""

from typing import Any, NamedTuple

import pytest

from services.registry.app import now_ms
from shared.contracts.civil_time import date_from_day, day_of
from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, RegistryUnderTest, home_and_venue, pilot, pointers, reason

DOME = {
    "venue": "hall",
    "zone": "main",
    "code": "dome",
    "vr_device_kind": "CAVE_DOME",
    "presence_method": "TICKET_GATE",
}


class City(NamedTuple):
    registry: RegistryUnderTest
    officer: Caller
    approver: Caller
    manager: Caller


@pytest.fixture
def city(databases: Databases) -> City:
    """A home in 南山区 and a hall in 福田区 with a dome that is installed."""
    made = home_and_venue(databases)
    made.admin.made("/v1/zones", {"venue": "hall", "code": "main", "name": "厅", "calendars": []})
    made.admin.made("/v1/installations", DOME | {"installed_on": "2026-03-01"})
    both = ["nanshan", "futian"]
    officer, approver = (
        made.caller("district_officer", districts=both),
        made.caller("district_approver", districts=both),
    )
    return City(made, officer, approver, made.caller("programme_manager"))


def moved(caller: Caller, path: str, state: str, on: str | None = None, why: str | None = "理由") -> Any:
    answer = caller.post(f"/v1/{path}/state", {"state": state, "on": on, "reason": why})
    assert answer.status_code == 200, answer.text
    return answer.json


def selected(city: City) -> None:
    """The pilot is selected on 1 February."""
    city.officer.patch("/v1/pilots/garden", {"registration_code": "2026-440305-01"})
    paper = {"pilot": "garden", "code": "list", "document_no": "示例1号", "title": "名单", "sha256": "ab" * 32}
    city.officer.made("/v1/selections", paper | {"issued_on": "2026-01-05"})
    moved(city.approver, "selections/garden/list", "VERIFIED")
    for caller, state in (
        (city.officer, "SUBMITTED"),
        (city.approver, "DISTRICT_CONFIRMED"),
        (city.approver, "NOMINATED"),
        (city.manager, "SELECTED"),
    ):
        moved(caller, "pilots/garden", state, "2026-02-01")


def test_a_reason_that_is_asked_for_is_kept(city: City) -> None:
    retired = moved(city.approver, "installations/hall/main/dome", "RETIRED", "2026-04-01", "展厅改造")
    assert (retired["retired_on"], retired["state_reason"]) == ("2026-04-01", "展厅改造")
    moved(city.officer, "slots/garden/home-00000/lamp", "INSTALLED", "2026-03-01", None)
    gone = moved(city.approver, "slots/garden/home-00000/lamp", "RETIRED", "2026-04-01", "设计变更 3 号")
    assert gone["state_reason"] == "设计变更 3 号"


def test_the_reason_of_a_withdrawal_is_kept_too(city: City) -> None:
    selected(city)
    city.officer.made(
        "/v1/amendments", {"entity": "pilot", "of": "garden", "changes": {"name": "新名"}, "reason": "更名"}
    )
    withdrawn = moved(city.officer, "amendments/pilot/garden/1", "WITHDRAWN", None, "填错了")
    assert (withdrawn["decision_reason"], withdrawn["decided_by"]) == ("填错了", None)


def test_a_day_that_would_be_kept_nowhere_is_not_taken(city: City) -> None:
    paper = {"pilot": "garden", "code": "list", "document_no": "示例1号", "title": "名单", "sha256": "ab" * 32}
    city.officer.made("/v1/selections", paper | {"issued_on": "2026-01-05"})
    answer = city.approver.post("/v1/selections/garden/list/state", {"state": "VERIFIED", "on": "2026-01-06"})
    assert (answer.status_code, pointers(answer)) == (422, ["#/on"])


def test_a_state_that_is_another_persons_to_say_is_not_reached_by_a_patch(city: City) -> None:
    refused = city.officer.patch("/v1/installations/hall/main/dome", {"retired_on": "2026-04-01"})
    assert (refused.status_code, reason(refused)) == (409, "conflicting")
    slot = "/v1/slots/garden/home-00000/lamp"
    assert city.officer.patch(slot, {"installed_on": "2026-03-01", "retired_on": "2026-04-01"}).status_code == 409
    assert city.officer.patch(slot, {"installed_on": "2026-03-01"}).status_code == 200
    assert city.officer.patch(slot, {"installed_on": None}).status_code == 200  # it was a mistake, and nobody judged it


def test_a_slot_that_is_not_required_may_retire_by_a_patch(city: City) -> None:
    spare = {"pilot": "garden", "dwelling_ref": "home-00000", "code": "spare", "category": "LIGHTING"}
    city.officer.made("/v1/slots", spare | {"required": False, "installed_on": "2026-03-01"})
    assert city.officer.patch("/v1/slots/garden/home-00000/spare", {"retired_on": "2026-04-01"}).status_code == 200


def test_what_was_accepted_was_installed_before(city: City) -> None:
    moved(city.approver, "installations/hall/main/dome", "IN_SERVICE", "2026-03-10")
    edit = {"entity": "installation", "of": "hall/main/dome", "reason": "更正"}
    answer = city.officer.post("/v1/amendments", [edit | {"changes": {"installed_on": "2026-03-20"}}])
    assert (answer.status_code, pointers(answer)) == (409, ["#/0/changes/accepted_on"])
    city.officer.made("/v1/amendments", edit | {"changes": {"installed_on": "2026-03-10"}})


def test_a_selected_pilot_is_where_the_hindmost_phase_is_since_the_last_of_them_is(city: City) -> None:
    city.officer.made("/v1/phases", {"pilot": "garden", "number": 2, "name": "二期"})
    selected(city)
    for number, accepted in ((1, "2026-10-01"), (2, "2026-06-01")):
        moved(city.officer, f"phases/garden/{number}", "UNDER_CONSTRUCTION", "2026-02-01")
        moved(city.approver, f"phases/garden/{number}", "ACCEPTED", accepted)
    stands: Any = city.officer.get("/v1/pilots/garden").json
    assert (stands["state"], stands["state_from"]) == ("ACCEPTED", "2026-10-01")
    city.officer.made("/v1/phases", {"pilot": "garden", "number": 3, "name": "三期"})
    stands = city.officer.get("/v1/pilots/garden").json
    assert stands["state"] == "SELECTED"  # the third is not begun


def test_many_are_moved_by_the_versions_that_are_meant(city: City) -> None:
    row = {"id": "garden/1", "state": "UNDER_CONSTRUCTION"}
    answer = city.officer.post("/v1/phases/states", [row])
    assert (answer.status_code, pointers(answer)) == (422, ["#/0/version"])
    answer = city.officer.post("/v1/phases/states", [row | {"version": 7}])
    assert (answer.status_code, reason(answer)) == (412, "changed_meanwhile")
    assert city.officer.post("/v1/phases/states", [row | {"version": 1}]).status_code == 200


def told(caller: Caller, path: str) -> list[dict[str, Any]]:
    """The rows of a page and of those that follow."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following is not None:
        answer = caller.get(following)
        assert isinstance(answer.json, list), answer.text
        found += answer.json
        following = answer.headers["Link"].partition(">")[0][1:] if "Link" in answer.headers else None
    return found


def test_a_pile_is_read_with_its_versions_and_moved_as_it_was_read(city: City) -> None:
    city.officer.made("/v1/phases", *({"pilot": "garden", "number": number, "name": "期"} for number in (2, 3)))
    assert city.officer.patch("/v1/phases/garden/2", {"name": "二期"}).status_code == 200
    assert all("version" not in row for row in told(city.officer, "/v1/phases?pilot=garden"))

    def pile() -> list[dict[str, Any]]:
        rows = told(city.officer, "/v1/phases?pilot=garden&state=PLANNED&limit=2&versions=true")
        return [{"id": f"garden/{row['number']}", "version": row["version"]} for row in rows]

    read = pile()
    assert read == [{"id": f"garden/{number}", "version": version} for number, version in ((1, 1), (2, 2), (3, 1))]
    for one in read:
        assert city.officer.get(f"/v1/phases/{one['id']}").headers["ETag"] == f'"{one["version"]}"'
    assert city.officer.patch("/v1/phases/garden/3", {"name": "三期"}).status_code == 200
    answer = city.officer.post("/v1/phases/states", [one | {"state": "UNDER_CONSTRUCTION"} for one in read])
    assert (reason(answer), pointers(answer)) == ("changed_meanwhile", ["#/2/id"])
    assert pile() == [*read[:2], {"id": "garden/3", "version": 2}]
    answer = city.officer.post("/v1/phases/states", [one | {"state": "UNDER_CONSTRUCTION"} for one in pile()])
    assert answer.status_code == 200, answer.text
    assert pile() == []


def test_of_a_day_the_version_of_then_is_told(city: City) -> None:
    today = str(date_from_day(day_of(now_ms())))
    for version in (1, 2):
        asked = f"/v1/phases?pilot=garden&versions=true&as_of={today}"
        assert [row["version"] for row in told(city.officer, asked)] == [version]
        city.officer.patch("/v1/phases/garden/1", {"name": "一期（甲）"})
    assert told(city.officer, "/v1/phases?versions=true&as_of=2020-01-01") == []


def test_a_slug_keeps_its_district_though_the_pilot_was_removed(city: City) -> None:
    heading = b"\xef\xbb\xbf" + "试点项目,名称,区,住房类型,资金来源\r\n".encode()
    content = heading + "newp,示范小区,南山区,公共租赁住房,政府投资\r\n".encode()
    client, headers = city.registry.app.test_client(), city.registry.admin.headers
    kept: Any = client.post(
        "/v1/imports/pilots?dry_run=false", data=content, content_type="text/csv", headers=headers
    ).json
    assert kept["outcome"] == "KEPT", kept
    assert city.registry.admin.post(f"/v1/imports/{kept['import']}/undo", {"reason": "传错"}).status_code == 200
    answer = city.registry.admin.post("/v1/pilots", [pilot("newp", "futian")])
    assert (answer.status_code, pointers(answer)) == (409, ["#/0/slug"])
    city.registry.admin.made("/v1/pilots", pilot("newp", "nanshan"))
