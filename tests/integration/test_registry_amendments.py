"""An edit of what was approved is pending beside the version in force until another person approves it."""

from typing import Any, NamedTuple

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, RegistryUnderTest, home_and_venue, pointers, reason

PROPOSED = {"entity": "phase", "of": "garden/1", "changes": {"name": "一期（甲）"}, "reason": "与规划许可一致"}
AMENDMENT = "/v1/amendments/phase/garden/1/1"
APPROVE = {"state": "APPROVED", "reason": "核对无误"}


class City(NamedTuple):
    registry: RegistryUnderTest
    officer: Caller
    approver: Caller


@pytest.fixture
def city(databases: Databases) -> City:
    """A home in 南山区 whose only phase was accepted."""
    made = home_and_venue(databases)
    officer = made.caller("district_officer", districts=["nanshan"])
    approver = made.caller("district_approver", districts=["nanshan"])
    for caller, state in ((officer, "UNDER_CONSTRUCTION"), (approver, "ACCEPTED")):
        moved = caller.post("/v1/phases/garden/1/state", {"state": state, "on": "2026-02-01"})
        assert moved.status_code == 200, moved.text
    return City(made, officer, approver)


def test_it_changes_nothing_until_another_person_approves_it(city: City) -> None:
    refused = city.officer.patch("/v1/phases/garden/1", {"name": "一期（甲）"})
    assert (refused.status_code, reason(refused)) == (409, "conflicting")
    (pending,) = city.officer.made("/v1/amendments", PROPOSED)
    assert pending["changes"] == [{"field": "name", "before": "一期", "after": "一期（甲）"}]
    assert (pending["state"], pending["number"]) == ("PENDING", 1)
    assert name(city) == "一期"

    approved = city.approver.post(f"{AMENDMENT}/state", APPROVE)
    assert approved.status_code == 200, approved.text
    assert approved.json is not None
    assert (approved.json["state"], approved.json["made_version"]) == ("APPROVED", 4)
    assert name(city) == "一期（甲）"


def test_who_proposed_it_does_not_approve_it(city: City) -> None:
    city.registry.admin.made("/v1/amendments", PROPOSED)
    answer = city.registry.admin.post(f"{AMENDMENT}/state", APPROVE)
    assert (answer.status_code, reason(answer)) == (409, "same_person")
    assert name(city) == "一期"


@pytest.mark.parametrize("state", ["REJECTED", "WITHDRAWN"])
def test_one_that_is_not_approved_leaves_all_as_it_was_and_the_next_may_come(city: City, state: str) -> None:
    city.officer.made("/v1/amendments", PROPOSED)
    caller = city.approver if state == "REJECTED" else city.officer
    assert caller.post(f"{AMENDMENT}/state", {"state": state, "reason": "不符"}).status_code == 200
    assert name(city) == "一期"
    assert reason(city.approver.post(f"{AMENDMENT}/state", APPROVE)) == "conflicting"
    assert city.officer.made("/v1/amendments", PROPOSED)[0]["number"] == 2


def test_the_same_again_is_the_same_and_another_waits(city: City) -> None:
    first = city.officer.made("/v1/amendments", PROPOSED)
    assert city.officer.made("/v1/amendments", PROPOSED) == first
    answer = city.officer.post("/v1/amendments", [PROPOSED | {"changes": {"name": "另一个"}}])
    assert (answer.status_code, pointers(answer)) == (409, ["#/0/of"])


@pytest.mark.parametrize(
    ("changed", "place", "why"),
    [
        ({"changes": {"number": 2}}, "#/0/changes/number", "invalid_request"),
        ({"changes": {"name": ""}}, "#/0/changes/name", "invalid_request"),
        ({"changes": {"name": "一期"}}, "#/0/changes", "invalid_request"),
        ({"changes": {}}, "#/0/changes", "invalid_request"),
        ({"effective_from": "2099-01-01"}, "#/0/effective_from", "invalid_request"),
        ({"entity": "organisation"}, "#/0/entity", "invalid_request"),
        ({"entity": "venue", "of": "hall"}, "#/0/of", "conflicting"),  # not approved yet
        ({"of": "garden/9"}, "#/0/id", "not_found"),
        ({"reason": ""}, "#/0/reason", "invalid_request"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_with_its_place(city: City, changed: Any, place: str, why: str) -> None:
    before = len(city.registry.admin.changes())
    answer = city.registry.admin.post("/v1/amendments", [PROPOSED | changed])
    assert (pointers(answer), reason(answer)) == ([place], why)
    assert len(city.registry.admin.changes()) == before


def test_a_stranger_neither_proposes_nor_decides_nor_sees_it(city: City) -> None:
    stranger = city.registry.caller("district_officer", districts=["futian"])
    assert stranger.post("/v1/amendments", [PROPOSED]).status_code == 404
    city.officer.made("/v1/amendments", PROPOSED)
    assert stranger.get("/v1/amendments").json == []
    other = city.registry.caller("district_approver", districts=["futian"])
    assert other.post(f"{AMENDMENT}/state", APPROVE).status_code == 404


def test_what_has_changed_since_it_was_proposed_is_not_overwritten(city: City) -> None:
    dwelling = "/v1/dwellings/garden/home-00000"
    approve_pilot(city)
    proposal = {"entity": "dwelling", "of": "garden/home-00000", "reason": "更正"}
    city.officer.made("/v1/amendments", proposal | {"changes": {"handed_over_on": "2026-03-05"}})
    assert city.officer.patch(dwelling, {"handed_over_on": "2026-03-01"}).status_code == 200  # was left open, filled in
    stale = city.approver.post("/v1/amendments/dwelling/garden/home-00000/1/state", APPROVE)
    assert (stale.status_code, reason(stale)) == (409, "conflicting")
    assert city.officer.get(dwelling).json["handed_over_on"] == "2026-03-01"  # type: ignore[index]
    assert city.officer.patch(dwelling, {"handed_over_on": "2026-03-02"}).status_code == 409  # no longer open


def test_a_required_slot_of_an_approved_pilot_retires_only_by_another_person(city: City) -> None:
    approve_pilot(city)
    slot = "/v1/slots/garden/home-00000/lamp"
    assert city.officer.patch(slot, {"installed_on": "2026-03-01"}).status_code == 200
    assert reason(city.officer.patch(slot, {"retired_on": "2026-04-01"})) == "conflicting"
    retired = {"state": "RETIRED", "on": "2026-04-01", "reason": "设计变更 3 号"}
    assert city.officer.post(f"{slot}/state", retired).status_code == 403
    answer = city.approver.post(f"{slot}/state", retired)
    assert answer.json["retired_on"] == "2026-04-01"  # type: ignore[index]


def test_it_may_be_dated_back_and_history_tells_both_clocks(city: City) -> None:
    city.officer.made("/v1/amendments", PROPOSED | {"effective_from": "2026-02-10"})
    assert city.approver.post(f"{AMENDMENT}/state", APPROVE).status_code == 200
    history = "/v1/histories/phase/garden/1"
    told: Any = city.officer.get(f"{history}?on=2026-02-11").json
    assert [step["version"] for step in told["steps"]] == [1, 2, 3, 4]
    last = told["steps"][-1]
    assert (last["holds_from"], last["amendment"]) == ("2026-02-10", 1)
    assert last["changes"] == [{"field": "name", "before": "一期", "after": "一期（甲）"}]
    assert told["steps"][0]["holds_from"] is None
    assert told["held"]["name"] == "一期（甲）"
    before: Any = city.officer.get(f"{history}?on=2026-02-09").json
    assert before["held"]["name"] == "一期"
    assert city.registry.caller("vendor", vendors=["acme"]).get(history).status_code == 403
    assert city.registry.caller("district_officer", districts=["futian"]).get(history).status_code == 404
    assert city.officer.get("/v1/histories/nothing/garden").status_code == 404


def approve_pilot(city: City) -> None:
    """Let the pilot be submitted and confirmed."""
    assert city.officer.patch("/v1/pilots/garden", {"registration_code": "2026-440305-01"}).status_code == 200
    for caller, state in ((city.officer, "SUBMITTED"), (city.approver, "DISTRICT_CONFIRMED")):
        moved = caller.post("/v1/pilots/garden/state", {"state": state, "on": "2026-02-01"})
        assert moved.status_code == 200, moved.text


def name(city: City) -> str:
    told: Any = city.officer.get("/v1/phases/garden/1").json
    return str(told["name"])
