"""What the registry refuses, and how it says so: every fault of every row at once, and nothing half done."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.registry_under_test import (
    OPERATOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    home,
    pilot,
    pointers,
    reason,
    registry,
    venue,
)

LAMP = {"pilot": "garden", "dwelling_ref": "home-00000", "code": "lamp", "category": "LIGHTING"}
LAMP_SLOT = "garden/home-00000/lamp"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryUnderTest]:
    """One registry for all of these: a vendor, an operator, two lamps, a home ``garden`` and a venue ``hall``."""
    made = registry(tmp_path_factory.mktemp("registry"))
    made.admin.made("/v1/organisations", VENDOR, OPERATOR)
    home(made.admin, "garden", dwellings=4)
    made.admin.made("/v1/venues", venue("hall"))
    made.admin.made("/v1/devices", *({"vendor": "acme", "device": f"lamp-{n}"} for n in range(8)))
    yield made


@pytest.fixture
def admin(city: RegistryUnderTest) -> Caller:
    return city.admin


def binding(device: str, valid_from: str, valid_to: str | None = None, slot: str = LAMP_SLOT) -> dict[str, Any]:
    return {"vendor": "acme", "device": device, "slot": slot, "valid_from": valid_from, "valid_to": valid_to}


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
    admin.made("/v1/phases", phase)
    head = len(admin.changes())

    assert admin.made("/v1/phases", phase, phase) == [phase, phase]
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
        ("bindings", binding("no-such-lamp", "2026-01-01"), "#/0/device"),
        ("bindings", binding("lamp-0", "2026-01-01", slot="garden/home-00000/door"), "#/0/slot"),
    ],
)
def test_what_is_referred_to_must_exist(admin: Caller, path: str, row: dict[str, Any], place: str) -> None:
    answer = admin.post(f"/v1/{path}", [row])
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "unknown_reference", [place])


@pytest.mark.parametrize("valid", ["91330100799655058B", "114403070075514700", " 9133-0100 799655058b "])
def test_a_uscc_that_passes_its_check_is_taken_and_put_into_its_plain_form(tmp_path: Path, valid: str) -> None:
    made = registry(tmp_path).admin.made("/v1/organisations", {**OPERATOR, "uscc": valid})
    assert made[0]["uscc"] in ("91330100799655058B", "114403070075514700")


def test_a_uscc_that_fails_its_check_is_refused_by_its_own_name(admin: Caller) -> None:
    answer = admin.post("/v1/organisations", [{**VENDOR, "slug": "wrong", "uscc": "91350100M000100Y4A"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "bad_uscc", ["#/0/uscc"])


def test_a_uscc_stands_for_one_organisation(admin: Caller) -> None:
    answer = admin.post("/v1/organisations", [{**VENDOR, "slug": "acme-again"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/0/uscc"])


def test_another_public_venue_must_be_named(admin: Caller) -> None:
    other = {**venue("library"), "venue_type": "OTHER_PUBLIC"}
    assert pointers(admin.post("/v1/venues", [other])) == ["#/0/venue_type_text"]
    admin.made("/v1/venues", {**other, "venue_type_text": "图书馆"})


def test_devices_and_feeds_belong_to_vendors(admin: Caller) -> None:
    answer = admin.post("/v1/devices", [{"vendor": "carer", "device": "d"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/0/vendor"])
    answer = admin.post("/v1/feeds", {"vendor": "carer", "feed": "f", "sites": ["garden", "nowhere"]})
    assert set(pointers(answer)) == {"#/vendor", "#/sites/1"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"weekly": {"monday": []}}, "#/0/calendars/0/weekly/monday"),
        ({"weekly": {"mon": [["9:00", "17:00"]]}}, "#/0/calendars/0/weekly/mon/0/0"),
        ({"weekly": {"mon": [["09:00", "24:30"]]}}, "#/0/calendars/0/weekly/mon/0/1"),
        ({"weekly": {"mon": [["22:00", "02:00"]]}}, "#/0/calendars/0/weekly/mon/0"),
        ({"weekly": {"mon": [["09:00", "12:00"], ["11:59", "17:00"]]}}, "#/0/calendars/0/weekly/mon/1"),
        ({"weekly": {"mon": [["09:00"]]}}, "#/0/calendars/0/weekly/mon/0"),
        ({"extra": {"2026-02-30": []}}, "#/0/calendars/0/extra/2026-02-30"),
        ({"closed": ["2026-10-01"], "extra": {"2026-10-01": [["09:00", "12:00"]]}}, "#/0/calendars/0/extra"),
        ({"valid_from": "1926-01-01"}, "#/0/calendars/0/valid_from"),
    ],
)
def test_a_calendar_must_be_well_formed(admin: Caller, change: dict[str, Any], place: str) -> None:
    calendar = {"valid_from": "2026-01-01", "weekly": {}} | change
    answer = admin.post("/v1/zones", [{"venue": "hall", "code": "z9", "name": "区", "calendars": [calendar]}])
    assert (answer.status_code, pointers(answer)) == (422, [place])


def test_calendars_follow_each_other(admin: Caller) -> None:
    calendars: list[dict[str, Any]] = [
        {"valid_from": day, "weekly": {}} for day in ("2026-01-01", "2026-03-01", "2026-03-01")
    ]
    answer = admin.post("/v1/zones", [{"venue": "hall", "code": "z9", "name": "区", "calendars": calendars}])
    assert pointers(answer) == ["#/0/calendars/2/valid_from"]


def test_a_binding_names_one_place_and_ends_after_it_begins(admin: Caller) -> None:
    both = {**binding("lamp-0", "2026-01-01"), "installation": "hall/z1/hmd"}
    neither = {"vendor": "acme", "device": "lamp-0", "valid_from": "2026-01-01"}
    empty = binding("lamp-0", "2026-01-01", "2026-01-01")
    answer = admin.post("/v1/bindings", [both, neither, empty])
    assert pointers(answer) == ["#/0", "#/1", "#/2/valid_to"]


def test_bindings_of_one_device_or_one_slot_do_not_overlap(admin: Caller) -> None:
    slots = [f"garden/home-0000{n}/lamp" for n in (1, 2, 3)]
    admin.made(
        "/v1/bindings",
        binding("lamp-1", "2026-01-01", "2026-03-01", slots[0]),
        binding("lamp-2", "2026-03-01", None, slots[0]),  # on the very day the other ends
    )

    answer = admin.post(
        "/v1/bindings",
        [
            binding("lamp-1", "2026-02-28", None, slots[1]),  # the same device, elsewhere, a day too early
            binding("lamp-3", "2026-06-01", "2026-07-01", slots[0]),  # a slot that is taken
            binding("lamp-4", "2026-01-01", None, slots[2]),  # nothing wrong with it
            binding("lamp-5", "2025-01-01", "2027-01-01", slots[2]),  # the one before it has the slot
        ],
    )

    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert pointers(answer) == ["#/0/valid_from", "#/1/valid_from", "#/3/valid_from"]


def test_an_ended_binding_cannot_be_reopened_over_its_successor(admin: Caller) -> None:
    slot = "garden/home-00003/lamp"
    admin.made("/v1/bindings", binding("lamp-6", "2026-01-01", "2026-02-01", slot))
    admin.made("/v1/bindings", binding("lamp-7", "2026-02-01", None, slot))
    answer = admin.patch("/v1/bindings/acme/lamp-6/2026-01-01", {"valid_to": None})
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/valid_to"])
    assert admin.patch("/v1/bindings/acme/lamp-6/2026-01-01", {"valid_to": "2026-01-31"}).status_code == 200


def test_only_what_may_be_amended_is_and_what_results_obeys_every_rule(admin: Caller) -> None:
    address = f"/v1/slots/{LAMP_SLOT}"
    assert pointers(admin.patch(address, {"category": "OTHER"})) == ["#/category"]
    assert pointers(admin.patch(address, {})) == ["#"]
    assert pointers(admin.patch(address, [])) == ["#"]
    assert pointers(admin.patch(address, {"retired_on": "2026-01-01"})) == ["#/retired_on"]
    assert admin.patch(address, {"installed_on": "2026-01-01", "retired_on": "2026-02-01"}).status_code == 200
    assert reason(admin.patch("/v1/slots/garden/home-00000/nothing", {"installed_on": None})) == "not_found"
    assert admin.patch("/v1/pilots/garden", {"district": "futian"}).status_code == 405


def test_a_patch_that_changes_nothing_leaves_no_row_in_the_log(admin: Caller) -> None:
    assert admin.patch("/v1/dwellings/garden/home-00001", {"handed_over_on": "2026-06-01"}).status_code == 200
    head = len(admin.changes())
    assert admin.patch("/v1/dwellings/garden/home-00001", {"handed_over_on": "2026-06-01"}).status_code == 200
    assert len(admin.changes()) == head


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"[{", "application/json", (400, "not_json")),
        (b"[" * 100_000, "application/json", (400, "not_json")),
        (b'[{"slug": "\xff"}]', "application/json", (400, "not_json")),
        (b"[NaN]", "application/json", (400, "not_json")),
        (b"[]", "application/json", (422, "invalid_request")),
        (b"{}", "application/json", (422, "invalid_request")),
        (b"null", "application/json", (422, "invalid_request")),
        (b"[" + b"0," * 1000 + b"0]", "application/json", (422, "invalid_request")),
        (b"slug,name", "text/csv", (415, "not_supported_media")),
        (b" " * (8 * 1024 * 1024 + 1), "application/json", (413, "too_large")),
    ],
)
def test_a_body_that_is_no_array_of_objects_is_a_problem(
    city: RegistryUnderTest, body: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    answer = city.app.test_client().post("/v1/pilots", data=body, content_type=content_type, headers=city.admin.headers)
    assert (answer.status_code, reason(answer)) == expected


@pytest.mark.parametrize("name", ["", " 前后空白 ", "换\n行", "零\u0000字符", "长" * 201, 7, None, ["名"]])
def test_a_name_is_text_that_can_be_printed(admin: Caller, name: Any) -> None:
    answer = admin.post("/v1/pilots", [{**pilot("odd-name"), "name": name}])
    assert (answer.status_code, pointers(answer)[0]) == (422, "#/0/name")


def test_faults_are_told_in_the_language_asked_for_and_in_chinese_otherwise(city: RegistryUnderTest) -> None:
    body = [{**pilot("x"), "district": "shanghai"}]
    chinese = city.caller("administrator").post("/v1/pilots", body)
    english = city.caller("administrator", language="en").post("/v1/pilots", body)
    assert chinese.json is not None
    assert english.json is not None
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert chinese.json["errors"][0]["detail"].startswith("应为以下之一：luohu, futian")
    assert english.headers["Content-Language"] == "en"
    assert english.json["errors"][0]["detail"].startswith("Use one of: luohu, futian")


def test_a_page_leads_to_the_next(admin: Caller) -> None:
    first = admin.get("/v1/slots?pilot=garden&limit=3")
    assert [row["dwelling_ref"] for row in first.json or []] == ["home-00000", "home-00001", "home-00002"]
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    last = admin.get(following)
    assert [row["dwelling_ref"] for row in last.json or []] == ["home-00003"]
    assert "Link" not in last.headers


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "colour=red", "phase=first", f"phase={10**30}"])
def test_a_query_that_means_nothing_is_refused(admin: Caller, query: str) -> None:
    assert reason(admin.get(f"/v1/dwellings?{query}")) == "invalid_request"


def test_the_eleven_districts_are_there_two_of_them_without_a_national_code(admin: Caller) -> None:
    districts = admin.get("/v1/districts").json or []
    assert len(districts) == 11
    assert [district["code"] for district in districts if district["gbt2260"] is None] == ["dapeng", "shenshan"]


def test_a_thousand_slots_are_registered_within_two_seconds(admin: Caller) -> None:
    slots = [
        {"pilot": "garden", "dwelling_ref": "home-00002", "code": f"s{number}", "category": "OTHER"}
        for number in range(1_000)
    ]
    began = time.monotonic()
    admin.made("/v1/slots", *slots)
    assert time.monotonic() - began < 2
