"""Opening hours: what a zone's calendars must be like."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, RegistryUnderTest, home_and_venue, pointers


@pytest.fixture(scope="module")
def city(databases: Databases) -> RegistryUnderTest:
    return home_and_venue(databases)


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
