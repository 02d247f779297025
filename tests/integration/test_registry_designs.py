"""户型: a design makes the slots of its dwellings, and its versions are counted."""

import time
from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, Grown, RegistryUnderTest, pilot, pointers, reason

LAMP, GATEWAY = {"code": "lamp", "category": "LIGHTING"}, {"code": "gw", "category": "GATEWAY", "required": False}
LAYOUT = {"pilot": "garden", "code": "two-rooms", "name": "两室一厅", "slots": [LAMP, GATEWAY]}
KEY = "/v1/layouts/garden/two-rooms"


@Grown
def ready(made: RegistryUnderTest) -> None:
    """A pilot with two phases and a layout."""
    made.admin.made("/v1/pilots", pilot("garden"))
    made.admin.made("/v1/phases", *({"pilot": "garden", "number": number, "name": "期"} for number in (1, 2)))
    made.admin.made("/v1/layouts", LAYOUT)


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def dwelling(number: int, phase: int = 1, **fields: Any) -> dict[str, Any]:
    return {"pilot": "garden", "phase": phase, "dwelling_ref": f"home-{number:05}", "layout": "two-rooms", **fields}


def fitted(caller: Caller, **body: Any) -> Any:
    answer = caller.post(f"{KEY}/slots", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_layout_makes_the_slots_its_dwellings_lack_and_again_none(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/dwellings", dwelling(1), dwelling(2), dwelling(3, layout=None))
    city.admin.made("/v1/slots", {"pilot": "garden", "dwelling_ref": "home-00001", **LAMP})
    assert fitted(city.admin) == {"made": 3, "there": 1, "beyond": 0, "first_beyond": []}
    slots = {(slot["dwelling_ref"], slot["code"]): slot for slot in city.admin.get("/v1/slots").json or []}
    assert set(slots) == {(ref, code) for ref in ("home-00001", "home-00002") for code in ("lamp", "gw")}
    gateway = slots["home-00002", "gw"]
    assert (gateway["category"], gateway["required"], gateway["installed_on"]) == ("GATEWAY", False, None)
    before = len(city.admin.changes())
    assert fitted(city.admin) == {"made": 0, "there": 4, "beyond": 0, "first_beyond": []}
    assert len(city.admin.changes()) == before


def test_a_phase_is_fitted_out_alone(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/dwellings", dwelling(1, phase=1), dwelling(2, phase=2))
    assert fitted(city.admin, phase=2)["made"] == 2
    assert {slot["dwelling_ref"] for slot in city.admin.get("/v1/slots").json or []} == {"home-00002"}


def test_other_slots_are_the_next_version_and_what_the_design_no_longer_has_is_told_and_stays(
    city: RegistryUnderTest,
) -> None:
    city.admin.made("/v1/dwellings", *map(dwelling, range(12)))
    assert fitted(city.admin)["made"] == 24
    renamed = city.admin.patch(KEY, {"name": "两室"})
    assert renamed.json == LAYOUT | {
        "name": "两室",
        "slots": [LAMP | {"required": True}, GATEWAY],
        "design_version": 1,
    }
    lock = {"code": "lock", "category": "ACCESS_LOCK"}
    amended = city.admin.patch(KEY, {"slots": [LAMP | {"category": "APPLIANCE"}, lock]})
    assert amended.json is not None
    assert amended.json["design_version"] == 2
    first = [f"garden/home-{number:05}/{code}" for number in range(5) for code in ("gw", "lamp")]
    assert fitted(city.admin) == {"made": 12, "there": 0, "beyond": 24, "first_beyond": first}
    assert len(city.admin.get("/v1/slots").json or []) == 36
    again = city.admin.made("/v1/layouts", LAYOUT | {"name": "两室", "slots": [LAMP | {"category": "APPLIANCE"}, lock]})
    assert again[0]["design_version"] == 2  # registered again as it stands, it stays what it is


def test_a_dwelling_is_told_its_layout_once(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/layouts", LAYOUT | {"code": "one-room"})
    city.admin.made("/v1/dwellings", dwelling(1, layout=None))
    key = "/v1/dwellings/garden/home-00001"
    unknown = city.admin.patch(key, {"layout": "palace"})
    assert (unknown.status_code, pointers(unknown)) == (422, ["#/layout"])
    assert city.admin.patch(key, {"layout": "two-rooms"}).status_code == 200
    for other in ("one-room", None):
        refused = city.admin.patch(key, {"layout": other})
        assert (reason(refused), pointers(refused)) == ("conflicting", ["#/layout"])
    assert city.admin.patch(key, {"layout": "two-rooms", "handed_over_on": "2026-03-01"}).status_code == 200


def test_the_design_of_an_approved_pilot_changes_by_an_amendment_that_another_person_approves(
    city: RegistryUnderTest,
) -> None:
    officer, approver = (city.caller(role, districts=["nanshan"]) for role in ("district_officer", "district_approver"))
    assert officer.patch("/v1/pilots/garden", {"registration_code": "示例-01"}).status_code == 200
    assert officer.post("/v1/pilots/garden/state", {"state": "SUBMITTED"}).status_code == 200
    assert approver.post("/v1/pilots/garden/state", {"state": "DISTRICT_CONFIRMED"}).status_code == 200
    assert reason(officer.patch(KEY, {"slots": [LAMP]})) == "conflicting"
    proposal = {"entity": "layout", "of": "garden/two-rooms", "changes": {"slots": [LAMP]}, "reason": "设计变更"}
    officer.made("/v1/amendments", proposal)
    assert city.admin.get(KEY).json["design_version"] == 1  # type: ignore[index]
    approval = {"state": "APPROVED", "reason": "同意"}
    assert approver.post("/v1/amendments/layout/garden/two-rooms/1/state", approval).status_code == 200
    stands = city.admin.get(KEY).json
    assert stands is not None
    assert (stands["design_version"], stands["slots"]) == (2, [LAMP | {"required": True}])


@pytest.mark.parametrize(
    ("slots", "place"),
    [
        ([], "#/0/slots"),
        ([LAMP, LAMP | {"category": "OTHER"}], "#/0/slots"),
        ([{"code": f"s-{number}", "category": "OTHER"} for number in range(101)], "#/0/slots"),
        ([LAMP, {"code": "gw", "category": "TOASTER"}], "#/0/slots/1/category"),
    ],
)
def test_a_design_that_is_none_is_refused_with_its_place(city: RegistryUnderTest, slots: Any, place: str) -> None:
    refused = city.admin.post("/v1/layouts", [LAYOUT | {"code": "other", "slots": slots}])
    assert (refused.status_code, pointers(refused)) == (422, [place])


def test_only_the_districts_officers_fit_out(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/dwellings", dwelling(1))
    assert reason(city.caller("district_officer", districts=["futian"]).post(f"{KEY}/slots", {})) == "not_found"
    assert city.caller("district_approver", districts=["nanshan"]).post(f"{KEY}/slots", {}).status_code == 403
    assert fitted(city.caller("district_officer", districts=["nanshan"]))["made"] == 2
    assert reason(city.admin.post("/v1/layouts/garden/palace/slots", {})) == "not_found"
    assert pointers(city.admin.post(f"{KEY}/slots", {"phase": 0})) == ["#/phase"]


def test_an_estate_of_three_thousand_dwellings_is_fitted_out_while_somebody_waits(city: RegistryUnderTest) -> None:
    slots = [{"code": f"slot-{number}", "category": "LIGHTING"} for number in range(8)]
    assert city.admin.patch(KEY, {"slots": slots}).status_code == 200
    for first in range(0, 3_000, 1_000):
        city.admin.made("/v1/dwellings", *map(dwelling, range(first, first + 1_000)))
    begun = time.monotonic()
    assert fitted(city.admin)["made"] == 24_000
    assert time.monotonic() - begun < 30  # about 3 s on two cores
    assert fitted(city.admin) == {"made": 0, "there": 24_000, "beyond": 0, "first_beyond": []}
