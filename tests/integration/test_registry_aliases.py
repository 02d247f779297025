"""设备别名: a name means one device on a day, so that no record counts in two places."""

from typing import Any

import pytest

from services.registry.app import now_ms
from shared.contracts.civil_time import date_from_day, day_of
from tests.integration.databases import Databases
from tests.integration.registry_under_test import Grown, RegistryUnderTest, lamp_with_two_feeds, pointers, reason

ALIAS = {"vendor": "acme", "alias": "lamp-x", "device": "lamp", "valid_from": "2026-06-01"}
KEY = "/v1/device-aliases/acme/lamp-x/2026-06-01"
AHEAD = "2099-06-01"
SLOT = "garden/home-00000/lamp"


@Grown
def ready(made: RegistryUnderTest) -> None:
    """The device ``lamp`` in its slot since January, and three devices that are nowhere yet."""
    lamp_with_two_feeds.do(made)
    made.admin.made("/v1/devices", *({"vendor": "acme", "device": name} for name in ("lamp-x", "lamp-y", "spare")))
    made.admin.made("/v1/slots", {"pilot": "garden", "dwelling_ref": "home-00000", "code": "two", "category": "OTHER"})
    made.admin.made("/v1/bindings", {"vendor": "acme", "device": "lamp", "slot": SLOT, "valid_from": "2026-01-01"})


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def refused(city: RegistryUnderTest, *rows: dict[str, Any], path: str = "device-aliases") -> list[str]:
    answer = city.admin.post(f"/v1/{path}", list(rows))
    assert reason(answer) == "conflicting", answer.text
    return pointers(answer)


def test_a_vendor_names_its_device_anew_and_the_district_where_it_is_sees_it(city: RegistryUnderTest) -> None:
    acme, bolt = (city.caller("vendor", vendors=[name]) for name in ("acme", "bolt"))
    assert reason(bolt.post("/v1/device-aliases", [ALIAS])) == "forbidden"
    alias = ALIAS | {"alias": "lamp-z", "valid_from": AHEAD}
    acme.made("/v1/device-aliases", alias)
    key = f"/v1/device-aliases/acme/lamp-z/{AHEAD}"
    assert acme.patch(key, {"valid_to": "2099-09-01"}).json == alias | {"valid_to": "2099-09-01"}
    seen = {
        "acme": acme,
        "bolt": bolt,
        "nanshan": city.caller("district_officer", districts=["nanshan"]),
        "futian": city.caller("district_officer", districts=["futian"]),
    }
    counted = {name: len(caller.get("/v1/device-aliases").json or []) for name, caller in seen.items()}
    assert counted == {"acme": 1, "bolt": 0, "nanshan": 1, "futian": 0}


def test_a_vendors_name_is_no_replacement_that_nobody_confirms(city: RegistryUnderTest) -> None:
    acme = city.caller("vendor", vendors=["acme"])
    yesterday = str(date_from_day(day_of(now_ms()) - 1))
    other = acme.post("/v1/device-aliases", [ALIAS | {"valid_from": AHEAD}])  # it is a registered device
    assert (reason(other), pointers(other)) == ("conflicting", ["#/0/alias"])
    back = acme.post("/v1/device-aliases", [ALIAS | {"alias": "lamp-z", "valid_from": yesterday}])
    assert (back.status_code, pointers(back)) == (422, ["#/0/valid_from"])
    city.admin.made("/v1/device-aliases", ALIAS | {"valid_to": yesterday})
    again = acme.patch(KEY, {"valid_to": None})  # it would count what was heard since
    assert (again.status_code, pointers(again)) == (422, ["#/valid_to"])
    assert city.admin.patch(KEY, {"valid_to": None}).status_code == 200
    assert acme.patch(KEY, {"valid_to": yesterday}).status_code == 422
    assert acme.made("/v1/device-aliases", ALIAS)[0] == ALIAS | {"valid_to": None}  # the same again


def test_a_name_means_one_device_on_a_day_and_another_afterwards(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/device-aliases", ALIAS | {"valid_to": "2026-09-01"})
    later = ALIAS | {"device": "lamp-y", "valid_from": "2026-08-31"}
    assert refused(city, later) == ["#/0/valid_from"]
    city.admin.made("/v1/device-aliases", later | {"valid_from": "2026-09-01"})
    assert pointers(city.admin.patch(KEY, {"valid_to": "2026-09-02"})) == ["#/valid_to"]


def test_a_name_differs_from_the_devices_own_and_its_device_exists(city: RegistryUnderTest) -> None:
    same = city.admin.post("/v1/device-aliases", [ALIAS | {"alias": "lamp"}])
    assert (same.status_code, pointers(same)) == (422, ["#/0/alias"])
    unknown = city.admin.post("/v1/device-aliases", [ALIAS | {"device": "nothing"}])
    assert (reason(unknown), pointers(unknown)) == ("unknown_reference", ["#/0/device"])
    city.admin.made("/v1/device-aliases", ALIAS | {"alias": "never-registered"})


def test_a_name_is_bound_nowhere_while_it_is_one(city: RegistryUnderTest) -> None:
    binding = {"vendor": "acme", "device": "lamp-x", "slot": "garden/home-00000/two", "valid_from": "2026-03-01"}
    city.admin.made("/v1/bindings", binding | {"valid_to": "2026-06-02"})
    assert refused(city, ALIAS) == ["#/0/alias"]
    city.admin.made("/v1/device-aliases", ALIAS | {"valid_from": "2026-06-02", "valid_to": "2026-07-01"})
    again = binding | {"valid_from": "2026-06-30"}
    assert refused(city, again, path="bindings") == ["#/0/device"]
    city.admin.made("/v1/bindings", again | {"valid_from": "2026-07-01"})
    key = "/v1/bindings/acme/lamp-x/2026-03-01"
    assert pointers(city.admin.patch(key, {"valid_to": "2026-06-03"})) == ["#/valid_to"]
    assert pointers(city.admin.patch(f"{KEY[:-2]}02", {"valid_to": "2026-07-02"})) == ["#/alias"]


def test_a_name_has_no_names_of_its_own(city: RegistryUnderTest) -> None:
    third = {"vendor": "acme", "alias": "lamp-z", "device": "lamp-x", "valid_from": "2026-06-15"}
    assert refused(city, ALIAS, third) == ["#/1/device"]
    city.admin.made("/v1/device-aliases", ALIAS | {"valid_to": "2026-06-16"})
    assert refused(city, third) == ["#/0/device"]
    city.admin.made("/v1/device-aliases", third | {"valid_from": "2026-06-16"})
    assert refused(city, {**ALIAS, "valid_from": "2026-06-16"}) == ["#/0/alias"]
