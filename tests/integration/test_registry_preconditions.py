"""A change names the version it changes: nobody overwrites what he has not seen."""

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, lamp_with_two_feeds, reason

KEY = "/v1/dwellings/garden/home-00000"


@pytest.fixture(scope="module")
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


def test_the_second_of_two_who_read_the_same_version_is_told_and_reads_again(city: RegistryUnderTest) -> None:
    read = city.admin.get(KEY).headers["ETag"]
    first = city.admin.patch(KEY, {"handed_over_on": "2026-03-01"}, match=read)
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = city.admin.patch(KEY, {"handed_over_on": "2026-04-01"}, match=read)
    assert (second.status_code, reason(second)) == (412, "changed_meanwhile")
    assert city.admin.get(KEY).json["handed_over_on"] == "2026-03-01"  # type: ignore[index]
    again = city.admin.get(KEY).headers["ETag"]
    assert again == first.headers["ETag"]
    assert city.admin.patch(KEY, {"handed_over_on": "2026-04-01"}, match=again).headers["ETag"] == '"3"'


def test_one_of_several_versions_will_do_and_a_weak_or_strange_one_will_not(city: RegistryUnderTest) -> None:
    now = city.admin.get(KEY).headers["ETag"]
    for match in ('"no"', f"W/{now}", now.strip('"') + "0", ""):
        assert city.admin.patch(KEY, {"handed_over_on": "2026-05-01"}, match=match).status_code == 412
    assert city.admin.patch(KEY, {"handed_over_on": "2026-05-01"}, match=f'"no", {now}').status_code == 200
    assert city.admin.patch(KEY, {"handed_over_on": "2026-06-01"}, match="*").status_code == 200


def test_a_patch_that_changes_nothing_leaves_the_version(city: RegistryUnderTest) -> None:
    now = city.admin.get(KEY)
    same = city.admin.patch(KEY, {"handed_over_on": now.json["handed_over_on"]})  # type: ignore[index]
    assert same.headers["ETag"] == now.headers["ETag"]


def test_a_version_as_of_a_day_is_the_one_of_then(city: RegistryUnderTest) -> None:
    assert city.admin.get(f"{KEY}?as_of=2099-12-30").headers["ETag"] == city.admin.get(KEY).headers["ETag"]
    assert "ETag" not in city.admin.get(f"{KEY}?as_of=2000-01-01").headers


def test_every_change_of_something_that_is_there_takes_the_header(city: RegistryUnderTest) -> None:
    paths = city.admin.get("/v1/openapi.json").json["paths"]  # type: ignore[index]
    changing = [
        (path, method)
        for path, operations in paths.items()
        for method in ("patch", "post", "put", "delete")
        if method in operations and "{key}" in path
    ]
    unconditional = {
        (path, method)
        for path, method in changing
        if "428" not in paths[path][method]["responses"] or "412" not in paths[path][method]["responses"]
    }
    assert unconditional == {
        ("/v1/keys/{key}", "delete"),  # of a key no version is read: it is in use or not
        ("/v1/audit-cases/{key}/entries", "post"),  # these add, and change nothing that is there
        ("/v1/audit-cases/{key}/samples", "post"),
        ("/v1/audit-entries/{key}/replies", "post"),
    }
    assert len(changing) > 10


@pytest.mark.parametrize("path", ["selections/garden/doc-1/state", "outages/acme/gw/1/state", "feeds/acme/gw/password"])
def test_without_the_header_nothing_is_done(city: RegistryUnderTest, path: str) -> None:
    before = len(city.admin.changes())
    answer = city.admin.post(f"/v1/{path}", {"state": "APPROVED", "reason": "x"}, match=None)
    assert (answer.status_code, reason(answer)) == (428, "precondition_required")
    assert city.admin.patch(KEY, {"handed_over_on": None}, match=None).status_code == 428
    assert len(city.admin.changes()) == before


def test_a_stranger_is_not_told_of_versions(city: RegistryUnderTest) -> None:
    stranger = city.caller("district_officer", districts=["futian"])
    assert stranger.patch(KEY, {"handed_over_on": None}, match='"1"').status_code == 404
