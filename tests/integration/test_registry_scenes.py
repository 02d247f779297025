"""行业场景: apart from venues; of a district, which another person lets begin."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, home_and_venue, pointers, reason

SCENE = {
    "slug": "hall",  # a word of its own: there is a venue of that slug, in another district
    "name": "港口实训(虚构)",
    "district": "yantian",
    "scene_type": "EDUCATION_TRAINING",
    "funding_source": "SOCIAL_CAPITAL",
    "organisation": "carer",
}
KEY = "/v1/scenes/hall"


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return home_and_venue(databases)


def test_a_scene_begins_and_ends_by_another_person_and_is_then_amended_by_two(city: RegistryUnderTest) -> None:
    officer, approver = (city.caller(role, districts=["yantian"]) for role in ("district_officer", "district_approver"))
    (made,) = officer.made("/v1/scenes", SCENE)
    assert made["state"] == "PLANNED"
    assert officer.patch(KEY, {"funding_source": "MIXED"}).status_code == 200
    assert officer.post(f"{KEY}/state", {"state": "IN_OPERATION"}).status_code == 403
    assert approver.post(f"{KEY}/state", {"state": "IN_OPERATION"}).status_code == 200
    assert reason(officer.patch(KEY, {"name": "港口"})) == "conflicting"
    proposal = {"entity": "scene", "of": "hall", "changes": {"name": "港口"}, "reason": "更名"}
    (proposed,) = officer.made("/v1/amendments", proposal)
    assert proposed["district"] == "yantian"
    decision = {"state": "APPROVED", "reason": "同意"}
    elsewhere = city.caller("district_approver", districts=["futian"])  # where the venue of that slug is
    assert elsewhere.post("/v1/amendments/scene/hall/1/state", decision).status_code == 404
    assert elsewhere.get("/v1/amendments").json == []
    assert approver.post("/v1/amendments/scene/hall/1/state", decision).status_code == 200
    assert officer.get("/v1/scenes?state=IN_OPERATION").json[0]["name"] == "港口"  # type: ignore[index]
    assert approver.post(f"{KEY}/state", {"state": "CLOSED", "reason": "到期"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"scene_type": "OTHER"}, "#/0/scene_type_text"),
        ({"scene_type": "SPORT"}, "#/0/scene_type"),
        ({"organisation": "nobody"}, "#/0/organisation"),
        ({"district": "kowloon"}, "#/0/district"),
    ],
)
def test_what_is_no_scene_is_refused_with_its_place(city: RegistryUnderTest, change: Any, place: str) -> None:
    assert pointers(city.admin.post("/v1/scenes", [SCENE | change])) == [place]


def test_another_districts_scene_is_not_there(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/scenes", SCENE)
    officer = city.caller("district_officer", districts=["futian"])
    assert (officer.get("/v1/scenes").json, officer.get(KEY).status_code) == ([], 404)
    assert reason(officer.patch(KEY, {"name": "x"})) == "not_found"
    assert reason(officer.post("/v1/scenes", [SCENE | {"slug": "mine"}])) == "forbidden"
