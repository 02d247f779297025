"""What was removed since is told as of a day on which it stood, in the order of ids and within its reach; not after."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.log_clock import Clock, hold_clock
from tests.integration.registry_under_test import Caller, RegistryUnderTest, home_and_venue
from tests.integration.spreadsheets import KEEP, as_csv, upload

HEADING = ["试点项目", "期", "住宅假名"]
GONE, STAYS = ["aaaa-0002", "aaaa-0004", "zzzz-0009"], ["aaaa-0001", "aaaa-0003", "home-00000"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return hold_clock(monkeypatch, "2026-03-01T09:00:00.000")


@pytest.fixture
def made(clock: Clock, databases: Databases) -> RegistryUnderTest:
    """On the 1st two dwellings more than one; on the 3rd three by a wrong file, which is undone on the 6th."""
    made = home_and_venue(databases)
    made.admin.made("/v1/dwellings", *({"pilot": "garden", "phase": 1, "dwelling_ref": ref} for ref in STAYS))
    clock.set("2026-03-03T09:00:00.000")
    content = as_csv(HEADING, *(["garden", 1, ref] for ref in GONE))
    kept: Any = upload(made, made.admin, "dwellings", content, KEEP).json
    clock.set("2026-03-06T09:00:00.000")
    assert made.admin.post(f"/v1/imports/{kept['import']}/undo", {"reason": "传错了文件"}).status_code == 200
    return made


def refs(caller: Caller, as_of: str, limit: int = 1000, phase: int = 1) -> list[str]:
    found, path = [], f"/v1/dwellings?as_of={as_of}&limit={limit}&phase={phase}"
    while path:
        answer = caller.get(path)
        assert answer.status_code == 200, answer.text
        assert len(answer.json or []) <= limit
        found += [row["dwelling_ref"] for row in answer.json or []]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    return found


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_a_page_has_them_on_the_days_they_stood(made: RegistryUnderTest, limit: int) -> None:
    days = {day: refs(made.admin, f"2026-03-{day:02}", limit) for day in (1, 2, 3, 5, 6, 9)}
    both = sorted(GONE + STAYS)
    assert days == {1: STAYS, 2: STAYS, 3: both, 5: both, 6: STAYS, 9: STAYS}
    assert refs(made.admin, "2026-03-05", phase=2) == []


def test_one_is_told_as_it_stood_and_its_history_to_the_end(made: RegistryUnderTest) -> None:
    key = f"garden/{GONE[0]}"
    statuses = [made.admin.get(f"/v1/dwellings/{key}?as_of=2026-03-0{day}").status_code for day in (2, 3, 5, 6)]
    assert statuses == [404, 200, 200, 404]
    assert made.admin.get(f"/v1/dwellings/{key}").status_code == 404
    told: Any = made.admin.get(f"/v1/histories/dwelling/{key}?on=2026-03-05").json
    assert [step["version"] for step in told["steps"]] == [1, 2]
    assert {change["after"] for change in told["steps"][1]["changes"]} == {None}
    assert told["held"] is None


def test_nobody_else_is_told(made: RegistryUnderTest) -> None:
    stranger = made.caller("district_officer", districts=["futian"])
    own = made.caller("district_officer", districts=["nanshan"])
    assert refs(stranger, "2026-03-05") == []
    assert refs(own, "2026-03-05") == sorted(GONE + STAYS)
    for address in (f"/v1/dwellings/garden/{GONE[0]}?as_of=2026-03-05", f"/v1/histories/dwelling/garden/{GONE[0]}"):
        assert (stranger.get(address).status_code, own.get(address).status_code) == (404, 200)


def test_what_came_again_is_told_once(made: RegistryUnderTest, clock: Clock) -> None:
    clock.set("2026-03-08T09:00:00.000")
    made.admin.made("/v1/dwellings", {"pilot": "garden", "phase": 1, "dwelling_ref": GONE[0]})
    assert refs(made.admin, "2026-03-05") == sorted(GONE + STAYS)
    assert refs(made.admin, "2026-03-07") == STAYS
    assert refs(made.admin, "2026-03-08") == sorted([GONE[0], *STAYS])
