"""The year of an estate, through the API alone: 3,000 dwellings in two phases, by spreadsheets and by hand.

A district officer registers it, an approver and the municipal manager judge it, a vendor's devices are replaced,
tenants move, somebody finds a mistake; at last an auditor reconstructs who did what, and what was true on any day.
"""

from collections import Counter
from typing import Any, NamedTuple

import msgspec
import pytest

from services.registry import chain
from shared.contracts.registry import Change
from tests.integration.databases import Databases
from tests.integration.log_clock import Clock, hold_clock
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, Caller, RegistryUnderTest, pilot, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, upload

DWELLINGS = {1: 1_800, 2: 1_200}
DIGEST = "ab" * 32


class Year(NamedTuple):
    """Who takes part, and what day it is."""

    made: RegistryUnderTest
    clock: Clock
    officer: Caller
    approver: Caller
    manager: Caller
    vendor: Caller
    auditor: Caller

    def on(self, day: str) -> None:
        """Let it be nine in the morning of a day."""
        self.clock.set(f"{day}T09:00:00.000")

    def kept(self, caller: Caller, kind: str, heading: list[str], *rows: list[Any]) -> tuple[int, int]:
        """Check a file, then keep it, then send it once more; how many rows were new, and how many changed."""
        content = as_csv(heading, *rows)
        checked = counts(upload(self.made, caller, kind, content))
        kept = counts(upload(self.made, caller, kind, content, KEEP))
        again = counts(upload(self.made, caller, kind, content, KEEP))
        assert (checked[0], kept[0], checked[1:]) == ("CHECKED", "KEPT", kept[1:])
        assert again == ("KEPT", 0, len(rows), 0, 0)
        return kept[1], kept[3]


@pytest.fixture
def year(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Year:
    clock = hold_clock(monkeypatch, "2026-01-05T09:00:00.000")
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    return Year(
        made,
        clock,
        made.caller("district_officer", districts=["nanshan"]),
        made.caller("district_approver", districts=["nanshan"]),
        made.caller("programme_manager"),
        made.caller("vendor", vendors=["acme"]),
        made.caller("auditor"),
    )


def refs(phase: int) -> list[str]:
    """The pseudonyms of a phase's dwellings, as the district's page makes them: opaque, and in no order."""
    return [f"p{phase}q{number * 7919 % 10_007:05d}Zk" for number in range(DWELLINGS[phase])]


def moved(caller: Caller, path: str, state: str, reason: str | None = None) -> Any:
    answer = caller.post(f"/v1/{path}/state", {"state": state, "reason": reason})
    assert answer.status_code == 200, answer.text
    return answer.json


def registered_and_selected(year: Year) -> None:
    """January: the officer enters it, the approver sends it back once, the manager finds it in his pile."""
    year.officer.made("/v1/pilots", pilot("sea-view") | {"construction_start_date": "2026-01-04"})
    year.officer.made("/v1/phases", *({"pilot": "sea-view", "number": n, "name": f"{n} 期"} for n in DWELLINGS))
    assert year.officer.post("/v1/pilots/sea-view/state", {"state": "SUBMITTED"}).status_code == 409  # lacks its code
    year.officer.patch("/v1/pilots/sea-view", {"registration_code": "2026-440305-47-01-000001"})
    moved(year.officer, "pilots/sea-view", "SUBMITTED")
    moved(year.approver, "pilots/sea-view", "DRAFT", "名称与许可证不一致")
    year.officer.patch("/v1/pilots/sea-view", {"name": "海景花园（虚构）"})
    year.on("2026-01-12")
    moved(year.officer, "pilots/sea-view", "SUBMITTED")
    moved(year.approver, "pilots/sea-view", "DISTRICT_CONFIRMED")
    moved(year.approver, "pilots/sea-view", "NOMINATED")
    year.on("2026-01-20")
    pile = year.manager.get("/v1/pilots?state=NOMINATED").json
    assert [row["slug"] for row in pile or []] == ["sea-view"]
    assert year.manager.post("/v1/pilots/sea-view/state", {"state": "SELECTED"}).status_code == 409  # no document yet
    paper = {"pilot": "sea-view", "code": "list-1", "document_no": "示例〔2026〕1号", "title": "入选名单（虚构）"}
    year.officer.made("/v1/selections", paper | {"sha256": DIGEST, "issued_on": "2026-01-19"})
    moved(year.approver, "selections/sea-view/list-1", "VERIFIED")
    moved(year.manager, "pilots/sea-view", "SELECTED")


def built_and_handed_over(year: Year) -> None:
    """Spring to autumn: the dwellings come by spreadsheet, the phases are accepted, and handed over in batches."""
    for phase in DWELLINGS:
        rows = [["sea-view", phase, ref] for ref in refs(phase)]
        assert year.kept(year.officer, "dwellings", ["试点项目", "期", "住宅假名"], *rows) == (len(rows), 0)
    slots = [["sea-view", ref, "lamp", "照明", "是", "2026-05-20"] for phase in DWELLINGS for ref in refs(phase)]
    heading = ["试点项目", "住宅假名", "点位编号", "类别", "必配", "安装日期"]
    assert year.kept(year.officer, "slots", heading, *slots) == (3_000, 0)
    for phase, begun in ((1, "2026-02-01"), (2, "2026-03-01")):
        year.on(begun)
        moved(year.officer, f"phases/sea-view/{phase}", "UNDER_CONSTRUCTION")
    in_batches(year, 1, "2026-06-01", ["2026-06-10", "2026-06-30", "2026-07-20"])
    in_batches(year, 2, "2026-09-01", ["2026-09-10", "2026-09-30"])


def in_batches(year: Year, phase: int, accepted: str, days: list[str]) -> None:
    """A phase is accepted by another person, put into operation, and handed over on some days."""
    year.on(accepted)
    moved(year.approver, f"phases/sea-view/{phase}", "ACCEPTED")
    size = DWELLINGS[phase] // len(days)
    for batch, day in enumerate(days):
        year.on(day)
        if batch == 0:
            moved(year.officer, f"phases/sea-view/{phase}", "IN_OPERATION")
        rows = [["sea-view", ref, day] for ref in refs(phase)[batch * size : (batch + 1) * size]]
        assert year.kept(year.officer, "handover", ["试点项目", "住宅假名", "交付日期"], *rows) == (0, size)


def tenants_move(year: Year) -> None:
    """Autumn: who moved in is told by spreadsheet; one household moves out, one withdraws its consent."""
    year.on("2026-10-01")
    heading = ["试点项目", "住宅假名", "租期序号", "起租日期", "同意情况", "同意情况日期"]
    rows = [
        ["sea-view", ref, 1, "2026-10-01", "拒绝" if number % 20 == 0 else "同意", "2026-10-01"]
        for number, ref in enumerate(refs(1))
    ]
    assert year.kept(year.officer, "tenancies", heading, *rows) == (1_800, 0)
    leaver, sceptic = (f"/v1/tenancies/sea-view/{refs(1)[number]}/1" for number in (1, 2))
    year.on("2026-10-20")
    assert year.officer.patch(leaver, {"valid_to": "2026-10-21"}).status_code == 200
    next_one = {"pilot": "sea-view", "dwelling_ref": refs(1)[1], "number": 2, "valid_from": "2026-10-25"}
    year.officer.made("/v1/tenancies", next_one | {"consent": "REFUSED", "consent_from": "2026-10-25"})
    withdrawn = {"consent": "WITHDRAWN", "consent_from": "2026-10-18"}
    assert year.officer.patch(sceptic, withdrawn).status_code == 200


def a_mistake_is_found(year: Year) -> None:
    """November: forty dwellings were handed over ten days later than was told; two persons put it right."""
    year.on("2026-11-02")
    wrong = [f"sea-view/{ref}" for ref in refs(2)[:40]]
    edit = {"changes": {"handed_over_on": "2026-09-20"}, "reason": "交付清单日期有误", "effective_from": "2026-09-10"}
    refused = year.officer.patch(f"/v1/dwellings/{wrong[0]}", {"handed_over_on": "2026-09-20"})
    assert refused.status_code == 409
    year.officer.made("/v1/amendments", *({"entity": "dwelling", "of": each} | edit for each in wrong))
    pending = year.approver.get("/v1/amendments?state=PENDING&limit=1000").json or []
    assert len(pending) == 40
    year.on("2026-11-03")
    approval = {"state": "APPROVED", "reason": "与签收单核对无误"}
    told = [{"id": f"dwelling/{row['of']}/{row['number']}", "version": 1, **approval} for row in pending]
    assert year.officer.post("/v1/amendments/states", told).status_code == 403
    assert year.approver.post("/v1/amendments/states", told).status_code == 200


def reconstructed(year: Year) -> None:
    """December: who did what, and what was true on any day; the chain of the log holds."""
    year.on("2026-12-01")
    told: Any = year.auditor.get(f"/v1/histories/dwelling/sea-view/{refs(2)[0]}?on=2026-09-15").json
    names = {row["key"]: row["name"] for row in year.made.admin.get("/v1/keys").json or []}
    assert [(names[step["actor"]], step["time"][:10], step["holds_from"]) for step in told["steps"]] == [
        ("a district_officer", "2026-01-20", None),
        ("a district_officer", "2026-09-10", "2026-09-10"),
        ("a district_approver", "2026-11-03", "2026-09-10"),
    ]
    assert told["held"]["handed_over_on"] == "2026-09-20"  # as is known by now
    then: Any = year.auditor.get(f"/v1/dwellings/sea-view/{refs(2)[0]}?as_of=2026-09-15").json
    assert then["handed_over_on"] == "2026-09-10"  # as was known then
    amendment: Any = year.auditor.get(f"/v1/amendments/dwelling/sea-view/{refs(2)[0]}/1").json
    assert names[amendment["proposed_by"]] == "a district_officer"
    changes = whole_log(year.auditor)
    assert chain.verify(msgspec.convert(changes, list[Change])).sequence == len(changes) > 3 * 3_000 + 1_800
    assert Counter(change["entity"] for change in changes if change["before"] is None)["dwelling"] == 3_000


HANDED_OVER = {  # by the batches of the year, counted by hand
    "2026-06-09": 0,
    "2026-06-10": 600,
    "2026-06-30": 1_200,
    "2026-07-20": 1_800,
    "2026-09-10": 2_400,
    "2026-09-30": 3_000,
}


def whole_log(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := caller.changes(after=len(found)):
        found += page
    return found


def handed_over(caller: Caller, day: str) -> int:
    """How many dwellings stood as handed over at the end of a day."""
    found, path = 0, f"/v1/dwellings?pilot=sea-view&as_of={day}&limit=1000"
    while path:
        answer = caller.get(path)
        assert answer.status_code == 200, answer.text
        found += sum(row["handed_over_on"] is not None for row in answer.json or [])
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    return found


def test_an_estates_year(year: Year) -> None:
    registered_and_selected(year)
    built_and_handed_over(year)
    tenants_move(year)
    a_mistake_is_found(year)
    reconstructed(year)
    assert {day: handed_over(year.auditor, day) for day in HANDED_OVER} == HANDED_OVER
    states = {day: year.auditor.get(f"/v1/pilots/sea-view?as_of={day}").json for day in STATES}
    assert {day: row["state"] for day, row in states.items() if row} == STATES


STATES = {
    "2026-01-05": "DRAFT",
    "2026-01-12": "NOMINATED",
    "2026-01-20": "SELECTED",
    "2026-02-01": "SELECTED",  # the second phase is not begun
    "2026-03-01": "UNDER_CONSTRUCTION",
    "2026-06-10": "UNDER_CONSTRUCTION",  # the first is handed over, the second is not accepted
    "2026-09-01": "ACCEPTED",
    "2026-09-10": "IN_OPERATION",
}
