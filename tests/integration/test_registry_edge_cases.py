"""What the registry refuses, and how it says so: every fault of every row at once, and nothing half done."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    OPERATOR,
    OTHER_VENDOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    home_and_venue,
    pilot,
    pointers,
    reason,
    registry,
    venue,
)

LAMP = {"pilot": "garden", "dwelling_ref": "home-00000", "code": "lamp", "category": "LIGHTING"}


@pytest.fixture(scope="module")
def city(databases: Databases) -> RegistryUnderTest:
    return home_and_venue(databases)


def test_every_fault_of_every_row_is_told_at_once_and_none_is_registered(admin: Caller) -> None:
    rows = [
        {"pilot": "garden", "phase": 1, "dwelling_ref": "new-dwelling-1"},  # nothing wrong with it
        {"pilot": "garden", "phase": 9, "dwelling_ref": "new-dwelling-2"},
        {"pilot": "garden", "phase": 1, "dwelling_ref": "12栋301", "handed_over_on": "tomorrow", "owner": "somebody"},
        "a dwelling",
        {"pilot": "garden", "phase": "1"},
    ]
    head = len(admin.changes())

    answer = admin.post("/v1/dwellings", rows)

    assert answer.status_code == 422
    assert reason(answer) == "invalid_request"
    assert pointers(answer) == [
        "#/1/phase",
        "#/2/dwelling_ref",
        "#/2/handed_over_on",
        "#/2/owner",
        "#/3",
        "#/4/phase",
        "#/4/dwelling_ref",
    ]
    assert admin.get("/v1/dwellings/garden/new-dwelling-1").status_code == 404
    assert len(admin.changes()) == head


def test_the_same_again_changes_nothing_and_other_content_is_refused(admin: Caller) -> None:
    phase = {"pilot": "garden", "number": 2, "name": "二期"}
    (stands,) = admin.made("/v1/phases", phase)
    assert stands == phase | {"state": "PLANNED", "state_from": None, "state_reason": None}
    head = len(admin.changes())

    assert admin.made("/v1/phases", phase, phase) == [stands, stands]
    answer = admin.post("/v1/phases", [phase, {**phase, "name": "第二期"}])

    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "already_exists", ["#/1/number"])
    assert len(admin.changes()) == head


def test_two_contents_for_one_id_in_one_request_are_refused(admin: Caller) -> None:
    answer = admin.post("/v1/venues", [venue("twice"), {**venue("twice"), "name": "别名"}])
    assert (answer.status_code, pointers(answer)) == (409, ["#/1/slug"])
    assert admin.get("/v1/venues/twice").status_code == 404


def test_a_slug_is_one_site_be_it_pilot_or_venue(admin: Caller) -> None:
    answer = admin.post("/v1/venues", [venue("garden")])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "already_exists", ["#/0/slug"])
    answer = admin.post("/v1/pilots", [pilot("hall")])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "already_exists", ["#/0/slug"])


@pytest.mark.parametrize(
    ("path", "row", "place"),
    [
        ("phases", {"pilot": "nowhere", "number": 1, "name": "一期"}, "#/0/pilot"),
        ("dwellings", {"pilot": "garden", "phase": 77, "dwelling_ref": "abcdefgh"}, "#/0/phase"),
        ("slots", {**LAMP, "dwelling_ref": "no-such-home"}, "#/0/dwelling_ref"),
        ("zones", {"venue": "garden", "code": "z", "name": "区", "calendars": []}, "#/0/venue"),
        (
            "installations",
            {"venue": "hall", "zone": "z", "code": "i", "vr_device_kind": "OTHER", "presence_method": "MANUAL"},
            "#/0/zone",
        ),
        ("devices", {"vendor": "nobody", "device": "d"}, "#/0/vendor"),
    ],
)
def test_what_is_referred_to_must_exist(admin: Caller, path: str, row: dict[str, Any], place: str) -> None:
    answer = admin.post(f"/v1/{path}", [row])
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "unknown_reference", [place])


@pytest.mark.parametrize("valid", ["91330100799655058B", "114403070075514700", " 9133-0100 799655058b "])
def test_a_uscc_that_passes_its_check_is_taken_and_put_into_its_plain_form(databases: Databases, valid: str) -> None:
    made = registry(databases).admin.made("/v1/organisations", {**OPERATOR, "uscc": valid})
    assert made[0]["uscc"] in ("91330100799655058B", "114403070075514700")


def test_a_uscc_that_fails_its_check_is_refused_by_its_own_name(admin: Caller) -> None:
    answer = admin.post("/v1/organisations", [{**VENDOR, "slug": "wrong", "uscc": "91350100M000100Y4A"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "bad_uscc", ["#/0/uscc"])


def test_a_uscc_stands_for_one_organisation(admin: Caller) -> None:
    answer = admin.post("/v1/organisations", [{**VENDOR, "slug": "acme-again"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/0/uscc"])


def test_a_uscc_stands_for_one_organisation_among_those_of_a_request(admin: Caller) -> None:
    one, other = {**OTHER_VENDOR, "slug": "first"}, {**OTHER_VENDOR, "slug": "second"}
    answer = admin.post("/v1/organisations", [one, other])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/1/uscc"])


def test_another_public_venue_must_be_named(admin: Caller) -> None:
    other = {**venue("library"), "venue_type": "OTHER_PUBLIC"}
    assert pointers(admin.post("/v1/venues", [other])) == ["#/0/venue_type_text"]
    admin.made("/v1/venues", {**other, "venue_type_text": "图书馆"})


def test_devices_and_feeds_belong_to_vendors(admin: Caller) -> None:
    answer = admin.post("/v1/devices", [{"vendor": "carer", "device": "d"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/0/vendor"])
    answer = admin.post("/v1/feeds", {"vendor": "carer", "feed": "f", "sites": ["garden", "nowhere"]})
    assert set(pointers(answer)) == {"#/vendor", "#/sites/1"}


def test_only_what_may_be_amended_is_and_what_results_obeys_every_rule(admin: Caller) -> None:
    address = "/v1/slots/garden/home-00000/lamp"
    assert pointers(admin.patch(address, {"category": "OTHER"})) == ["#/category"]
    assert pointers(admin.patch(address, {})) == ["#"]
    assert pointers(admin.patch(address, [])) == ["#"]
    assert pointers(admin.patch(address, {"retired_on": "2026-01-01"})) == ["#/retired_on"]
    assert admin.patch(address, {"installed_on": "2026-01-01"}).status_code == 200
    assert reason(admin.patch(address, {"retired_on": "2026-02-01"})) == "conflicting"  # another person's to say
    assert reason(admin.patch("/v1/slots/garden/home-00000/nothing", {"installed_on": None})) == "not_found"
    assert pointers(admin.patch("/v1/pilots/garden", {"district": "futian"})) == ["#/district"]
    assert admin.patch("/v1/organisations/acme", {"name": "别名"}).status_code == 405


def test_a_patch_that_changes_nothing_leaves_no_row_in_the_log(admin: Caller) -> None:
    assert admin.patch("/v1/dwellings/garden/home-00000", {"handed_over_on": "2026-06-01"}).status_code == 200
    head = len(admin.changes())
    assert admin.patch("/v1/dwellings/garden/home-00000", {"handed_over_on": "2026-06-01"}).status_code == 200
    assert len(admin.changes()) == head
