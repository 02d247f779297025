"""更换: a vendor reports it, the district confirms it, and only then the devices change places."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    VENDOR as ACME,
    Caller,
    Grown,
    RegistryUnderTest,
    home,
    lamp_with_two_feeds,
    pointers,
    reason,
    registry,
)

SLOT = "garden/home-00000/lamp"
SWAP = {"vendor": "acme", "device_out": "lamp", "on": "2026-06-01", "device_in": "new", "reason": "FAULT"}
KEY = "/v1/swaps/acme/lamp/2026-06-01"
CONFIRM = {"id": "acme/lamp/2026-06-01", "version": None, "state": "CONFIRMED"}


@Grown
def ready(made: RegistryUnderTest) -> None:
    """The device ``lamp`` in its slot in 南山区 since January, and a device ``new`` that is provisional."""
    lamp_with_two_feeds.do(made)
    made.admin.made("/v1/bindings", {"vendor": "acme", "device": "lamp", "slot": SLOT, "valid_from": "2026-01-01"})
    made.caller("vendor", vendors=["acme"]).made("/v1/devices", {"vendor": "acme", "device": "new"})


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def vendor(city: RegistryUnderTest) -> Caller:
    return city.caller("vendor", vendors=["acme"])


def officer(city: RegistryUnderTest, district: str = "nanshan") -> Caller:
    return city.caller("district_officer", districts=[district])


def bindings(city: RegistryUnderTest) -> list[tuple[str, str, str | None]]:
    rows = city.admin.get(f"/v1/bindings?slot={SLOT}").json or []
    return sorted((row["valid_from"], row["device"], row["valid_to"]) for row in rows)


def test_a_confirmed_replacement_ends_one_binding_and_begins_the_next(city: RegistryUnderTest) -> None:
    (reported,) = vendor(city).made("/v1/swaps", SWAP)
    told = {"reason_text": None, "place": SLOT, "state": "REPORTED", "state_from": None, "state_reason": None}
    assert reported == SWAP | told
    assert bindings(city) == [("2026-01-01", "lamp", None)]
    before = city.admin.changes()[-1]["sequence"]
    answer = officer(city).post("/v1/swaps/states", [CONFIRM])
    assert answer.status_code == 200, answer.text
    assert [row["state"] for row in answer.json or []] == ["CONFIRMED"]
    assert bindings(city) == [("2026-01-01", "lamp", "2026-06-01"), ("2026-06-01", "new", None)]
    assert city.admin.get("/v1/devices/acme/new").json["state"] == "REGISTERED"  # type: ignore[index]
    made = [(change["entity"], change["version"]) for change in city.admin.changes(before) if change["entity"] != "key"]
    assert made == [("binding", 2), ("binding", 1), ("device", 2), ("swap", 2)]


def test_the_vendor_never_confirms_and_another_district_does_not_see_it(city: RegistryUnderTest) -> None:
    acme, bolt = vendor(city), city.caller("vendor", vendors=["bolt"])
    acme.made("/v1/swaps", SWAP)
    assert reason(acme.post(f"{KEY}/state", {"state": "CONFIRMED"})) == "forbidden"
    assert reason(bolt.post("/v1/swaps", [SWAP])) == "forbidden"
    assert reason(bolt.post("/v1/swaps", [SWAP | {"device_out": "nothing"}])) == "forbidden"
    assert officer(city, "futian").post(f"{KEY}/state", {"state": "CONFIRMED"}).status_code == 404
    seen = [len(who.get("/v1/swaps").json or []) for who in (acme, bolt, officer(city), officer(city, "futian"))]
    assert seen == [1, 0, 1, 0]
    reported = officer(city).get(f"/v1/swaps?state=REPORTED&place={SLOT}").json or []
    assert [row["device_in"] for row in reported] == ["new"]
    assert officer(city).get("/v1/swaps?state=CONFIRMED").json == []
    assert bindings(city) == [("2026-01-01", "lamp", None)]


def test_who_reported_a_replacement_does_not_confirm_it(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/swaps", SWAP)
    assert reason(city.admin.post(f"{KEY}/state", {"state": "CONFIRMED"})) == "same_person"


def test_a_rejected_report_has_a_reason_is_put_right_and_reported_again(city: RegistryUnderTest) -> None:
    acme, approver = vendor(city), city.caller("district_approver", districts=["nanshan"])
    acme.made("/v1/swaps", SWAP)
    assert pointers(approver.post(f"{KEY}/state", {"state": "REJECTED"})) == ["#/reason"]
    assert approver.post(f"{KEY}/state", {"state": "REJECTED", "reason": "编号不符"}).status_code == 200
    city.admin.made("/v1/devices", {"vendor": "acme", "device": "newer"})
    assert acme.patch(KEY, {"device_in": "newer"}).status_code == 200
    assert acme.post(f"{KEY}/state", {"state": "REPORTED"}).status_code == 200
    assert approver.post(f"{KEY}/state", {"state": "CONFIRMED"}).status_code == 200
    assert bindings(city)[1][1] == "newer"
    assert reason(acme.patch(KEY, {"device_in": "new"})) == "conflicting"
    assert reason(acme.post(f"{KEY}/state", {"state": "WITHDRAWN"})) == "conflicting"


def test_a_withdrawn_report_is_reported_again(city: RegistryUnderTest) -> None:
    acme = vendor(city)
    acme.made("/v1/swaps", SWAP)
    assert acme.post(f"{KEY}/state", {"state": "WITHDRAWN"}).status_code == 200
    assert acme.patch(KEY, {"reason": "UPGRADE"}).status_code == 200
    assert reason(officer(city).post(f"{KEY}/state", {"state": "REPORTED"})) == "forbidden"
    assert acme.post(f"{KEY}/state", {"state": "REPORTED"}).status_code == 200
    assert officer(city).post(f"{KEY}/state", {"state": "CONFIRMED"}).status_code == 200
    assert [device for _, device, _ in bindings(city)] == ["lamp", "new"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"device_in": "lamp"}, "#/0/device_in"),
        ({"device_in": "nothing"}, "#/0/device_in"),
        ({"device_out": "new", "device_in": "lamp"}, "#/0/device_out"),  # it is nowhere
        ({"on": "2026-01-01"}, "#/0/device_out"),  # until that day it was nowhere
        ({"on": "2099-01-01"}, "#/0/on"),
        ({"reason": "OTHER"}, "#/0/reason_text"),
        ({"place": SLOT}, "#/0/place"),  # filled in by the registry
    ],
)
def test_what_cannot_have_been_is_refused_with_its_place(
    city: RegistryUnderTest, change: dict[str, Any], place: str
) -> None:
    assert pointers(vendor(city).post("/v1/swaps", [SWAP | change])) == [place]


def test_what_cannot_be_bound_any_more_is_told_and_nothing_of_all_is_done(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/slots", {"pilot": "garden", "dwelling_ref": "home-00000", "code": "two", "category": "OTHER"})
    other = {"vendor": "acme", "slot": "garden/home-00000/two"}
    city.admin.made("/v1/devices", *({"vendor": "acme", "device": name} for name in ("spare", "old")))
    city.admin.made("/v1/bindings", other | {"device": "old", "valid_from": "2026-01-01"})
    vendor(city).made("/v1/swaps", SWAP, SWAP | {"device_out": "old", "device_in": "spare"})
    ended = city.admin.patch("/v1/bindings/acme/old/2026-01-01", {"valid_to": "2026-05-01"})
    assert ended.status_code == 200
    city.admin.made("/v1/bindings", other | {"device": "new", "valid_from": "2026-05-01"})
    answer = officer(city).post("/v1/swaps/states", [CONFIRM, CONFIRM | {"id": "acme/old/2026-06-01"}])
    assert (reason(answer), pointers(answer)) == ("conflicting", ["#/0/device_in", "#/1/device_out"])
    assert bindings(city) == [("2026-01-01", "lamp", None)]


def test_a_device_with_an_end_is_replaced_until_that_end(city: RegistryUnderTest) -> None:
    city.admin.patch("/v1/bindings/acme/lamp/2026-01-01", {"valid_to": "2026-09-01"})
    vendor(city).made("/v1/swaps", SWAP)
    assert officer(city).post(f"{KEY}/state", {"state": "CONFIRMED"}).status_code == 200
    assert bindings(city) == [("2026-01-01", "lamp", "2026-06-01"), ("2026-06-01", "new", "2026-09-01")]


def test_hundreds_of_replacements_are_confirmed_at_once(databases: Databases) -> None:
    made = registry(databases)
    made.admin.made("/v1/organisations", ACME)
    home(made.admin, "garden", dwellings=300)
    names = [f"{number:04}" for number in range(300)]
    for word in ("old", "new"):
        made.admin.made("/v1/devices", *({"vendor": "acme", "device": f"{word}-{name}"} for name in names))
    made.admin.made(
        "/v1/bindings",
        *(
            {"vendor": "acme", "device": f"old-{name}", "slot": f"garden/home-0{name}/lamp", "valid_from": "2026-01-01"}
            for name in names
        ),
    )
    swaps = [SWAP | {"device_out": f"old-{name}", "device_in": f"new-{name}"} for name in names]
    vendor(made).made("/v1/swaps", *swaps)
    confirmed = [CONFIRM | {"id": f"acme/old-{name}/2026-06-01"} for name in names]
    assert officer(made).post("/v1/swaps/states", confirmed).status_code == 200
    devices = {row["device"] for row in made.admin.get("/v1/bindings?limit=1000").json or []}
    assert devices == {f"{word}-{name}" for word in ("old", "new") for name in names}
    assert {row["state"] for row in made.admin.get("/v1/swaps?limit=1000").json or []} == {"CONFIRMED"}
