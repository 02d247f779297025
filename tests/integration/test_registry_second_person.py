"""What takes two persons: papers that are verified, outages that are drafted, evidenced and decided."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.registry_under_test import (
    OTHER_VENDOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    home,
    pointers,
    reason,
    registry,
)

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
BEGAN, ENDED = 1_764_000_000_000, 1_764_003_600_000
DRAFT = {"vendor": "acme", "feed": "cloud", "from_ms": BEGAN, "cause": "心跳缺失"}
EVIDENCE = {"evidence_title": "故障说明(虚构)", "evidence_sha256": DIGEST}
TENANCY = {
    "pilot": "garden",
    "dwelling_ref": "home-00000",
    "number": 1,
    "valid_from": "2026-01-01",
    "consent": "GIVEN",
    "consent_from": "2026-01-01",
}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[RegistryUnderTest]:
    """A home in 南山区 with a lamp, spoken for by a cloud and by a gateway of the same vendor."""
    made = registry(tmp_path)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden", "nanshan")
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "lamp"})
    for feed in ({"feed": "cloud", "vendor_cloud": True}, {"feed": "gw"}):
        body = {"vendor": "acme", "sites": ["garden"], **feed}
        assert made.admin.post("/v1/feeds", body).status_code == 201
    yield made


def outage(caller: Caller, key: str = f"acme/cloud/{BEGAN}") -> Any:
    return caller.get(f"/v1/outages/{key}").json


def test_an_outage_is_drafted_by_a_machine_evidenced_by_a_person_and_decided_by_another(
    city: RegistryUnderTest,
) -> None:
    machine, person, other = city.caller("service"), city.caller("administrator"), city.caller("programme_manager")
    machine.made("/v1/outages", DRAFT)
    machine.made("/v1/outages", DRAFT)  # it repeats itself
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    assert machine.patch(key, {"to_ms": ENDED}).status_code == 200
    assert other.post(f"{key}/decision", {"approved": True, "reason": "x"}).status_code == 409  # no evidence yet
    assert person.patch(key, EVIDENCE).status_code == 200
    assert reason(person.post(f"{key}/decision", {"approved": True, "reason": "x"})) == "same_person"
    decided = other.post(f"{key}/decision", {"approved": True, "reason": "证据充分"})
    assert decided.status_code == 200, decided.text
    machine.made("/v1/outages", DRAFT)  # once more, long after: still no contradiction
    told = [change for change in city.admin.changes() if change["entity"] == "outage"]
    assert [change["after"]["state"] for change in told] == ["DRAFT", "DRAFT", "DRAFT", "APPROVED"]
    last = told[-1]["after"]
    assert len({last["drafted_by"], last["evidenced_by"], last["decided_by"]}) == 3
    assert (last["to_ms"], last["decision_reason"]) == (ENDED, "证据充分")


def test_what_is_decided_stays(city: RegistryUnderTest) -> None:
    city.caller("service").made("/v1/outages", DRAFT)
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    rejected = city.admin.post(f"{key}/decision", {"approved": False, "reason": "无故障"})
    assert (rejected.status_code, rejected.json["state"]) == (200, "REJECTED")  # type: ignore[index]
    for answer in (
        city.admin.patch(key, EVIDENCE),
        city.caller("programme_manager").post(f"{key}/decision", {"approved": True, "reason": "x"}),
    ):
        assert (answer.status_code, reason(answer)) == (409, "conflicting")


def test_who_drafted_an_outage_does_not_decide_it_and_nobody_claims_to_be_another(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/outages", DRAFT | {"to_ms": ENDED})
    answer = city.admin.post(f"/v1/outages/acme/cloud/{BEGAN}/decision", {"approved": False, "reason": "x"})
    assert reason(answer) == "same_person"
    claimed = city.admin.post("/v1/outages", [DRAFT | {"from_ms": BEGAN + 1, "drafted_by": "somebody"}])
    assert (claimed.status_code, pointers(claimed)) == (422, ["#/0/drafted_by"])
    evidenced = city.admin.post("/v1/outages", [DRAFT | {"from_ms": BEGAN + 1} | EVIDENCE])
    assert (evidenced.status_code, pointers(evidenced)) == (422, ["#/0/evidence_title"])


def test_a_machine_tells_the_end_a_vendor_the_evidence_and_neither_anything_else(city: RegistryUnderTest) -> None:
    machine, vendor = city.caller("service"), city.caller("vendor", vendors=["acme"])
    machine.made("/v1/outages", DRAFT)
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    assert pointers(machine.patch(key, EVIDENCE)) == ["#/evidence_title", "#/evidence_sha256"]
    assert reason(vendor.patch(key, {"to_ms": ENDED})) == "forbidden"
    assert vendor.patch(key, EVIDENCE).status_code == 200
    assert vendor.post("/v1/outages", [DRAFT | {"from_ms": BEGAN + 1}]).status_code == 403
    assert city.caller("vendor", vendors=["bolt"]).patch(key, EVIDENCE).status_code == 404
    half = city.admin.patch(key, {"evidence_title": None})
    assert (half.status_code, pointers(half)) == (422, ["#/evidence_title"])


def test_two_approved_outages_of_a_feed_may_touch_and_not_overlap(city: RegistryUnderTest) -> None:
    machine, other = city.caller("service"), city.caller("programme_manager")

    def approve(began: int, ended: int) -> Any:
        machine.made("/v1/outages", DRAFT | {"from_ms": began, "to_ms": ended})
        key = f"/v1/outages/acme/cloud/{began}"
        assert city.admin.patch(key, EVIDENCE).status_code == 200
        return other.post(f"{key}/decision", {"approved": True, "reason": "x"})

    assert approve(BEGAN, ENDED).status_code == 200
    assert approve(ENDED, ENDED + 1000).status_code == 200
    assert reason(approve(BEGAN - 1000, BEGAN + 1)) == "conflicting"


def test_a_districts_people_decide_about_feeds_that_are_wholly_theirs(city: RegistryUnderTest) -> None:
    own = city.caller("district_approver", districts=["nanshan"])
    stranger = city.caller("district_approver", districts=["futian"])
    for feed in ("gw", "cloud"):
        city.admin.made("/v1/outages", DRAFT | {"feed": feed})
    assert [row["feed"] for row in own.get("/v1/outages").json or []] == ["cloud", "gw"]
    assert stranger.get("/v1/outages").json == []
    body = {"approved": False, "reason": "x"}
    assert own.post(f"/v1/outages/acme/gw/{BEGAN}/decision", body).status_code == 200
    assert own.post(f"/v1/outages/acme/cloud/{BEGAN}/decision", body).status_code == 403  # a cloud is the city's
    assert stranger.post(f"/v1/outages/acme/gw/{BEGAN}/decision", body).status_code == 404


@pytest.mark.parametrize(("path", "paper"), [("selections", SELECTION), ("legal-bases", BASIS)])
def test_a_paper_is_verified_by_somebody_else_and_once(city: RegistryUnderTest, path: str, paper: Any) -> None:
    officer = city.caller("district_officer", districts=["nanshan"])
    recorded = officer.made(f"/v1/{path}", paper)
    assert recorded[0]["verified_by"] is None
    key = f"/v1/{path}/garden/doc-1/verification"
    assert officer.post(key, {}).status_code == 403  # not a role that verifies
    assert city.caller("district_approver", districts=["futian"]).post(key, {}).status_code == 404
    approver = city.caller("district_approver", districts=["nanshan"])
    verified = approver.post(key, {})
    assert verified.status_code == 200
    assert verified.json["verified_by"] not in (None, recorded[0]["recorded_by"])  # type: ignore[index]
    assert reason(city.admin.post(key, {})) == "conflicting"
    city.admin.made(f"/v1/{path}", paper | {"code": "doc-2"})
    assert reason(city.admin.post(f"/v1/{path}/garden/doc-2/verification", {})) == "same_person"


@pytest.mark.parametrize(("path", "paper"), [("selections", SELECTION), ("legal-bases", BASIS)])
def test_a_paper_registered_again_is_told_as_it_stands(city: RegistryUnderTest, path: str, paper: Any) -> None:
    other, third = city.caller("programme_manager"), city.caller("administrator")
    (recorded,) = city.admin.made(f"/v1/{path}", paper)
    verified = other.post(f"/v1/{path}/garden/doc-1/verification", {}).json
    assert verified == recorded | {"verified_by": verified["verified_by"]} != recorded  # type: ignore[index]
    for caller in (city.admin, third):
        assert caller.made(f"/v1/{path}", paper | {"code": "doc-2"}, paper)[1] == verified
    assert city.admin.get(f"/v1/{path}/garden/doc-2").json == recorded | {"code": "doc-2"}


def test_an_outage_drafted_again_is_told_as_it_stands(city: RegistryUnderTest) -> None:
    city.caller("service").made("/v1/outages", DRAFT | {"to_ms": ENDED})
    city.admin.patch(f"/v1/outages/acme/cloud/{BEGAN}", EVIDENCE)
    body = {"approved": True, "reason": "x"}
    decided = city.caller("programme_manager").post(f"/v1/outages/acme/cloud/{BEGAN}/decision", body).json
    assert decided is not None and decided["state"] == "APPROVED"
    assert city.caller("service").made("/v1/outages", DRAFT) == [decided]


def test_a_papers_digest_is_one(city: RegistryUnderTest) -> None:
    answer = city.admin.post("/v1/selections", [SELECTION | {"sha256": "AB" * 32}])
    assert (answer.status_code, pointers(answer)) == (422, ["#/0/sha256"])


def test_tenancies_of_a_dwelling_follow_each_other(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/tenancies", TENANCY)
    second = TENANCY | {"number": 2, "valid_from": "2026-06-01", "consent_from": "2026-06-01"}
    assert pointers(city.admin.post("/v1/tenancies", [second])) == ["#/0/valid_from"]
    ended = city.admin.patch("/v1/tenancies/garden/home-00000/1", {"valid_to": "2026-06-01"})
    assert ended.status_code == 200
    city.admin.made("/v1/tenancies", second)
    withdrawn = {"consent": "WITHDRAWN", "consent_from": "2026-03-01"}
    assert city.admin.patch("/v1/tenancies/garden/home-00000/1", withdrawn).status_code == 200
    outside = city.admin.patch("/v1/tenancies/garden/home-00000/1", {"consent_from": "2026-06-01"})
    assert (outside.status_code, pointers(outside)) == (422, ["#/consent_from"])
    at_once = [TENANCY | {"dwelling_ref": "home-00000", "number": n, "valid_from": f"202{n}-01-01"} for n in (7, 8)]
    twice = [row | {"consent_from": row["valid_from"]} for row in at_once]
    assert city.admin.post("/v1/tenancies", twice).status_code == 409


def test_a_month_is_a_month_and_a_dwelling_exists(city: RegistryUnderTest) -> None:
    row = {"pilot": "garden", "dwelling_ref": "home-00000", "month": "2026-11", "occupied": True}
    city.admin.made("/v1/occupancies", row)
    wrong = city.admin.post("/v1/occupancies", [row | {"month": "2026-13"}, row | {"dwelling_ref": "home-99999"}])
    assert pointers(wrong) == ["#/0/month", "#/1/dwelling_ref"]
    assert city.admin.patch("/v1/occupancies/garden/home-00000/2026-11", {"occupied": False}).status_code == 200


def test_a_device_speaks_through_one_feed_at_a_time(city: RegistryUnderTest) -> None:
    row = {"vendor": "acme", "device": "lamp", "feed": "gw", "valid_from": "2026-01-01"}
    city.admin.made("/v1/feed-bindings", row)
    again = city.admin.post("/v1/feed-bindings", [row | {"feed": "cloud", "valid_from": "2026-02-01"}])
    assert pointers(again) == ["#/0/valid_from"]
    assert city.admin.patch("/v1/feed-bindings/acme/lamp/2026-01-01", {"valid_to": "2026-02-01"}).status_code == 200
    city.admin.made("/v1/feed-bindings", row | {"feed": "cloud", "valid_from": "2026-02-01"})
    nowhere = city.admin.post("/v1/feed-bindings", [row | {"feed": "none", "valid_from": "2027-01-01"}])
    assert (nowhere.status_code, pointers(nowhere)) == (
        422,
        ["#/0/feed", "#/0/valid_from"],
    )  # nor is the time free


def test_a_feeds_heartbeat_interval_can_be_amended(city: RegistryUnderTest) -> None:
    amended = city.admin.patch("/v1/feeds/acme/gw", {"heartbeat_interval_s": 300})
    assert (amended.status_code, amended.json["heartbeat_interval_s"]) == (200, 300)  # type: ignore[index]
