"""Who lives where, and through which feed a device speaks: one at a time."""

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, lamp_with_two_feeds, pointers, reason

TENANCY = {
    "pilot": "garden",
    "dwelling_ref": "home-00000",
    "number": 1,
    "valid_from": "2026-01-01",
    "consent": "GIVEN",
    "consent_from": "2026-01-01",
}


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


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


def test_of_tenancies_registered_together_no_two_overlap_in_a_dwelling(city: RegistryUnderTest) -> None:
    later = TENANCY | {"number": 2, "valid_from": "2026-06-01", "consent_from": "2026-06-01"}
    refused = city.admin.post("/v1/tenancies", [TENANCY | {"valid_to": "2026-06-02"}, later])
    assert (refused.status_code, pointers(refused)) == (409, ["#/1/valid_from"])
    city.admin.made("/v1/tenancies", TENANCY | {"valid_to": "2026-06-01"}, later)


def test_tenancies_of_two_dwellings_may_overlap(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/dwellings", {"pilot": "garden", "phase": 1, "dwelling_ref": "home-00001"})
    city.admin.made("/v1/tenancies", TENANCY, TENANCY | {"dwelling_ref": "home-00001"})


def test_consent_is_not_given_backwards(city: RegistryUnderTest) -> None:
    key = "/v1/tenancies/garden/home-00000/1"
    city.admin.made("/v1/tenancies", TENANCY | {"consent": "REFUSED", "consent_from": "2026-02-01"})
    for since in ("2026-01-01", "2026-02-01"):
        backwards = city.admin.patch(key, {"consent": "GIVEN", "consent_from": since})
        assert (reason(backwards), pointers(backwards)) == ("conflicting", ["#/consent_from"])
    assert city.admin.get(key).json["consent"] == "REFUSED"  # type: ignore[index]
    given = city.admin.patch(key, {"consent": "GIVEN", "consent_from": "2026-03-01"})
    assert (given.status_code, given.json["consent"]) == (200, "GIVEN")  # type: ignore[index]
    assert reason(city.admin.patch(key, {"consent_from": "2026-02-02"})) == "conflicting"
    withdrawn = city.admin.patch(key, {"consent": "WITHDRAWN", "consent_from": "2026-04-01"})
    assert withdrawn.json["given_from"] == "2026-03-01"  # type: ignore[index]  # January and February stay without it
    sooner = city.admin.patch(key, {"given_from": "2026-02-01"})
    assert (reason(sooner), pointers(sooner)) == ("conflicting", ["#/consent_from"])
    never = city.admin.patch(key, {"given_from": "2026-04-01"})
    assert (reason(never), pointers(never)) == ("invalid_request", ["#/given_from"])
    assert city.admin.patch(key, {"valid_to": "2026-05-01"}).status_code == 200
    following = {"number": 2, "valid_from": "2026-05-01", "consent": "REFUSED", "consent_from": "2026-05-01"}
    city.admin.made("/v1/tenancies", TENANCY | following)


def test_a_word_that_is_moved_back_first_gives_no_consent_backwards(city: RegistryUnderTest) -> None:
    key = "/v1/tenancies/garden/home-00000/1"
    city.admin.made("/v1/tenancies", TENANCY | {"consent_from": "2026-02-01"})
    assert city.admin.patch(key, {"consent": "REFUSED", "consent_from": "2026-01-01"}).status_code == 200
    assert reason(city.admin.patch(key, {"consent": "GIVEN", "consent_from": "2026-01-02"})) == "conflicting"
    assert city.admin.patch(key, {"consent": "GIVEN", "consent_from": "2026-02-02"}).status_code == 200


def test_another_word_of_a_household_has_its_day(city: RegistryUnderTest) -> None:
    key = "/v1/tenancies/garden/home-00000/1"
    city.admin.made("/v1/tenancies", TENANCY)
    undated = city.admin.patch(key, {"consent": "WITHDRAWN"})
    assert (undated.status_code, pointers(undated)) == (422, ["#/consent_from"])


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
