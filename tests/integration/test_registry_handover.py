"""Work is handed over to somebody of the same role and reach, who then has his part in it and approves none of it."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.offices import OFFICER, invited, move, person, set_password, sign_in
from tests.integration.registry_under_test import Grown, RegistryUnderTest, home, pointers, reason
from tests.integration.test_registry_second_person import SELECTION

STATE = "/v1/selections/garden/doc-1/state"
VERIFIED = {"state": "VERIFIED"}


@Grown
def ready(made: RegistryUnderTest) -> None:
    home(made.admin, "garden")


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def hand_over(city: RegistryUnderTest, login: str, to: str) -> Any:
    return city.admin.post(f"/v1/people/{login}/handover", {"to": to})


def test_who_takes_over_work_cannot_approve_it_however_often_it_was_handed_over(city: RegistryUnderTest) -> None:
    first, second, third = (person(city, f"chief-{number}", "administrator") for number in (1, 2, 3))
    first.made("/v1/selections", SELECTION)
    assert hand_over(city, "chief-1", "chief-2").status_code == 200
    assert reason(second.post(STATE, VERIFIED)) == "same_person"
    assert hand_over(city, "chief-2", "chief-3").status_code == 200
    assert reason(third.post(STATE, VERIFIED)) == "same_person"
    fourth = person(city, "chief-4", "administrator")
    assert fourth.post(STATE, VERIFIED).status_code == 200


def test_what_the_leaver_changed_is_his_successors_part_too(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/selections", SELECTION)
    leaver, heir = (person(city, f"chief-{number}", "administrator") for number in (1, 2))
    assert leaver.patch("/v1/selections/garden/doc-1", {"withdrawn_on": "2026-03-01"}).status_code == 200
    assert hand_over(city, "chief-1", "chief-2").status_code == 200
    assert reason(heir.post(STATE, VERIFIED)) == "same_person"


def test_the_leaver_is_closed_and_his_work_goes_to_one(city: RegistryUnderTest) -> None:
    for login in ("desk-1", "desk-2", "desk-3"):
        person(city, login, "district_officer", ["nanshan"])
    closed = hand_over(city, "desk-1", "desk-2").json
    assert (closed["state"], closed["handed_over_to"]) == ("CLOSED", "desk-2")
    assert reason(sign_in(city, "desk-1")) == "bad_credentials"
    assert reason(hand_over(city, "desk-1", "desk-3")) == "conflicting"


def test_the_work_of_a_closed_account_can_still_be_handed_over(city: RegistryUnderTest) -> None:
    leaver, heir = (person(city, f"chief-{number}", "administrator") for number in (1, 2))
    leaver.made("/v1/selections", SELECTION)
    assert move(city, "chief-1", "CLOSED").status_code == 200
    assert hand_over(city, "chief-1", "chief-2").status_code == 200
    assert reason(heir.post(STATE, VERIFIED)) == "same_person"


@pytest.mark.parametrize(
    ("heir", "opened", "why"),
    [
        ({"districts": ["futian"]}, True, "conflicting"),
        ({"districts": ["futian", "nanshan"]}, True, ""),
        ({"role": "district_approver"}, True, "conflicting"),
        ({}, False, "conflicting"),
        ({}, True, ""),
    ],
)
def test_the_successor_is_active_in_the_same_role_and_reaches_as_far(
    city: RegistryUnderTest, heir: dict[str, Any], opened: bool, why: str
) -> None:
    person(city, "desk-1", "district_officer", ["nanshan"])
    code = invited(city, **OFFICER | {"login": "desk-2"} | heir)
    if opened:
        assert set_password(city, "desk-2", code).status_code == 204
    answer = hand_over(city, "desk-1", "desk-2")
    if why:
        assert (reason(answer), pointers(answer)) == (why, ["#/to"])
    else:
        assert answer.status_code == 200


def test_nobody_hands_over_to_himself_or_to_nobody(city: RegistryUnderTest) -> None:
    person(city, "desk-1", "district_officer", ["nanshan"])
    assert reason(hand_over(city, "desk-1", "desk-1")) == "conflicting"
    assert reason(hand_over(city, "desk-1", "nobody")) == "unknown_reference"
    assert (city.admin.get("/v1/people/desk-1").json or {})["state"] == "ACTIVE"


def test_nobody_approves_by_a_second_account_what_he_did_by_one_that_is_closed(city: RegistryUnderTest) -> None:
    first = person(city, "chief-1", "administrator")
    assert city.admin.patch("/v1/people/chief-1", {"oidc_subject": "sub-1"}).status_code == 200
    first.made("/v1/selections", SELECTION)
    assert move(city, "chief-1", "CLOSED").status_code == 200
    again, other = (person(city, f"chief-{number}", "administrator") for number in (2, 3))
    assert city.admin.patch("/v1/people/chief-2", {"oidc_subject": "sub-1"}).status_code == 200
    assert city.admin.patch("/v1/people/chief-3", {"oidc_subject": "sub-3"}).status_code == 200
    assert reason(again.post(STATE, VERIFIED)) == "same_person"
    renamed = city.admin.patch("/v1/people/chief-2", {"oidc_subject": "new-1"})  # the provider calls people otherwise
    assert renamed.status_code == 200
    assert reason(again.post(STATE, VERIFIED)) == "same_person"
    heir = person(city, "chief-4", "administrator")
    assert hand_over(city, "chief-2", "chief-4").status_code == 200
    assert reason(heir.post(STATE, VERIFIED)) == "same_person"
    assert other.post(STATE, VERIFIED).status_code == 200


def test_the_subject_of_a_closed_account_stays(city: RegistryUnderTest) -> None:
    person(city, "desk-1", "district_officer", ["nanshan"])
    assert city.admin.patch("/v1/people/desk-1", {"oidc_subject": "sub-1"}).status_code == 200
    assert move(city, "desk-1", "CLOSED").status_code == 200
    changed = city.admin.patch("/v1/people/desk-1", {"oidc_subject": None})
    assert (reason(changed), pointers(changed)) == ("conflicting", ["#/oidc_subject"])
    assert city.admin.patch("/v1/people/desk-1", {"post": "南山区原登记岗"}).status_code == 200
