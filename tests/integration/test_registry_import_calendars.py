"""Opening hours as a venue fills them in: each weekday as text; what a row does not say stands as it was."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import RegistryUnderTest, registry, venue
from tests.integration.spreadsheets import KEEP, KEEP_SOME, as_csv, counts, places, upload

HEADINGS = ["场所", "体验区", "生效日期", "星期一", "星期二", "闭馆日期", "特殊开放"]
FIRST = ["hall", "main", "2026-01-01", "闭馆", "09:00-12:00 13:30-17:30", "2026-02-16", "2026-10-02 10:00-16:00"]
STANDS = {
    "valid_from": "2026-01-01",
    "weekly": {"mon": [], "tue": [["09:00", "12:00"], ["13:30", "17:30"]]},
    "closed": ["2026-02-16"],
    "extra": {"2026-10-02": [["10:00", "16:00"]]},
}


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/venues", venue("hall"))
    made.admin.made("/v1/zones", {"venue": "hall", "code": "main", "name": "大厅", "calendars": []})
    assert counts(upload(made, made.admin, "calendars", as_csv(HEADINGS, FIRST), KEEP)) == ("KEPT", 0, 0, 1, 0)
    return made


def calendars(made: RegistryUnderTest) -> Any:
    return (made.admin.get("/v1/zones/hall/main").json or {})["calendars"]


def test_what_a_row_does_not_say_stands_and_what_it_says_takes_its_place(made: RegistryUnderTest) -> None:
    assert calendars(made) == [STANDS]
    second = ["hall", "main", "2026-01-01", "10:00-11:00", "", "", ""]
    assert counts(upload(made, made.admin, "calendars", as_csv(HEADINGS, second), KEEP)) == ("KEPT", 0, 0, 1, 0)
    assert calendars(made) == [STANDS | {"weekly": STANDS["weekly"] | {"mon": [["10:00", "11:00"]]}}]  # type: ignore[operator]


def test_a_later_day_begins_a_calendar_of_its_own_and_is_undone(made: RegistryUnderTest) -> None:
    later = ["hall", "main", "2027-01-01", "10:00-11:00", "", "", ""]
    answer = upload(made, made.admin, "calendars", as_csv(HEADINGS, later), KEEP)
    empty: dict[str, Any] = {"closed": [], "extra": {}}
    assert calendars(made) == [
        STANDS,
        {"valid_from": "2027-01-01", "weekly": {"mon": [["10:00", "11:00"]]}, **empty},
    ]
    key = (answer.json or {})["import"]
    assert made.admin.post(f"/v1/imports/{key}/undo", {"reason": "填错"}).status_code == 200
    assert calendars(made) == [STANDS]


def test_every_fault_is_told_at_its_column(made: RegistryUnderTest) -> None:
    content = as_csv(
        HEADINGS,
        ["hall", "main", "2027-01-01", "nine to five", "", "", ""],
        ["hall", "main", "2027-01-02", "12:00-09:00", "", "someday", "10:00-12:00"],
        ["hall", "main", "2027-01-03", "25:00-26:00", "", "2027-05-01", "2027-05-01 10:00-12:00"],
        ["hall", "nowhere", "2027-01-01", "", "", "", ""],
        ["hall", "main", "2027-01-04", "10:00-11:00", "", "", ""],
        ["hall", "main", "2027-01-04", "11:00-12:00", "", "", ""],
    )
    answer = upload(made, made.admin, "calendars", content, KEEP_SOME)
    assert counts(answer) == ("KEPT", 0, 0, 1, 5)
    assert sorted(set(places(answer))) == sorted(
        {
            (2, "星期一", "nine to five"),
            (3, "星期一", "12:00-09:00"),
            (3, "闭馆日期", "someday"),
            (3, "特殊开放", "10:00-12:00"),
            (4, "星期一", "25:00-26:00"),
            (5, "体验区", "nowhere"),
            (7, "生效日期", "2027-01-04"),
        }
    )
    told: Any = answer.json
    assert "09:00-12:00 13:30-17:30" in told["faults"][0]["detail"]


def test_a_day_that_is_closed_already_cannot_have_hours_of_its_own(made: RegistryUnderTest) -> None:
    row = ["hall", "main", "2026-01-01", "", "", "", "2026-02-16 10:00-12:00"]
    answer = upload(made, made.admin, "calendars", as_csv(HEADINGS, row), KEEP)
    assert (answer.status_code, places(answer)) == (422, [(2, "", "")])
    assert calendars(made) == [STANDS]
