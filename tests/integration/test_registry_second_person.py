"""Papers are recorded by one person and verified by another."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, lamp_with_two_feeds, pointers, reason, venue

VERIFY = {"state": "VERIFIED"}
DIGEST = "ab" * 32
PAPER = {
    "pilot": "garden",
    "code": "doc-1",
    "document_no": "示例〔2026〕1号",
    "title": "入选名单(虚构)",
    "sha256": DIGEST,
}
SELECTION = PAPER | {"issued_on": "2026-01-05"}
BASIS = PAPER | {"basis": "STATUTORY_DUTY", "valid_from": "2026-01-01"}
STANDARD = PAPER | {"standard": "居住建筑全屋智能工程技术标准", "issued_on": "2026-01-05"}
PAPERS = [("selections", SELECTION), ("legal-bases", BASIS), ("standard-references", STANDARD)]


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


@pytest.mark.parametrize(("path", "paper"), PAPERS)
def test_a_paper_is_verified_by_somebody_else_and_once(city: RegistryUnderTest, path: str, paper: Any) -> None:
    officer = city.caller("district_officer", districts=["nanshan"])
    recorded = officer.made(f"/v1/{path}", paper)
    assert recorded[0]["verified_by"] is None
    key = f"/v1/{path}/garden/doc-1/state"
    assert officer.post(key, VERIFY).status_code == 403  # not a role that verifies
    assert city.caller("district_approver", districts=["futian"]).post(key, VERIFY).status_code == 404
    approver = city.caller("district_approver", districts=["nanshan"])
    verified = approver.post(key, VERIFY)
    assert verified.status_code == 200
    assert verified.json["verified_by"] not in (None, recorded[0]["recorded_by"])  # type: ignore[index]
    assert reason(city.admin.post(key, VERIFY)) == "conflicting"
    city.admin.made(f"/v1/{path}", paper | {"code": "doc-2"})
    assert reason(city.admin.post(f"/v1/{path}/garden/doc-2/state", VERIFY)) == "same_person"


@pytest.mark.parametrize(
    ("path", "paper", "part"),
    [
        ("selections", SELECTION, {"withdrawn_on": "2026-03-01"}),
        ("legal-bases", BASIS, {"valid_to": "2026-03-01"}),
        ("standard-references", STANDARD, {"dwellings": 300}),
    ],
)
def test_who_changed_a_paper_does_not_verify_it(city: RegistryUnderTest, path: str, paper: Any, part: Any) -> None:
    city.admin.made(f"/v1/{path}", paper)
    changing = city.caller("administrator")
    assert changing.patch(f"/v1/{path}/garden/doc-1", part).status_code == 200
    key = f"/v1/{path}/garden/doc-1/state"
    assert reason(changing.post(key, VERIFY)) == "same_person"
    assert city.caller("administrator").post(key, VERIFY).status_code == 200


def test_a_verified_legal_basis_may_be_ended_but_to_hold_longer_takes_an_amendment(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/legal-bases", BASIS)
    key, other = "/v1/legal-bases/garden/doc-1", city.caller("programme_manager")
    assert other.post(f"{key}/state", VERIFY).status_code == 200
    assert city.admin.patch(key, {"valid_to": "2026-06-01"}).json["verified_by"] is not None  # type: ignore[index]
    ends_by_an_amendment(city, "legal_basis", key, "valid_to", "2026-06-01")


def test_a_verified_selection_is_withdrawn_by_an_amendment_with_its_reason(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/selections", SELECTION)
    key, other = "/v1/selections/garden/doc-1", city.caller("programme_manager")
    assert other.post(f"{key}/state", VERIFY).status_code == 200
    ends_by_an_amendment(city, "selection", key, "withdrawn_on", None)


def ends_by_an_amendment(city: RegistryUnderTest, entity: str, key: str, end: str, before: str | None) -> None:
    """Only so, and only when another person approves it."""
    other = city.caller("programme_manager")
    refused = city.admin.patch(key, {end: "2026-07-01"})
    assert (refused.status_code, reason(refused)) == (409, "conflicting")
    proposal = {"entity": entity, "of": "garden/doc-1", "changes": {end: "2026-07-01"}, "reason": "延期"}
    city.admin.made("/v1/amendments", proposal)
    assert city.admin.get(key).json[end] == before  # type: ignore[index]
    approval = {"state": "APPROVED", "reason": "同意"}
    assert other.post(f"/v1/amendments/{entity}/garden/doc-1/1/state", approval).status_code == 200
    stands = city.admin.get(key).json
    assert stands is not None
    assert (stands[end], stands["verified_by"] is not None) == ("2026-07-01", True)


@pytest.mark.parametrize(("path", "paper"), PAPERS)
def test_a_paper_registered_again_is_told_as_it_stands(city: RegistryUnderTest, path: str, paper: Any) -> None:
    other, third = city.caller("programme_manager"), city.caller("administrator")
    (recorded,) = city.admin.made(f"/v1/{path}", paper)
    verified = other.post(f"/v1/{path}/garden/doc-1/state", VERIFY).json
    assert verified == recorded | {"verified_by": verified["verified_by"]} != recorded  # type: ignore[index]
    for caller in (city.admin, third):
        assert caller.made(f"/v1/{path}", paper | {"code": "doc-2"}, paper)[1] == verified
    assert city.admin.get(f"/v1/{path}/garden/doc-2").json == recorded | {"code": "doc-2"}


def test_a_papers_digest_is_one(city: RegistryUnderTest) -> None:
    answer = city.admin.post("/v1/selections", [SELECTION | {"sha256": "AB" * 32}])
    assert (answer.status_code, pointers(answer)) == (422, ["#/0/sha256"])


def test_a_standards_edition_that_was_read_after_it_was_verified_takes_an_amendment(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/standard-references", STANDARD)
    key, other = "/v1/standard-references/garden/doc-1", city.caller("programme_manager")
    assert city.admin.patch(key, {"edition": "2026"}).json["edition"] == "2026"  # type: ignore[index]
    assert other.post(f"{key}/state", VERIFY).status_code == 200
    assert reason(city.admin.patch(key, {"level": "二级"})) == "conflicting"
    proposal = {"entity": "standard_reference", "of": "garden/doc-1", "changes": {"level": "二级"}, "reason": "补记"}
    city.admin.made("/v1/amendments", proposal)
    approval = {"state": "APPROVED", "reason": "属实"}
    assert other.post("/v1/amendments/standard_reference/garden/doc-1/1/state", approval).status_code == 200
    assert city.admin.get(key).json["level"] == "二级"  # type: ignore[index]


def test_the_funding_of_a_pilot_or_a_venue_is_told_by_a_paper_that_another_person_verifies(
    city: RegistryUnderTest,
) -> None:
    city.admin.made("/v1/venues", venue("hall", "futian"))
    paper = {name: value for name, value in PAPER.items() if name != "pilot"}
    paper |= {"funding_source": "SOCIAL_CAPITAL", "issued_on": "2026-05-01"}
    nowhere = city.admin.post("/v1/fundings", [paper | {"site": "nothing"}])
    assert (reason(nowhere), pointers(nowhere)) == ("unknown_reference", ["#/0/site"])
    officer = city.caller("district_officer", districts=["futian"])
    beyond = officer.post("/v1/fundings", [paper | {"site": "garden"}])
    assert (reason(beyond), pointers(beyond)) == ("forbidden", ["#/0"])
    officer.made("/v1/fundings", paper | {"site": "hall"})
    city.admin.made("/v1/fundings", paper | {"site": "garden"})
    assert reason(city.admin.post("/v1/fundings/garden/doc-1/state", VERIFY)) == "same_person"
    approver = city.caller("district_approver", districts=["futian"])
    assert approver.post("/v1/fundings/garden/doc-1/state", VERIFY).status_code == 404
    verified = approver.post("/v1/fundings/hall/doc-1/state", VERIFY)
    assert verified.status_code == 200
    assert officer.get("/v1/fundings").json == [verified.json]
