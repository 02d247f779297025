"""A city registers: who takes part, a home, a museum, devices bound, feeds opened; the log tells all of it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, RegistryUnderTest, pilot, registry, venue

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


@pytest.fixture
def city(tmp_path: Path) -> RegistryUnderTest:
    return registry(tmp_path)


def test_a_city_registers_its_homes_its_museum_and_their_devices(city: RegistryUnderTest) -> None:
    # The administrator registers organisations, and gives keys to two districts, a vendor and our own services.
    city.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    nanshan = city.caller("district_officer", districts=["nanshan"])
    futian = city.caller("district_officer", districts=["futian"])
    acme = city.caller("vendor", vendors=["acme"])
    service = city.caller("service")

    # 南山区 registers a housing pilot: a phase, two dwellings known by pseudonyms, the positions the design requires.
    nanshan.made("/v1/pilots", pilot("qianhai-homes"))
    nanshan.made("/v1/phases", {"pilot": "qianhai-homes", "number": 1, "name": "一期"})
    dwellings = [{"pilot": "qianhai-homes", "phase": 1, "dwelling_ref": f"c0ffee0{n}"} for n in (1, 2)]
    nanshan.made("/v1/dwellings", *dwellings)
    slot = {"pilot": "qianhai-homes", "dwelling_ref": "c0ffee01"}
    made = nanshan.made(
        "/v1/slots",
        {**slot, "code": "lamp", "category": "LIGHTING", "installed_on": "2026-05-20"},
        {**slot, "code": "smoke", "category": "LIFE_SAFETY"},
    )
    assert made[1] == {  # what was left out is filled in
        **slot,
        "code": "smoke",
        "category": "LIFE_SAFETY",
        "required": True,
        "installed_on": None,
        "retired_on": None,
    }

    # Weeks later the first dwelling is handed over: one field changes.
    handed_over = nanshan.patch("/v1/dwellings/qianhai-homes/c0ffee01", {"handed_over_on": "2026-06-01"})
    assert handed_over.json == {**dwellings[0], "handed_over_on": "2026-06-01"}

    # 福田区 registers a museum with a VR corner that is open at lunch only from Monday to Friday.
    futian.made("/v1/venues", venue("science-museum"))
    hours = {day: [["09:00", "12:00"], ["12:00", "17:30"]] for day in WORKDAYS}
    calendar = {"valid_from": "2026-01-01", "weekly": hours, "closed": ["2026-02-17"], "extra": {}}
    futian.made("/v1/zones", {"venue": "science-museum", "code": "vr1", "name": "体验区", "calendars": [calendar]})
    installation = {"venue": "science-museum", "zone": "vr1", "code": "hmd-1", "vr_device_kind": "HMD_STANDALONE"}
    futian.made("/v1/installations", {**installation, "presence_method": "PROXIMITY_SENSOR"})

    # The vendor registers its own devices; the districts say where they are.
    acme.made(
        "/v1/devices",
        {"vendor": "acme", "device": "LAMP:0001", "category": "LIGHTING", "reporting_interval_s": 900},
        {"vendor": "acme", "device": "LAMP:0002", "category": "LIGHTING"},
        {"vendor": "acme", "device": "HMD-7"},
    )
    lamp = {"vendor": "acme", "slot": "qianhai-homes/c0ffee01/lamp"}
    nanshan.made("/v1/bindings", {**lamp, "device": "LAMP:0001", "valid_from": "2026-06-01"})
    hmd = {"vendor": "acme", "device": "HMD-7", "installation": "science-museum/vr1/hmd-1"}
    futian.made("/v1/bindings", {**hmd, "valid_from": "2026-06-01"})

    # The lamp breaks and is replaced: one binding ends on the day the next begins.
    ended = nanshan.patch("/v1/bindings/acme/LAMP:0001/2026-06-01", {"valid_to": "2026-09-01"})
    assert ended.status_code == 200
    nanshan.made("/v1/bindings", {**lamp, "device": "LAMP:0002", "valid_from": "2026-09-01"})

    # The district opens a feed for the vendor's gateway; the password is told once, and the broker has the account.
    feed = nanshan.post("/v1/feeds", {"vendor": "acme", "feed": "gw-1", "sites": ["qianhai-homes"]})
    assert feed.status_code == 201
    assert feed.json is not None
    assert feed.json["username"] == "acme.gw-1"
    assert isinstance(city.broker, MosquittoAccountsInMemory)
    assert city.broker.passwords == {"acme.gw-1": feed.json["password"]}

    # Everybody reads what is his.
    assert [row["slug"] for row in nanshan.get("/v1/pilots").json or []] == ["qianhai-homes"]
    assert futian.get("/v1/pilots").json == []
    assert [row["device"] for row in nanshan.get("/v1/devices").json or []] == ["LAMP:0001", "LAMP:0002"]
    assert [row["device"] for row in futian.get("/v1/devices").json or []] == ["HMD-7"]
    assert [row["device"] for row in acme.get("/v1/devices").json or []] == ["HMD-7", "LAMP:0001", "LAMP:0002"]
    assert [row["feed"] for row in nanshan.get("/v1/feeds").json or []] == ["gw-1"]
    assert futian.get("/v1/feeds").json == []

    # The services learn all of it from the log; the secrets are not in it.
    log = service.changes()
    assert [change["sequence"] for change in log] == list(range(1, len(log) + 1))
    assert Counter(change["entity"] for change in log) == Counter(
        organisation=2,
        key=5,
        pilot=1,
        phase=1,
        dwelling=3,
        slot=2,
        venue=1,
        zone=1,
        installation=1,
        device=3,
        binding=4,
        feed=1,
    )
    change = next(change for change in log if change["entity"] == "dwelling" and change["version"] == 2)
    assert change["before"] == {**dwellings[0], "handed_over_on": None}
    assert change["after"] == {**dwellings[0], "handed_over_on": "2026-06-01"}
    assert change["id"] == "qianhai-homes/c0ffee01"
    assert feed.json["password"] not in str(log)
