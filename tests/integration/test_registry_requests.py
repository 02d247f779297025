"""Bodies, queries, pages and languages: what every address has in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    Caller,
    RegistryUnderTest,
    home,
    home_and_venue,
    pilot,
    pointers,
    reason,
)


@pytest.fixture(scope="module")
def city(databases: Databases) -> RegistryUnderTest:
    return home_and_venue(databases)


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
    home(admin, "paged", dwellings=4)
    first = admin.get("/v1/slots?pilot=paged&limit=3")
    assert [row["dwelling_ref"] for row in first.json or []] == ["home-00000", "home-00001", "home-00002"]
    following = first.headers["Link"].removeprefix("<").partition(">")[0]
    last = admin.get(following)
    assert [row["dwelling_ref"] for row in last.json or []] == ["home-00003"]
    assert "Link" not in last.headers


def test_pages_come_in_the_order_of_code_points_whatever_the_language_of_the_database(admin: Caller) -> None:
    names = ["lamp", "Lamp", "lamp-2", "lamp.2", "lamp_2", "lamp2", "LAMP", "a", "B", "Z", "0"]
    admin.made("/v1/devices", *({"vendor": "acme", "device": name} for name in names))
    found: list[str] = []
    address = "/v1/devices?limit=2"
    while address:
        answer = admin.get(address)
        found += [row["device"] for row in answer.json or []]
        address = answer.headers.get("Link", "").removeprefix("<").partition(">")[0]
    assert found == sorted(names)


@pytest.mark.parametrize(
    "address", ["/v1/pilots?after=%00", "/v1/slots?pilot=gar%00den", "/v1/pilots/%00", "/v1/devices/acme/lamp%00"]
)
def test_a_query_with_a_character_that_no_text_has_is_refused(admin: Caller, address: str) -> None:
    answer = admin.get(address)
    assert (answer.status_code, reason(answer)) == (422, "invalid_request")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "colour=red", "phase=first", f"phase={10**30}"])
def test_a_query_that_means_nothing_is_refused(admin: Caller, query: str) -> None:
    assert reason(admin.get(f"/v1/dwellings?{query}")) == "invalid_request"


def test_the_eleven_districts_are_there_two_of_them_without_a_national_code(admin: Caller) -> None:
    districts = admin.get("/v1/districts").json or []
    assert len(districts) == 11
    assert [district["code"] for district in districts if district["gbt2260"] is None] == ["dapeng", "shenshan"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that are executed inside the block."""
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)


def test_a_thousand_rows_take_as_many_statements_as_one(admin: Caller) -> None:
    home(admin, "large")
    slot = {"pilot": "large", "dwelling_ref": "home-00000", "category": "OTHER"}
    with statements() as for_one:
        admin.made("/v1/slots", slot | {"code": "only"})
    with statements() as for_a_thousand:
        admin.made("/v1/slots", *(slot | {"code": f"s{number}"} for number in range(1_000)))
    assert any(statement.startswith("INSERT INTO slot") for statement in for_one)
    assert len(for_a_thousand) == len(for_one)
