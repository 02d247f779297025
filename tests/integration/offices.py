"""People of a registry under test: accounts that an administrator makes, and those who open them."""

from collections.abc import Sequence
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.registry_under_test import Caller, RegistryUnderTest

PASSWORD = "correct horse battery"
OFFICER: dict[str, Any] = {
    "login": "nanshan-desk-2",
    "post": "南山区登记岗",
    "role": "district_officer",
    "districts": ["nanshan"],
}


def invited(city: RegistryUnderTest, **account: Any) -> str:
    """Make an account; its code."""
    answer = city.admin.post("/v1/people", OFFICER | account)
    assert answer.status_code == 201, answer.text
    return code_of(answer)


def code_of(answer: TestResponse) -> str:
    """The code that an answer tells; fails unless it does."""
    assert answer.json is not None
    return str(answer.json["code"])


def set_password(city: RegistryUnderTest, login: str, code: str, password: str = PASSWORD) -> TestResponse:
    body = {"login": login, "code": code, "password": password}
    return city.app.test_client().post("/v1/passwords", json=body)


def sign_in(city: RegistryUnderTest, login: str, password: str = PASSWORD, address: str = "10.0.0.1") -> TestResponse:
    body = {"login": login, "password": password}
    return city.app.test_client().post("/v1/tokens", json=body, environ_base={"REMOTE_ADDR": address})


def person(city: RegistryUnderTest, login: str, role: str, districts: Sequence[str] = ()) -> Caller:
    """Somebody who has opened his account and signed in."""
    code = invited(city, login=login, role=role, districts=list(districts))
    assert set_password(city, login, code).status_code == 204
    answer = sign_in(city, login)
    assert answer.json is not None
    return Caller(city.app.test_client(), answer.json["access_token"])


def move(city: RegistryUnderTest, login: str, state: str) -> TestResponse:
    return city.admin.post(f"/v1/people/{login}/state", {"state": state, "reason": "试验"})
