"""维护: drafted by the district or the device's vendor, approved by another person, at most 72 hours a case."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Grown, RegistryUnderTest, lamp_with_two_feeds, pointers, reason

HOUR = 3_600_000
BEGAN = 1_773_014_400_000  # 2026-03-09, 08:00 in Shenzhen
SLOT = "garden/home-00000/lamp"
CASE = {"place": SLOT, "from_ms": BEGAN, "to_ms": BEGAN + 2 * HOUR, "vendor": "acme", "reason": "固件升级"}
KEY = f"/v1/maintenances/{SLOT}/{BEGAN}"
APPROVED = {"state": "APPROVED", "reason": "属实"}


@Grown
def ready(made: RegistryUnderTest) -> None:
    lamp_with_two_feeds.do(made)
    made.admin.made("/v1/bindings", {"vendor": "acme", "device": "lamp", "slot": SLOT, "valid_from": "2026-03-09"})


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def test_a_vendor_drafts_and_the_district_approves(city: RegistryUnderTest) -> None:
    acme, approver = (
        city.caller("vendor", vendors=["acme"]),
        city.caller("district_approver", districts=["nanshan"]),
    )
    acme.made("/v1/maintenances", CASE)
    assert acme.patch(KEY, {"to_ms": BEGAN + HOUR}).status_code == 200
    assert acme.post(f"{KEY}/state", APPROVED).status_code == 403
    assert approver.post(f"{KEY}/state", APPROVED).status_code == 200
    assert acme.get(KEY).json == CASE | {
        "to_ms": BEGAN + HOUR,
        "state": "APPROVED",
        "state_from": approver.get(KEY).json["state_from"],  # type: ignore[index]
        "state_reason": "属实",
    }
    assert reason(acme.patch(KEY, {"to_ms": BEGAN + 2 * HOUR})) == "conflicting"  # that takes an amendment
    strangers = (city.caller("vendor", vendors=["bolt"]), city.caller("district_officer", districts=["futian"]))
    assert [who.get("/v1/maintenances").json for who in strangers] == [[], []]


def test_who_drafted_it_does_not_approve_it(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/maintenances", CASE)
    assert reason(city.admin.post(f"{KEY}/state", APPROVED)) == "same_person"


def test_what_was_rejected_is_put_right_as_a_draft_and_decided_again(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/maintenances", CASE)
    rejected = city.caller("programme_manager").post(f"{KEY}/state", {"state": "REJECTED", "reason": "未见工单"})
    assert rejected.status_code == 200
    assert reason(city.admin.patch(KEY, {"reason": "x"})) == "conflicting"
    acme, approver = city.caller("vendor", vendors=["acme"]), city.caller("district_approver", districts=["nanshan"])
    assert reason(approver.post(f"{KEY}/state", {"state": "DRAFT"})) == "forbidden"
    assert acme.post(f"{KEY}/state", {"state": "DRAFT"}).status_code == 200
    assert acme.patch(KEY, {"reason": "固件升级, 工单 12"}).status_code == 200
    assert approver.post(f"{KEY}/state", APPROVED).status_code == 200


def test_no_time_is_approved_twice(city: RegistryUnderTest) -> None:
    manager = city.caller("programme_manager")
    later = [CASE | {"from_ms": BEGAN + hours * HOUR, "to_ms": BEGAN + 4 * HOUR} for hours in (1, 2)]
    city.admin.made("/v1/maintenances", CASE, *later)
    assert manager.post(f"{KEY}/state", APPROVED).status_code == 200
    overlapping = manager.post(f"/v1/maintenances/{SLOT}/{BEGAN + HOUR}/state", APPROVED)
    assert (reason(overlapping), pointers(overlapping)) == ("conflicting", ["#/state"])
    assert manager.post(f"/v1/maintenances/{SLOT}/{BEGAN + 2 * HOUR}/state", APPROVED).status_code == 200


def test_no_amendment_stretches_an_approved_case_over_another(city: RegistryUnderTest) -> None:
    manager = city.caller("programme_manager")
    city.admin.made("/v1/maintenances", CASE, CASE | {"from_ms": BEGAN + 3 * HOUR, "to_ms": BEGAN + 4 * HOUR})
    for began in (BEGAN, BEGAN + 3 * HOUR):
        assert manager.post(f"/v1/maintenances/{SLOT}/{began}/state", APPROVED).status_code == 200
    case = f"{SLOT}/{BEGAN}"
    longer = {"entity": "maintenance", "of": case, "changes": {"to_ms": BEGAN + 3 * HOUR + 1}, "reason": "延长"}
    answer = city.admin.post("/v1/amendments", [longer])
    assert (reason(answer), pointers(answer)) == ("conflicting", ["#/0/changes/to_ms"])
    city.admin.made("/v1/amendments", longer | {"changes": {"to_ms": BEGAN + 3 * HOUR}})
    approved = manager.post(f"/v1/amendments/maintenance/{case}/1/state", {"state": "APPROVED", "reason": "属实"})
    assert approved.status_code == 200, approved.text
    assert city.admin.get(KEY).json["to_ms"] == BEGAN + 3 * HOUR  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"to_ms": BEGAN}, "#/0/to_ms"),
        ({"to_ms": BEGAN + 72 * HOUR + 1}, "#/0/to_ms"),
        ({"vendor": "bolt"}, "#/0/vendor"),
        ({"place": "garden/home-00000/none"}, "#/0/vendor"),
        ({"from_ms": BEGAN - 8 * HOUR - 1}, "#/0/vendor"),  # the last millisecond of the day before
    ],
)
def test_what_cannot_be_is_refused_with_its_place(city: RegistryUnderTest, change: dict[str, Any], place: str) -> None:
    assert pointers(city.admin.post("/v1/maintenances", [CASE | change])) == [place]


def test_72_hours_are_not_too_many_and_midnight_is_in_time(city: RegistryUnderTest) -> None:
    midnight = BEGAN - 8 * HOUR
    city.admin.made("/v1/maintenances", CASE | {"from_ms": midnight, "to_ms": midnight + 72 * HOUR})


def test_a_vendor_drafts_for_its_own_devices_only(city: RegistryUnderTest) -> None:
    bolt = city.caller("vendor", vendors=["bolt"])
    assert reason(bolt.post("/v1/maintenances", [CASE])) == "forbidden"
    assert reason(bolt.post("/v1/maintenances", [CASE | {"vendor": "bolt"}])) == "conflicting"
