"""The registers of the city: newly started projects, venues, visitors, closures."""

from typing import Any

import pytest

from services.registry.app import now_ms
from shared.contracts.civil_time import date_from_day, day_of
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    Grown,
    RegistryUnderTest,
    home_and_venue,
    pilot,
    pointers,
    reason,
    venue,
)

SOURCE = {"source": "名录(虚构)", "source_sha256": "ab" * 32}
PROJECT = {"code": "p-7", "name": "保障房(虚构)", "district": "nanshan", "dwellings": 1_200, "permit_on": "2026-03-01"}
PROJECT |= SOURCE
ENTRY = {
    "code": "v-1",
    "name": "科技馆(虚构)",
    "district": "futian",
    "venue_type": "SCIENCE_MUSEUM",
    "source": "名录(虚构)",
    "source_on": "2026-06-30",
}
COUNT = {"venue": "hall", "zone": "vr", "period": "2026-11-22", "method": "TICKETED", "count": 73} | SOURCE
CLOSURE = {
    "code": "typhoon-1",
    "name": "台风(虚构)",
    "kind": "TYPHOON",
    "valid_from": "2026-09-23",
    "valid_to": "2026-09-25",
} | SOURCE


@Grown
def ready(made: RegistryUnderTest) -> None:
    """A pilot ``garden`` in 南山区, a venue ``hall`` with a zone in 福田区."""
    home_and_venue.do(made)
    made.admin.made("/v1/zones", {"venue": "hall", "code": "vr", "name": "体验区", "calendars": []})


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def refused(city: RegistryUnderTest, path: str, *rows: dict[str, Any]) -> tuple[str, list[str]]:
    answer = city.admin.post(f"/v1/{path}", list(rows))
    return reason(answer), pointers(answer)


def test_a_project_has_a_day_and_its_pilot_lies_in_its_district(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/pilots", pilot("meadow", "futian"))
    assert refused(city, "started-projects", PROJECT | {"permit_on": None}) == (
        "invalid_request",
        ["#/0/started_on"],
    )
    assert refused(city, "started-projects", PROJECT | {"pilot": "meadow"}) == ("conflicting", ["#/0/pilot"])
    assert refused(city, "started-projects", PROJECT | {"pilot": "nothing"}) == ("unknown_reference", ["#/0/pilot"])
    city.admin.made("/v1/started-projects", PROJECT)
    key = "/v1/started-projects/p-7"
    assert pointers(city.admin.patch(key, {"pilot": "meadow"})) == ["#/pilot"]
    linked = city.admin.patch(key, {"pilot": "garden", "started_on": "2026-04-01", "dwellings": 1_180})
    assert linked.json == PROJECT | {"pilot": "garden", "started_on": "2026-04-01", "dwellings": 1_180}
    assert pointers(city.admin.patch(key, {"permit_on": None, "started_on": None})) == ["#/started_on"]


def test_a_venue_stands_in_the_register_once(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/venues", venue("south-hall", "nanshan"))
    assert refused(city, "venue-entries", ENTRY | {"venue": "south-hall"}) == ("conflicting", ["#/0/venue"])
    rows = [ENTRY | {"venue": "hall"}, ENTRY | {"code": "v-2", "venue": "hall"}]
    together = city.admin.post("/v1/venue-entries", rows)
    assert (reason(together), pointers(together)) == ("conflicting", ["#/1/venue"])
    city.admin.made("/v1/venue-entries", rows[0], ENTRY | {"code": "v-2"})
    assert pointers(city.admin.patch("/v1/venue-entries/v-2", {"venue": "hall"})) == ["#/venue"]
    assert city.admin.patch("/v1/venue-entries/v-1", {"source_on": "2026-09-30"}).status_code == 200
    found = city.admin.get("/v1/venue-entries?district=futian&venue_type=SCIENCE_MUSEUM").json or []
    assert [row["code"] for row in found] == ["v-1", "v-2"]


@pytest.mark.parametrize(
    ("path", "row"), [("started-projects", PROJECT), ("venue-entries", ENTRY | {"district": "nanshan"})]
)
def test_a_register_is_its_districts_to_write_and_to_read(
    city: RegistryUnderTest, path: str, row: dict[str, Any]
) -> None:
    own, other = (city.caller("district_officer", districts=[name]) for name in ("nanshan", "futian"))
    assert reason(other.post(f"/v1/{path}", [row])) == "forbidden"
    own.made(f"/v1/{path}", row)
    assert [each["code"] for each in own.get(f"/v1/{path}").json or []] == [row["code"]]
    assert other.get(f"/v1/{path}").json == []
    assert other.patch(f"/v1/{path}/{row['code']}", {"name": "另名"}).status_code == 404
    assert own.patch(f"/v1/{path}/{row['code']}", {"name": "另名"}).status_code == 200


def test_a_district_does_not_see_a_project_that_is_named_like_a_site_of_its_own(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/started-projects", PROJECT | {"code": "hall"})
    officer = city.caller("district_officer", districts=["futian"])
    assert reason(officer.patch("/v1/started-projects/hall", {"name": "另名"})) == "not_found"


@pytest.mark.parametrize("period", ["2026-11-22", "2026-11-22T00", "2026-11-22T23", "2024-02-29"])
def test_visitors_are_counted_by_day_or_hour_and_a_count_is_put_right(city: RegistryUnderTest, period: str) -> None:
    row = COUNT | {"period": period}
    city.admin.made("/v1/venue-counts", row, row | {"method": "MANUAL", "count": 0})
    again = city.admin.post("/v1/venue-counts", [row | {"count": 74}])
    assert (reason(again), pointers(again)) == ("already_exists", ["#/0/method"])
    key = f"/v1/venue-counts/hall/vr/{period}/TICKETED"
    assert city.admin.patch(key, {"count": 74}).json == row | {"count": 74}
    assert pointers(city.admin.patch(key, {"count": -1})) == ["#/count"]
    assert pointers(city.admin.patch(key, {"method": "FOOTFALL"})) == ["#/method"]
    found = city.admin.get("/v1/venue-counts?venue=hall&zone=vr&method=TICKETED").json
    assert found == [row | {"count": 74}]


@pytest.mark.parametrize("period", ["2026-11", "2026-02-29", "2026-11-31T09", "2026-11-22T24", "2026-11-22T9", ""])
def test_what_is_no_day_and_no_hour_is_refused(city: RegistryUnderTest, period: str) -> None:
    assert refused(city, "venue-counts", COUNT | {"period": period}) == ("invalid_request", ["#/0/period"])


def test_nobody_is_counted_before_the_day_or_the_hour_has_ended(city: RegistryUnderTest) -> None:
    today = str(date_from_day(day_of(now_ms())))
    for period in (today, "2099-01-01", "2099-01-01T00"):
        assert refused(city, "venue-counts", COUNT | {"period": period}) == ("invalid_request", ["#/0/period"])
    yesterday = str(date_from_day(day_of(now_ms()) - 1))
    city.admin.made("/v1/venue-counts", COUNT | {"period": yesterday})


@pytest.mark.parametrize("periods", [("2026-11-22", "2026-11-22T09"), ("2026-11-22T23", "2026-11-22")])
def test_nobody_is_counted_by_the_day_and_by_the_hour(city: RegistryUnderTest, periods: tuple[str, str]) -> None:
    first, second = ({**COUNT, "period": period} for period in periods)
    assert refused(city, "venue-counts", first, second) == ("conflicting", ["#/0/period", "#/1/period"])
    city.admin.made("/v1/venue-counts", first, first | {"period": "2026-11-21T23"}, first | {"period": "2026-11-23"})
    assert refused(city, "venue-counts", second) == ("conflicting", ["#/0/period"])
    city.admin.made("/v1/venue-counts", second | {"method": "MANUAL"})


def test_a_count_is_of_a_zone_that_exists(city: RegistryUnderTest) -> None:
    assert refused(city, "venue-counts", COUNT | {"zone": "none"}) == ("unknown_reference", ["#/0/zone"])


def test_a_closure_closes_all_districts_or_some_is_moved_and_is_cancelled(city: RegistryUnderTest) -> None:
    manager = city.caller("programme_manager")
    manager.made("/v1/closures", CLOSURE, CLOSURE | {"code": "rain-1", "kind": "RAINSTORM", "districts": ["yantian"]})
    key = "/v1/closures/typhoon-1"
    assert pointers(manager.patch(key, {"valid_to": "2026-09-23"})) == ["#/valid_to"]
    longer = manager.patch(key, {"valid_to": "2026-09-26", "cancelled": True})
    assert longer.json == CLOSURE | {"valid_to": "2026-09-26", "districts": [], "cancelled": True}
    assert pointers(manager.patch(key, {"districts": ["yantian", "yantian"]})) == ["#/districts"]
    officer = city.caller("district_officer", districts=["nanshan"])
    assert len(officer.get("/v1/closures").json or []) == 2
    assert officer.post("/v1/closures", [CLOSURE | {"code": "mine"}]).status_code == 403
    assert refused(city, "closures", CLOSURE | {"code": "x", "districts": ["kowloon"]})[1] == ["#/0/districts/0"]
