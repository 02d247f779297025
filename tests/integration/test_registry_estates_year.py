"""The year of an estate, through the API alone: 3,000 dwellings in two phases, by spreadsheets and by hand.

A district officer registers it, an approver and the municipal manager judge it, a vendor's devices are replaced,
tenants move, somebody finds a mistake, people leave; at last an auditor reconstructs who did what, and what was true
on any day. The chapters stand in ``estate_building``, ``estate_living`` and ``estate_audit``; what everybody entered
is kept beside the registry as plain facts (``estate``), which the auditor's chapters compare.
"""

from pathlib import Path

import pytest

from tests.integration import estate_audit, estate_building, estate_living
from tests.integration.databases import Databases
from tests.integration.estate import SITE, Year
from tests.integration.estate_living import FROM
from tests.integration.log_clock import hold_clock

STATES = {
    "2026-01-05": "DRAFT",
    "2026-01-12": "NOMINATED",
    "2026-01-20": "SELECTED",
    "2026-02-01": "SELECTED",  # the second phase is not begun
    "2026-03-01": "UNDER_CONSTRUCTION",
    "2026-06-10": "UNDER_CONSTRUCTION",  # the first is handed over, the second is not accepted
    "2026-09-05": "ACCEPTED",
    "2026-09-10": "IN_OPERATION",
}


@pytest.fixture
def year(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Year:
    clock = hold_clock(monkeypatch, "2026-01-05T09:00:00.000")
    made = Year(databases, clock, tmp_path / "documents")
    made.on("2026-01-05")
    return made


def test_an_estates_year(year: Year) -> None:
    estate_building.registered_and_selected(year)
    estate_building.designed(year)
    estate_building.equipped(year, 1, entered="2026-05-28", installed="2026-05-20", bound_from=FROM)
    estate_building.accepted(year, 1, "2026-06-01")
    estate_building.handed_over(year, 1, "2026-06-10", first=0)
    estate_building.handed_over(year, 1, "2026-06-30", first=600)
    estate_building.a_wrong_list_takes_a_second_person(year)
    estate_building.handed_over(year, 1, "2026-07-20", first=1_200)
    estate_building.a_typhoon_comes(year)
    estate_building.equipped(year, 2, entered="2026-09-02", installed="2026-08-10", bound_from="2026-08-28")
    estate_building.accepted(year, 2, "2026-09-05")
    estate_building.handed_over(year, 2, "2026-09-10", first=0)
    estate_building.handed_over(year, 2, "2026-09-30", first=600)
    estate_living.tenants_move(year)
    estate_living.devices_are_replaced(year)
    estate_living.a_mistake_is_found(year)
    estate_living.people_leave(year)
    drawn = estate_audit.audited(year)
    stories, counts = estate_audit.stories_are_told_again(year, drawn), estate_audit.months_are_counted(year)
    estate_audit.reads_are_known(year, {estate_audit.STORIES: stories, estate_audit.COUNTS: counts})
    estate_audit.the_log_holds(year)
    states = {day: year.auditor.get(f"/v1/pilots/{SITE}?as_of={day}").json for day in STATES}
    assert {day: row["state"] for day, row in states.items() if row} == STATES
