"""Outages are drafted, given evidence, and decided by somebody who had no part in it."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, lamp_with_two_feeds, pointers, reason

DIGEST = "ab" * 32
BEGAN, ENDED = 1_764_000_000_000, 1_764_003_600_000
DRAFT = {"vendor": "acme", "feed": "cloud", "from_ms": BEGAN, "cause": "心跳缺失"}
EVIDENCE = {"evidence_title": "故障说明(虚构)", "evidence_sha256": DIGEST}


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


def test_an_outage_is_drafted_by_a_machine_evidenced_by_a_person_and_decided_by_another(
    city: RegistryUnderTest,
) -> None:
    machine, person, other = city.caller("service"), city.caller("administrator"), city.caller("programme_manager")
    machine.made("/v1/outages", DRAFT)
    machine.made("/v1/outages", DRAFT)  # it repeats itself
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    assert machine.patch(key, {"to_ms": ENDED}).status_code == 200
    assert other.post(f"{key}/state", {"state": "APPROVED", "reason": "x"}).status_code == 409  # no evidence yet
    assert person.patch(key, EVIDENCE).status_code == 200
    assert reason(person.post(f"{key}/state", {"state": "APPROVED", "reason": "x"})) == "same_person"
    decided = other.post(f"{key}/state", {"state": "APPROVED", "reason": "证据充分"})
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
    rejected = city.admin.post(f"{key}/state", {"state": "REJECTED", "reason": "无故障"})
    assert (rejected.status_code, rejected.json["state"]) == (200, "REJECTED")  # type: ignore[index]
    for answer in (
        city.admin.patch(key, EVIDENCE),
        city.caller("programme_manager").post(f"{key}/state", {"state": "APPROVED", "reason": "x"}),
    ):
        assert (answer.status_code, reason(answer)) == (409, "conflicting")


def test_who_drafted_an_outage_does_not_decide_it_and_nobody_claims_to_be_another(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/outages", DRAFT | {"to_ms": ENDED})
    answer = city.admin.post(f"/v1/outages/acme/cloud/{BEGAN}/state", {"state": "REJECTED", "reason": "x"})
    assert reason(answer) == "same_person"
    claimed = city.admin.post("/v1/outages", [DRAFT | {"from_ms": BEGAN + 1, "drafted_by": "somebody"}])
    assert (claimed.status_code, pointers(claimed)) == (422, ["#/0/drafted_by"])
    evidenced = city.admin.post("/v1/outages", [DRAFT | {"from_ms": BEGAN + 1} | EVIDENCE])
    assert (evidenced.status_code, pointers(evidenced)) == (422, ["#/0/evidence_title"])


@pytest.mark.parametrize("part", [{"to_ms": ENDED - 1}, {"cause": "停电"}, EVIDENCE], ids=["end", "cause", "evidence"])
def test_who_ever_changed_an_outage_does_not_decide_it_though_others_changed_it_since(
    city: RegistryUnderTest, part: dict[str, Any]
) -> None:
    once, since, neither = (city.caller("administrator") for _ in range(3))
    city.caller("service").made("/v1/outages", DRAFT)
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    assert once.patch(key, part).status_code == 200
    assert since.patch(key, {"to_ms": ENDED, "cause": "断网"} | EVIDENCE | {"evidence_title": "x"}).status_code == 200
    assert neither.patch(key, {"cause": "断网"}).status_code == 200  # which changes nothing
    for caller in (once, since):
        for state in ("APPROVED", "REJECTED"):
            answer = caller.post(f"{key}/state", {"state": state, "reason": "x"})
            assert (answer.status_code, reason(answer)) == (409, "same_person")
    assert neither.post(f"{key}/state", {"state": "APPROVED", "reason": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("part", "lacking"),
    [
        (EVIDENCE, ["#/to_ms"]),
        ({"to_ms": ENDED}, ["#/evidence_title", "#/evidence_sha256"]),
        ({"cause": "停电"}, ["#/to_ms", "#/evidence_title", "#/evidence_sha256"]),
    ],
    ids=["no end", "no evidence", "neither"],
)
def test_an_outage_is_approved_only_with_its_end_and_its_evidence(
    city: RegistryUnderTest, part: dict[str, Any], lacking: list[str]
) -> None:
    city.caller("service").made("/v1/outages", DRAFT)
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    assert city.admin.patch(key, part).status_code == 200
    answer = city.caller("programme_manager").post(f"{key}/state", {"state": "APPROVED", "reason": "x"})
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", lacking)


def test_the_evidence_is_of_who_changed_any_of_it_last(city: RegistryUnderTest) -> None:
    machine, replacing = city.caller("service"), city.caller("administrator")
    machine.made("/v1/outages", DRAFT)
    key = f"/v1/outages/acme/cloud/{BEGAN}"
    ended = machine.patch(key, {"to_ms": ENDED}).json or {}
    assert ended["evidenced_by"] is None  # an end is no evidence
    first = city.admin.patch(key, EVIDENCE).json or {}
    second = replacing.patch(key, {"evidence_sha256": "cd" * 32}).json or {}
    assert len({None, ended["drafted_by"], first["evidenced_by"], second["evidenced_by"]}) == 4
    for caller in (city.admin, replacing):
        answer = caller.post(f"{key}/state", {"state": "APPROVED", "reason": "x"})
        assert (answer.status_code, reason(answer)) == (409, "same_person")


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
        return other.post(f"{key}/state", {"state": "APPROVED", "reason": "x"})

    assert approve(BEGAN, ENDED).status_code == 200
    assert approve(ENDED, ENDED + 1000).status_code == 200
    assert approve(BEGAN - 5000, BEGAN - 4000).status_code == 200  # long before both
    for began, ended in ((BEGAN - 1000, BEGAN + 1), (BEGAN + 1, BEGAN + 2), (BEGAN - 2000, ENDED + 2000)):
        assert reason(approve(began, ended)) == "conflicting"


def test_a_districts_people_decide_about_feeds_that_are_wholly_theirs(city: RegistryUnderTest) -> None:
    own = city.caller("district_approver", districts=["nanshan"])
    stranger = city.caller("district_approver", districts=["futian"])
    for feed in ("gw", "cloud"):
        city.admin.made("/v1/outages", DRAFT | {"feed": feed})
    assert [row["feed"] for row in own.get("/v1/outages").json or []] == ["cloud", "gw"]
    assert stranger.get("/v1/outages").json == []
    body = {"state": "REJECTED", "reason": "x"}
    assert own.post(f"/v1/outages/acme/gw/{BEGAN}/state", body).status_code == 200
    assert own.post(f"/v1/outages/acme/cloud/{BEGAN}/state", body).status_code == 403  # a cloud is the city's
    assert stranger.post(f"/v1/outages/acme/gw/{BEGAN}/state", body).status_code == 404


def test_an_outage_drafted_again_is_told_as_it_stands(city: RegistryUnderTest) -> None:
    city.caller("service").made("/v1/outages", DRAFT | {"to_ms": ENDED})
    city.admin.patch(f"/v1/outages/acme/cloud/{BEGAN}", EVIDENCE)
    body = {"state": "APPROVED", "reason": "x"}
    decided = city.caller("programme_manager").post(f"/v1/outages/acme/cloud/{BEGAN}/state", body).json
    assert decided is not None and decided["state"] == "APPROVED"
    assert city.caller("service").made("/v1/outages", DRAFT) == [decided]
