"""Who may call what: every operation of the OpenAPI without a token, with each wrong role, and beyond each scope."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from shared.contracts.vocabulary import ROLES
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    OTHER_VENDOR,
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

OF_DISTRICT = ("district_officer", "district_approver")
PUBLIC = {"get_token", "get_jwks", "get_pseudonym_page", "set_password", "oidc_login", "oidc_callback"}


class Operation(NamedTuple):
    method: str
    path: str
    roles: tuple[str, ...]
    name: str


@pytest.fixture(scope="module")
def city(databases: Databases) -> Iterator[RegistryUnderTest]:
    """A home each in 南山区 and 福田区, a venue in 福田区, a device and a feed of each of two vendors."""
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "south-home", "nanshan")
    home(made.admin, "field-home", "futian")
    made.admin.made("/v1/venues", venue("field-hall", "futian"))
    for vendor, site in (("acme", "south-home"), ("bolt", "field-home")):
        made.admin.made("/v1/devices", {"vendor": vendor, "device": "lamp"})
        made.admin.made(
            "/v1/bindings",
            {"vendor": vendor, "device": "lamp", "slot": f"{site}/home-00000/lamp", "valid_from": "2026-01-01"},
        )
        assert made.admin.post("/v1/feeds", {"vendor": vendor, "feed": "gw", "sites": [site]}).status_code == 201
    yield made


@pytest.fixture(scope="module")
def callers(city: RegistryUnderTest) -> dict[str, Caller]:
    """Somebody of each role; the districts' of 南山区, the vendor's of acme."""
    return {
        role: city.caller(
            role,
            districts=["nanshan"] if role in OF_DISTRICT else [],
            vendors=["acme"] if role == "vendor" else [],
        )
        for role in ROLES
    }


def operations(city: RegistryUnderTest) -> list[Operation]:
    spec: Any = city.app.test_client().get("/v1/openapi.json").json
    return [
        Operation(method, path.replace("{key}", "nothing"), tuple(one.get("x-roles", ())), one["operationId"])
        for path, item in spec["paths"].items()
        for method, one in item.items()
        if method in ("get", "post", "patch", "put", "delete")
    ]


def test_every_operation_but_the_public_ones_needs_a_token(city: RegistryUnderTest) -> None:
    client = city.app.test_client()
    answers = {operation.name: client.open(operation.path, method=operation.method) for operation in operations(city)}
    assert len(answers) > 35
    open_ones = {name for name, answer in answers.items() if answer.status_code != 401}
    assert open_ones == PUBLIC
    needing = [answer for name, answer in answers.items() if name not in PUBLIC]
    assert {reason(answer) for answer in needing} == {"no_token"}
    assert {answer.headers["WWW-Authenticate"] for answer in needing} == {"Bearer"}


def test_every_operation_refuses_every_role_it_does_not_name(
    city: RegistryUnderTest, callers: dict[str, Caller]
) -> None:
    client = city.app.test_client()
    for operation in operations(city):
        for role in set(ROLES) - set(operation.roles) if operation.name not in PUBLIC else ():
            answer = client.open(operation.path, method=operation.method, headers=callers[role].headers)
            assert (answer.status_code, reason(answer)) == (403, "forbidden"), (operation, role)


def test_every_operation_lets_every_role_in_that_it_names(city: RegistryUnderTest, callers: dict[str, Caller]) -> None:
    client = city.app.test_client()
    for operation in operations(city):
        for role in operation.roles:
            answer = client.open(operation.path, method=operation.method, headers=callers[role].headers)
            assert answer.status_code not in (401, 403), (operation, role)  # without a body: 200, 204, 404 or 415


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_token_that_is_none_is_refused(city: RegistryUnderTest, token: str) -> None:
    answer = city.app.test_client().get("/v1/pilots", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, reason(answer)) == (401, "bad_token")


def test_a_token_of_another_registry_is_refused(city: RegistryUnderTest, databases: Databases) -> None:
    stranger = registry(databases).admin
    answer = city.app.test_client().get("/v1/pilots", headers=stranger.headers)
    assert (answer.status_code, reason(answer)) == (401, "bad_token")


def test_a_district_reads_its_own_rows_and_no_others(callers: dict[str, Caller]) -> None:
    for role in OF_DISTRICT:
        caller = callers[role]
        seen = {path: caller.get(f"/v1/{path}").json or [] for path in ("pilots", "phases", "dwellings", "slots")}
        assert {row.get("pilot", row.get("slug")) for rows in seen.values() for row in rows} == {"south-home"}
        assert all(len(rows) == 1 for rows in seen.values())
        assert caller.get("/v1/venues").json == []
        assert [row["vendor"] for row in caller.get("/v1/devices").json or []] == ["acme"]
        assert [row["vendor"] for row in caller.get("/v1/bindings").json or []] == ["acme"]
        assert [row["vendor"] for row in caller.get("/v1/feeds").json or []] == ["acme"]
        for hidden in ("pilots/field-home", "slots/field-home/home-00000/lamp", "devices/bolt/lamp", "feeds/bolt/gw"):
            assert caller.get(f"/v1/{hidden}").status_code == 404


def test_a_vendor_reads_its_own_devices_and_feeds_and_no_others(callers: dict[str, Caller]) -> None:
    caller = callers["vendor"]
    assert [row["vendor"] for row in caller.get("/v1/devices").json or []] == ["acme"]
    assert [row["vendor"] for row in caller.get("/v1/feeds?vendor=bolt").json or []] == []
    assert caller.get("/v1/devices/bolt/lamp").status_code == 404


def test_an_officer_writes_in_his_own_district_only(callers: dict[str, Caller]) -> None:
    officer = callers["district_officer"]
    answer = officer.post("/v1/pilots", [pilot("his", "nanshan"), pilot("not-his", "futian")])
    assert (answer.status_code, reason(answer), pointers(answer)) == (403, "forbidden", ["#/1"])
    assert officer.get("/v1/pilots/his").status_code == 404

    answer = officer.post("/v1/phases", [{"pilot": "field-home", "number": 2, "name": "二期"}])
    assert (answer.status_code, reason(answer)) == (403, "forbidden")
    binding = {"vendor": "bolt", "device": "lamp", "slot": "field-home/home-00000/lamp", "valid_from": "2020-01-01"}
    answer = officer.post("/v1/bindings", [{**binding, "valid_to": "2020-02-01"}])
    assert (answer.status_code, reason(answer)) == (403, "forbidden")
    answer = officer.patch("/v1/dwellings/field-home/home-00000", {"handed_over_on": "2026-01-01"})
    assert (answer.status_code, reason(answer)) == (404, "not_found")


def test_a_vendor_writes_its_own_devices_only(callers: dict[str, Caller]) -> None:
    vendor = callers["vendor"]
    answer = vendor.post("/v1/devices", [{"vendor": "acme", "device": "x"}, {"vendor": "bolt", "device": "x"}])
    assert (answer.status_code, reason(answer), pointers(answer)) == (403, "forbidden", ["#/1"])


def test_of_a_row_out_of_reach_nothing_else_is_told(callers: dict[str, Caller]) -> None:
    faults = [
        (callers["vendor"].post("/v1/devices", [device]).json or {})["errors"]
        for device in (
            {"vendor": "bolt", "device": "lamp", "category": "LIGHTING"},  # exists, with other content
            {"vendor": "bolt", "device": "lamp"},
            {"vendor": "bolt", "device": "unheard-of"},
            {"vendor": "unheard-of", "device": "lamp"},
        )
    ]
    assert [[fault["pointer"] for fault in each] for each in faults] == [["#/0"]] * 4
    assert faults[0] == faults[1] == faults[2]
