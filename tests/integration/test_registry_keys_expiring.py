"""Keys of machines expire: refused after their last day, told of before it."""

import logging
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.registry import app
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pointers, reason, registry

SHENZHEN = ZoneInfo("Asia/Shanghai")


class Clock:
    """The registry's clock: the real one, until a test says which day it is."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def end_of(self, day: date) -> None:
        self.at = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHENZHEN)

    def __call__(self) -> int:
        return round((self.at or datetime.now(SHENZHEN)).timestamp() * 1000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(app, "now_ms", made)
    return made


@pytest.fixture
def city(clock: Clock, databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR)
    return made


def today() -> date:
    return datetime.now(SHENZHEN).date()


def new_key(city: RegistryUnderTest, **body: Any) -> dict[str, str]:
    answer = city.admin.post("/v1/keys", {"name": "某机", "role": "service"} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json or {}
    return made


def token(city: RegistryUnderTest, key: dict[str, str]) -> Any:
    return city.app.test_client().post("/v1/tokens", json=key)


def last_days(city: RegistryUnderTest, query: str = "") -> dict[str, str | None]:
    return {row["key"]: row["expires_on"] for row in city.admin.get(f"/v1/keys{query}").json or []}


def test_a_machines_key_lasts_a_year_if_nothing_is_said_and_other_keys_have_no_end(city: RegistryUnderTest) -> None:
    year = str(today() + timedelta(365))
    machines = [new_key(city), new_key(city, role="vendor", vendors=["acme"])]
    auditor = new_key(city, role="auditor")
    listed = last_days(city)
    assert [listed[key["key"]] for key in (*machines, auditor)] == [year, year, None]


def test_a_key_gets_tokens_through_its_last_day_and_none_after_it(city: RegistryUnderTest, clock: Clock) -> None:
    last = today() + timedelta(20)
    key = new_key(city, expires_on=str(last))
    clock.end_of(last)
    assert token(city, key).status_code == 200
    clock.end_of(last + timedelta(1))
    assert (token(city, key).status_code, reason(token(city, key))) == (401, "bad_credentials")


@pytest.mark.parametrize(("days", "status"), [(-1, 422), (0, 201), (400, 201), (401, 422)])
def test_a_last_day_is_not_past_and_at_most_400_days_ahead(city: RegistryUnderTest, days: int, status: int) -> None:
    body = {"name": "某机", "role": "auditor", "expires_on": str(today() + timedelta(days))}
    answer = city.admin.post("/v1/keys", body)
    assert answer.status_code == status
    assert status == 201 or pointers(answer) == ["#/expires_on"]


def test_those_that_expire_soon_can_be_listed(city: RegistryUnderTest) -> None:
    near, later = (new_key(city, expires_on=str(today() + timedelta(days)))["key"] for days in (30, 31))
    revoked = new_key(city, expires_on=str(today()))["key"]
    assert city.admin.delete(f"/v1/keys/{revoked}").status_code == 204
    assert list(last_days(city, "?expiring_within=30")) == [near]
    assert {near, later} <= last_days(city).keys()
    assert city.admin.get("/v1/keys?expiring_within=-1").status_code == 422


@pytest.mark.parametrize(("days", "warnings"), [(30, 1), (31, 0)])
def test_a_token_in_a_keys_last_thirty_days_is_a_warning_in_the_log(
    city: RegistryUnderTest, caplog: pytest.LogCaptureFixture, days: int, warnings: int
) -> None:
    key = new_key(city, expires_on=str(today() + timedelta(days)))
    with caplog.at_level(logging.WARNING):
        assert token(city, key).status_code == 200
    told = [record for record in caplog.records if getattr(record, "key", None) == key["key"]]
    assert len(told) == warnings
    assert key["secret"] not in caplog.text
