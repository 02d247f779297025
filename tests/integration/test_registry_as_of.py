"""What stood in the registry on any day, of every collection."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.log_clock import Clock, hold_clock
from tests.integration.registry_under_test import Caller, RegistryUnderTest, pointers, registry

PILOT = {
    "slug": "garden",
    "name": "花园(虚构)",
    "district": "nanshan",
    "housing_type": "PUBLIC_RENTAL",
    "funding_source": "GOV_INVESTED",
}
DWELLING = {"pilot": "garden", "phase": 1, "dwelling_ref": "home-00000"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return hold_clock(monkeypatch, "2026-03-01T09:00:00.000")


@pytest.fixture
def city(clock: Clock, databases: Databases) -> RegistryUnderTest:
    return registry(databases)


def handed_over(caller: Caller, as_of: str) -> Any:
    answer = caller.get(f"/v1/dwellings/garden/home-00000?as_of={as_of}")
    return answer.json["handed_over_on"] if answer.status_code == 200 else answer.status_code  # type: ignore[index]


def test_a_day_has_all_that_was_said_until_its_last_millisecond(city: RegistryUnderTest, clock: Clock) -> None:
    city.admin.made("/v1/pilots", PILOT)
    city.admin.made("/v1/phases", {"pilot": "garden", "number": 1, "name": "一期"})
    clock.set("2026-03-02T23:59:59.999")
    city.admin.made("/v1/dwellings", DWELLING)
    clock.set("2026-03-04T00:00:00.000")
    key = "/v1/dwellings/garden/home-00000"
    assert city.admin.patch(key, {"handed_over_on": "2026-03-01"}).status_code == 200
    clock.set("2026-03-05T08:00:00.000")
    assert city.admin.patch(key, {"handed_over_on": "2026-03-03"}).status_code == 200

    days = {day: handed_over(city.admin, f"2026-03-0{day}") for day in range(1, 7)}
    assert days == {1: 404, 2: None, 3: None, 4: "2026-03-01", 5: "2026-03-03", 6: "2026-03-03"}
    assert city.admin.get(key).json["handed_over_on"] == "2026-03-03"  # type: ignore[index]


def test_a_page_has_who_was_there_in_the_order_of_ids_and_leads_on(city: RegistryUnderTest, clock: Clock) -> None:
    slugs = ["delta", "alpha", "echo", "bravo", "charlie"]
    for day, slug in enumerate(slugs, 1):
        clock.set(f"2026-03-0{day}T12:00:00.000")
        city.admin.made("/v1/pilots", PILOT | {"slug": slug})

    def listed(as_of: str) -> list[str]:
        found, path = [], f"/v1/pilots?as_of={as_of}&limit=2&district=nanshan"
        while path:
            answer = city.admin.get(path)
            assert answer.status_code == 200
            found += [row["slug"] for row in answer.json or []]
            path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
        return found

    for day in range(7):
        assert listed(f"2026-03-0{day}" if day else "2026-02-28") == sorted(slugs[:day])


def test_every_collection_is_read_as_of_a_day_and_within_the_same_reach(city: RegistryUnderTest, clock: Clock) -> None:
    city.admin.made("/v1/pilots", PILOT, PILOT | {"slug": "harbour", "district": "futian"})
    officer = city.caller("district_officer", districts=["futian"])
    assert [row["slug"] for row in officer.get("/v1/pilots?as_of=2026-03-01").json or []] == ["harbour"]
    assert officer.get("/v1/pilots/garden?as_of=2026-03-01").status_code == 404
    paths = city.admin.get("/v1/openapi.json").json["paths"]  # type: ignore[index]
    read = {path: operations["get"].get("parameters", []) for path, operations in paths.items() if "get" in operations}
    read = {path: asked for path, asked in read.items() if not path.endswith("/template")}
    undated = {path for path, asked in read.items() if "as_of" not in {one.get("name") for one in asked}}
    assert undated == {
        "/.well-known/jwks.json",
        "/v1/accesses",
        "/v1/audit-entries/{key}/text",
        "/v1/changes",
        "/v1/districts",
        "/v1/documents/{key}/content",
        "/v1/documents/{key}/relied-on-by",
        "/v1/histories/{entity}/{key}",
        "/v1/imports/jobs/{key}",
        "/v1/keys",
        "/v1/oidc/callback",
        "/v1/oidc/login",
        "/v1/pseudonym-page",
    }


@pytest.mark.parametrize("day", ["2026-03-01T00:00:00", "1.3.2026", "", "2026-02-30", "1999-12-31"])
def test_what_is_no_day_is_refused(city: RegistryUnderTest, day: str) -> None:
    for path in ("/v1/pilots", "/v1/pilots/garden"):
        answer = city.admin.get(f"{path}?as_of={day}")
        assert (answer.status_code, pointers(answer)) == (422, ["#/as_of"])
        assert "Complaint" not in answer.text


def test_a_page_by_state_has_those_that_were_in_it_that_day(city: RegistryUnderTest, clock: Clock) -> None:
    city.admin.made(
        "/v1/pilots", *(PILOT | {"slug": slug, "registration_code": slug} for slug in ("garden", "harbour"))
    )
    city.admin.made("/v1/phases", {"pilot": "garden", "number": 1, "name": "一期"})
    clock.set("2026-03-05T09:00:00.000")
    assert city.admin.post("/v1/pilots/garden/state", {"state": "SUBMITTED"}).status_code == 200

    def listed(state: str, as_of: str = "") -> list[str]:
        answer = city.admin.get(f"/v1/pilots?state={state}" + (f"&as_of={as_of}" if as_of else ""))
        assert answer.status_code == 200, answer.text
        return [row["slug"] for row in answer.json or []]

    assert (listed("DRAFT"), listed("SUBMITTED")) == (["harbour"], ["garden"])
    assert (listed("DRAFT", "2026-03-04"), listed("SUBMITTED", "2026-03-04")) == (["garden", "harbour"], [])
    assert (listed("DRAFT", "2026-03-05"), listed("SUBMITTED", "2026-03-05")) == (["harbour"], ["garden"])
