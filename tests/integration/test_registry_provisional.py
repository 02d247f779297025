"""暂登: a vendor's word of a device is provisional until somebody else says that it is there."""

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, RegistryUnderTest, lamp_with_two_feeds, pointers, reason

SLOT = "garden/home-00000/lamp"
BINDING = {"vendor": "acme", "device": "new", "slot": SLOT, "valid_from": "2026-01-01"}


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


def state(caller: Caller, device: str) -> str:
    answer = caller.get(f"/v1/devices/acme/{device}").json
    assert answer is not None
    return str(answer["state"])


def test_a_vendors_device_is_provisional_an_administrators_is_registered(city: RegistryUnderTest) -> None:
    acme = city.caller("vendor", vendors=["acme"])
    acme.made("/v1/devices", {"vendor": "acme", "device": "new"})
    assert (state(acme, "new"), state(acme, "lamp")) == ("PROVISIONAL", "REGISTERED")
    acme.made("/v1/devices", {"vendor": "acme", "device": "lamp"})  # again changes nothing
    city.admin.made("/v1/devices", {"vendor": "acme", "device": "new"})
    assert (state(acme, "new"), state(acme, "lamp")) == ("PROVISIONAL", "REGISTERED")
    claimed = acme.post("/v1/devices", [{"vendor": "acme", "device": "x", "state": "REGISTERED"}])
    assert pointers(claimed) == ["#/0/state"]


def test_to_bind_a_provisional_device_registers_it(city: RegistryUnderTest) -> None:
    city.caller("vendor", vendors=["acme"]).made("/v1/devices", {"vendor": "acme", "device": "new"})
    before = city.admin.changes()[-1]["sequence"]
    city.caller("district_officer", districts=["nanshan"]).made("/v1/bindings", BINDING)
    assert state(city.admin, "new") == "REGISTERED"
    made = [(change["entity"], change["version"]) for change in city.admin.changes(before) if change["entity"] != "key"]
    assert made == [("binding", 1), ("device", 2)]


def test_a_manager_confirms_many_at_once_and_nobody_his_own(city: RegistryUnderTest) -> None:
    acme, manager = city.caller("vendor", vendors=["acme"]), city.caller("programme_manager")
    acme.made("/v1/devices", *({"vendor": "acme", "device": f"new-{number}"} for number in range(3)))
    wanted = [{"id": f"acme/new-{number}", "version": None, "state": "REGISTERED"} for number in range(3)]
    assert acme.post("/v1/devices/states", wanted).json["errors"] is not None  # type: ignore[index]
    assert state(acme, "new-0") == "PROVISIONAL"
    assert manager.post("/v1/devices/states", wanted).status_code == 200
    assert {state(acme, f"new-{number}") for number in range(3)} == {"REGISTERED"}


def test_a_device_retires_when_it_is_in_no_place_any_more_and_is_not_bound_again(city: RegistryUnderTest) -> None:
    acme = city.caller("vendor", vendors=["acme"])
    city.admin.made("/v1/bindings", BINDING | {"device": "lamp"})
    gone = {"state": "RETIRED", "on": "2026-06-01", "reason": "报废"}
    bound = acme.post("/v1/devices/acme/lamp/state", gone)
    assert (reason(bound), pointers(bound)) == ("conflicting", ["#/on"])
    key = "/v1/bindings/acme/lamp/2026-01-01"
    assert city.admin.patch(key, {"valid_to": "2026-06-01"}).status_code == 200
    assert acme.post("/v1/devices/acme/lamp/state", gone).status_code == 200
    again = city.admin.post("/v1/bindings", [BINDING | {"device": "lamp", "valid_from": "2026-07-01"}])
    assert (reason(again), pointers(again)) == ("conflicting", ["#/0/device"])
    assert pointers(city.admin.patch(key, {"valid_to": None})) == ["#/valid_to"]
    city.admin.made("/v1/bindings", BINDING | {"device": "lamp", "valid_from": "2025-06-01", "valid_to": "2026-01-01"})
