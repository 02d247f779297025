"""Who writes a feed: the administrator any; a district's officer one that serves sites of his own district only."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    VENDOR,
    Caller,
    Grown,
    RegistryUnderTest,
    home,
    pointers,
    reason,
)

GATEWAY = {"vendor": "acme", "feed": "gw", "sites": ["south-home"]}
BOTH = {"vendor": "acme", "feed": "both", "sites": ["south-home", "field-home"]}
ELSEWHERE = {"vendor": "acme", "feed": "elsewhere", "sites": ["field-home"]}


@Grown
def ready(made: RegistryUnderTest) -> None:
    """A home each in 南山区 and 福田区; a feed that serves both, and one that serves the latter."""
    made.admin.made("/v1/organisations", VENDOR)
    home(made.admin, "south-home", "nanshan")
    home(made.admin, "field-home", "futian")
    for feed in (BOTH, ELSEWHERE):
        assert made.admin.post("/v1/feeds", feed).status_code == 201


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


@pytest.fixture
def officer(city: RegistryUnderTest) -> Caller:
    return city.caller("district_officer", districts=["nanshan"])


def test_an_officer_opens_and_changes_a_feed_of_his_own_district(officer: Caller) -> None:
    assert officer.post("/v1/feeds", GATEWAY).status_code == 201
    assert officer.patch("/v1/feeds/acme/gw", {"active": False}).status_code == 200
    assert officer.post("/v1/feeds/acme/gw/password", {}).status_code == 200
    answer = officer.patch("/v1/feeds/acme/gw", {"sites": ["field-home", "south-home"]})
    assert (answer.status_code, reason(answer), pointers(answer)) == (403, "forbidden", ["#/sites/0"])


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"sites": ["south-home", "field-home"]}, ["#/sites/1"]),
        ({"sites": []}, ["#/sites"]),
        ({"vendor_cloud": True}, ["#/vendor_cloud"]),
    ],
)
def test_an_officer_opens_no_feed_that_reaches_beyond_his_district(
    officer: Caller, change: dict[str, Any], places: list[str]
) -> None:
    answer = officer.post("/v1/feeds", GATEWAY | change)
    assert (answer.status_code, reason(answer), pointers(answer)) == (403, "forbidden", places)


def test_an_officer_sees_a_feed_he_shares_but_does_not_write_it_and_sees_no_others(officer: Caller) -> None:
    assert [row["feed"] for row in officer.get("/v1/feeds").json or []] == ["both"]
    for feed, expected in (("both", (403, "forbidden")), ("elsewhere", (404, "not_found"))):
        for answer in (
            officer.patch(f"/v1/feeds/acme/{feed}", {"active": False}),
            officer.post(f"/v1/feeds/acme/{feed}/password", {}),
        ):
            assert (answer.status_code, reason(answer)) == expected


def test_a_vendor_reads_its_feeds_and_writes_none(city: RegistryUnderTest) -> None:
    vendor = city.caller("vendor", vendors=["acme"])
    assert city.admin.patch("/v1/feeds/acme/both", {"active": False}).status_code == 200
    answers = [
        vendor.patch("/v1/feeds/acme/both", {"active": True}),
        vendor.post("/v1/feeds", {**GATEWAY, "vendor_cloud": True}),
        vendor.post("/v1/feeds/acme/both/password", {}),
    ]
    assert {(answer.status_code, reason(answer)) for answer in answers} == {(403, "forbidden")}
    assert (vendor.get("/v1/feeds/acme/both").json or {})["active"] is False
