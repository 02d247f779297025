"""A request sent again under its name is done once; what was told once is not told again."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    Caller,
    RegistryUnderTest,
    lamp_with_two_feeds,
    pilot,
    pointers,
    reason,
)


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return lamp_with_two_feeds(databases)


def post(caller: Caller, path: str, body: Any, key: str) -> TestResponse:
    caller.headers["Idempotency-Key"] = key
    try:
        return caller.post(path, body)
    finally:
        del caller.headers["Idempotency-Key"]


def test_rows_are_registered_once_and_told_as_they_stand(city: RegistryUnderTest) -> None:
    first = post(city.admin, "/v1/pilots", [pilot("harbour")], "order-1")
    count = len(city.admin.changes())
    again = post(city.admin, "/v1/pilots", [pilot("harbour")], "order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert len(city.admin.changes()) == count


def test_a_name_is_of_one_request_of_one_caller(city: RegistryUnderTest) -> None:
    assert post(city.admin, "/v1/pilots", [pilot("harbour")], "order-1").status_code == 201
    other = post(city.admin, "/v1/pilots", [pilot("island")], "order-1")
    assert (other.status_code, reason(other)) == (422, "idempotency_key_reused")
    elsewhere = post(city.admin, "/v1/venues", [pilot("harbour")], "order-1")
    assert elsewhere.status_code == 422
    assert city.admin.get("/v1/pilots/island").status_code == 404
    assert post(city.caller("administrator"), "/v1/pilots", [pilot("island")], "order-1").status_code == 201


def test_what_was_refused_may_be_mended_under_the_same_name(city: RegistryUnderTest) -> None:
    assert post(city.admin, "/v1/pilots", [pilot("harbour") | {"district": "nowhere"}], "order-1").status_code == 422
    assert post(city.admin, "/v1/pilots", [pilot("harbour")], "order-1").status_code == 201


def test_a_key_is_made_once_and_its_secret_not_told_again(city: RegistryUnderTest) -> None:
    body = {"name": "an auditor", "role": "auditor"}
    assert "secret" in (post(city.admin, "/v1/keys", body, "key-1").json or {})
    count = len(city.admin.changes())
    again = post(city.admin, "/v1/keys", body, "key-1")
    assert (again.status_code, reason(again)) == (409, "done_before")
    assert "secret" not in again.text
    assert len(city.admin.changes()) == count
    assert post(city.admin, "/v1/keys", body, "key-2").status_code == 201


def test_a_feed_is_opened_once(city: RegistryUnderTest) -> None:
    feed = {"vendor": "acme", "feed": "new", "sites": ["garden"]}
    assert "password" in (post(city.admin, "/v1/feeds", feed, "feed-1").json or {})
    again = post(city.admin, "/v1/feeds", feed, "feed-1")
    assert (again.status_code, "password" in (again.json or {})) == (200, False)


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "房"])
def test_what_is_no_name_is_refused(city: RegistryUnderTest, key: str) -> None:
    answer = post(city.admin, "/v1/pilots", [pilot("harbour")], key.encode().decode("latin-1"))
    assert (answer.status_code, pointers(answer)) == (422, ["#/Idempotency-Key"])
    assert "UUID" in answer.text


ADDING = {  # something new to something that is there
    "/v1/audit-cases/{key}/entries",
    "/v1/audit-cases/{key}/samples",
    "/v1/audit-entries/{key}/replies",
}


def test_every_post_that_makes_something_takes_the_header(city: RegistryUnderTest) -> None:
    paths = city.admin.get("/v1/openapi.json").json["paths"]  # type: ignore[index]
    making = {
        path: operations["post"]
        for path, operations in paths.items()
        if "post" in operations and not path.startswith("/v1/imports/")  # the same file twice changes nothing
    }
    without = {
        path
        for path, operation in making.items()
        if ("{key}" not in path or path in ADDING)
        and "Idempotency-Key" not in {one.get("name") for one in operation.get("parameters", [])}
    }
    # A token more does no harm, the same bytes change nothing, and a code is used up at once.
    assert without == {"/v1/tokens", "/v1/documents", "/v1/passwords"}
