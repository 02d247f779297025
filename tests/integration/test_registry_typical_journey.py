"""A city registers: who takes part, a home, a museum, devices bound, feeds opened; the log tells all of it."""

from collections import Counter
from typing import Any, NamedTuple

import pytest

from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    OTHER_VENDOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    pilot,
    registry,
    venue,
)

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
DWELLINGS = [{"pilot": "qianhai-homes", "phase": 1, "dwelling_ref": f"c0ffee0{n}", "layout": None} for n in (1, 2)]
LAMP = {"vendor": "acme", "slot": "qianhai-homes/c0ffee01/lamp"}
HANDED_OVER_ON = "2026-06-01"


class People(NamedTuple):
    """Who has a key: two districts, a vendor and our own services."""

    nanshan: Caller
    futian: Caller
    acme: Caller
    service: Caller


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return registry(databases)


def test_a_city_registers_its_homes_its_museum_and_their_devices(city: RegistryUnderTest) -> None:
    people = the_administrator_registers_organisations_and_gives_keys(city)
    nanshan_registers_a_housing_pilot(people.nanshan)
    weeks_later_a_dwelling_is_handed_over(people.nanshan)
    futian_registers_a_museum_with_a_vr_corner(people.futian)
    the_vendor_registers_devices_and_the_districts_say_where_they_are(people)
    a_lamp_breaks_and_is_replaced(people.nanshan)
    password = nanshan_opens_a_feed_for_the_vendors_gateway(people.nanshan, city)
    everybody_reads_what_is_his(people)
    the_services_learn_all_of_it_from_the_log_but_the_secrets(people.service, password)


def the_administrator_registers_organisations_and_gives_keys(city: RegistryUnderTest) -> People:
    city.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    return People(
        nanshan=city.caller("district_officer", districts=["nanshan"]),
        futian=city.caller("district_officer", districts=["futian"]),
        acme=city.caller("vendor", vendors=["acme"]),
        service=city.caller("service"),
    )


def nanshan_registers_a_housing_pilot(nanshan: Caller) -> None:
    """A phase, two dwellings known by pseudonyms, the positions the design requires."""
    nanshan.made("/v1/pilots", pilot("qianhai-homes"))
    nanshan.made("/v1/phases", {"pilot": "qianhai-homes", "number": 1, "name": "一期"})
    nanshan.made("/v1/dwellings", *DWELLINGS)
    slot = {"pilot": "qianhai-homes", "dwelling_ref": "c0ffee01"}
    smoke = {**slot, "code": "smoke", "category": "LIFE_SAFETY"}
    lamp = {**slot, "code": "lamp", "category": "LIGHTING", "installed_on": "2026-05-20"}
    filled_in = {"required": True, "installed_on": None, "retired_on": None, "state_reason": None}  # what was left out
    assert nanshan.made("/v1/slots", lamp, smoke) == [filled_in | lamp, filled_in | smoke]


def weeks_later_a_dwelling_is_handed_over(nanshan: Caller) -> None:
    """One field changes."""
    handed_over = nanshan.patch("/v1/dwellings/qianhai-homes/c0ffee01", {"handed_over_on": HANDED_OVER_ON})
    assert handed_over.json == {**DWELLINGS[0], "handed_over_on": HANDED_OVER_ON}


def futian_registers_a_museum_with_a_vr_corner(futian: Caller) -> None:
    """It is open on workdays, with two intervals that touch, and closed on 17 February."""
    futian.made("/v1/venues", venue("science-museum"))
    hours = {day: [["09:00", "12:00"], ["12:00", "17:30"]] for day in WORKDAYS}
    calendar = {"valid_from": "2026-01-01", "weekly": hours, "closed": ["2026-02-17"], "extra": {}}
    futian.made("/v1/zones", {"venue": "science-museum", "code": "vr1", "name": "体验区", "calendars": [calendar]})
    installation = {"venue": "science-museum", "zone": "vr1", "code": "hmd-1", "vr_device_kind": "HMD_STANDALONE"}
    futian.made("/v1/installations", {**installation, "presence_method": "PROXIMITY_SENSOR"})


def the_vendor_registers_devices_and_the_districts_say_where_they_are(people: People) -> None:
    people.acme.made(
        "/v1/devices",
        {"vendor": "acme", "device": "LAMP:0001", "category": "LIGHTING", "reporting_interval_s": 900},
        {"vendor": "acme", "device": "LAMP:0002", "category": "LIGHTING"},
        {"vendor": "acme", "device": "HMD-7"},
    )
    people.nanshan.made("/v1/bindings", {**LAMP, "device": "LAMP:0001", "valid_from": "2026-06-01"})
    hmd = {"vendor": "acme", "device": "HMD-7", "installation": "science-museum/vr1/hmd-1"}
    people.futian.made("/v1/bindings", {**hmd, "valid_from": "2026-06-01"})


def a_lamp_breaks_and_is_replaced(nanshan: Caller) -> None:
    """One binding ends on the day the next begins."""
    ended = nanshan.patch("/v1/bindings/acme/LAMP:0001/2026-06-01", {"valid_to": "2026-09-01"})
    assert ended.status_code == 200
    nanshan.made("/v1/bindings", {**LAMP, "device": "LAMP:0002", "valid_from": "2026-09-01"})


def nanshan_opens_a_feed_for_the_vendors_gateway(nanshan: Caller, city: RegistryUnderTest) -> str:
    """The password is told once, and the broker has the account."""
    feed = nanshan.post("/v1/feeds", {"vendor": "acme", "feed": "gw-1", "sites": ["qianhai-homes"]})
    assert feed.status_code == 201
    assert feed.json is not None
    assert feed.json["username"] == "acme.gw-1"
    assert isinstance(city.broker, MosquittoAccountsInMemory)
    assert city.broker.passwords == {"acme.gw-1": feed.json["password"]}
    return str(feed.json["password"])


def everybody_reads_what_is_his(people: People) -> None:
    def read(caller: Caller, collection: str, name: str) -> list[Any]:
        return [row[name] for row in caller.get(f"/v1/{collection}").json or []]

    assert read(people.nanshan, "pilots", "slug") == ["qianhai-homes"]
    assert read(people.futian, "pilots", "slug") == []
    assert read(people.nanshan, "devices", "device") == ["LAMP:0001", "LAMP:0002"]
    assert read(people.futian, "devices", "device") == ["HMD-7"]
    assert read(people.acme, "devices", "device") == ["HMD-7", "LAMP:0001", "LAMP:0002"]
    assert read(people.nanshan, "feeds", "feed") == ["gw-1"]
    assert read(people.futian, "feeds", "feed") == []


def the_services_learn_all_of_it_from_the_log_but_the_secrets(service: Caller, password: str) -> None:
    log = service.changes()
    assert [change["sequence"] for change in log] == list(range(1, len(log) + 1))
    assert Counter(change["entity"] for change in log) == {
        "organisation": 2,
        "key": 5,
        "pilot": 1,
        "phase": 1,
        "dwelling": 3,  # one of them handed over
        "slot": 2,
        "venue": 1,
        "zone": 1,
        "installation": 1,
        "device": 6,  # of their vendors: each was registered by the officer who bound it
        "binding": 4,  # one of them ended
        "feed": 1,
    }
    change = next(change for change in log if change["entity"] == "dwelling" and change["version"] == 2)
    assert change["id"] == "qianhai-homes/c0ffee01"
    assert change["before"] == {**DWELLINGS[0], "handed_over_on": None}
    assert change["after"] == {**DWELLINGS[0], "handed_over_on": HANDED_OVER_ON}
    assert password not in str(log)
