"""上报间隔: how often a device reports, from a day on; never rarer than its category's cap (policy, section 7.2)."""

from typing import Any

import pytest

from services.registry.app import now_ms
from shared.contracts.civil_time import date_from_day, day_of
from tests.integration.databases import Databases
from tests.integration.registry_under_test import Grown, RegistryUnderTest, lamp_with_two_feeds, pointers, reason

PATH = "/v1/reporting-intervals"
INTERVAL: dict[str, Any] = {"vendor": "acme", "device": "leak", "valid_from": "2099-01-01", "interval_s": 3_600}
CAPS = {"lights": ("LIGHTING", 900), "lock": ("ACCESS_LOCK", 14_400), "leak": ("LIFE_SAFETY", 86_400)}


@Grown
def ready(made: RegistryUnderTest) -> None:
    lamp_with_two_feeds.do(made)
    devices = [{"vendor": "acme", "device": name, "category": category} for name, (category, _) in CAPS.items()]
    made.admin.made("/v1/devices", *devices)


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


def test_a_vendor_says_how_often_its_device_reports_from_a_day_on(city: RegistryUnderTest) -> None:
    acme, bolt = (city.caller("vendor", vendors=[name]) for name in ("acme", "bolt"))
    today = str(date_from_day(day_of(now_ms())))
    first, second = INTERVAL | {"valid_from": today}, INTERVAL | {"interval_s": 60}
    assert acme.made(PATH, first, second) == [first | {"reason": None}, second | {"reason": None}]
    assert reason(acme.post(PATH, [INTERVAL])) == "already_exists"
    assert reason(bolt.post(PATH, [INTERVAL | {"valid_from": "2099-02-01"}])) == "forbidden"
    assert [row["interval_s"] for row in acme.get(f"{PATH}?device=leak").json or []] == [3_600, 60]
    assert bolt.get(PATH).json == []
    assert city.admin.get("/v1/devices/acme/leak").json["reporting_interval_s"] is None  # type: ignore[index]


@pytest.mark.parametrize("device", CAPS)
def test_a_device_reports_no_rarer_than_its_category_allows(city: RegistryUnderTest, device: str) -> None:
    most = CAPS[device][1]
    answer = city.admin.post(PATH, [INTERVAL | {"device": device, "interval_s": most + 1}])
    assert pointers(answer) == ["#/0/interval_s"]
    city.admin.made(PATH, INTERVAL | {"device": device, "interval_s": most})


def test_only_an_administrator_dates_it_back_and_says_why(city: RegistryUnderTest) -> None:
    yesterday = INTERVAL | {"valid_from": str(date_from_day(day_of(now_ms()) - 1))}
    acme = city.caller("vendor", vendors=["acme"])
    back = acme.post(PATH, [yesterday | {"reason": "漏报"}])
    assert (back.status_code, pointers(back)) == (422, ["#/0/valid_from"])
    unsaid = city.admin.post(PATH, [yesterday])
    assert (unsaid.status_code, pointers(unsaid)) == (422, ["#/0/reason"])
    city.admin.made(PATH, yesterday | {"reason": "漏报"})


@pytest.mark.parametrize("seconds", [0, 86_401, "900", 1.5])
def test_an_interval_is_whole_seconds_up_to_a_day(city: RegistryUnderTest, seconds: Any) -> None:
    assert pointers(city.admin.post(PATH, [INTERVAL | {"interval_s": seconds}])) == ["#/0/interval_s"]


def test_it_is_of_a_device_that_is_registered(city: RegistryUnderTest) -> None:
    assert reason(city.admin.post(PATH, [INTERVAL | {"device": "nothing"}])) == "unknown_reference"
