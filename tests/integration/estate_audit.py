"""The end of an estate's year: an auditor's case, and what is reconstructed of who did what, and what was true when."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from services.registry import chain
from services.registry.entities import COLLECTIONS
from shared.contracts.registry import Change
from tests.integration.estate import SITE, Row, Year, device, listed, moved
from tests.integration.estate_building import BY_MISTAKE, LEAVER, MISTAKEN, SCEPTIC, SWAPPED
from tests.integration.estate_living import refused
from tests.integration.registry_under_test import Caller

CASE = f"/v1/audit-cases/{SITE}-2026"
FIELDWORK, STORIES, COUNTS = "现场核查抽样", "逐日还原", "月末核数"
PATHS = {str(each.entity): each.path for each in COLLECTIONS}
LEAD = "举报称三号楼的设备从未通电"


def audited(year: Year) -> list[str]:
    """December: a case with a legal hold, a sample, what was seen, a lead, a finding and its reply; a second auditor.

    :returns: the slots that were drawn
    """
    year.on("2026-12-01")
    spare = year.document(year.successor, "a spare list", site=SITE, document_kind="HANDOVER_LIST")
    case = {"code": f"{SITE}-2026", "title": "专项审计（虚构）", "sites": [SITE], "legal_hold": True}
    year.auditor.made("/v1/audit-cases", case | {"period_from": "2026-01-01", "period_to": "2027-01-01"})
    moved(year.auditor, CASE.removeprefix("/v1/"), "FIELDWORK")
    refused(year.successor, f"/v1/documents/{spare}/state", "REMOVED", "conflicting")
    drawn = sampled(year)
    for slot in drawn:
        seen = {"result": "MATCHES", "device_seen": True, "serial_matches": True}
        recorded(year.auditor, kind="FIELD_RESULT", text="在位", about_entity="slot", about_id=slot, check=seen)
    lead = recorded(year.auditor, kind="LEAD", text=LEAD, confidential=True)
    path = f"/v1/audit-entries/{SITE}-2026/{lead['number']}/text"
    assert (year.auditor.get(path).json or {})["text"] == LEAD
    assert [who.get(path).status_code for who in (year.second_auditor, year.manager, year.officer)] == [403] * 3
    finding = recorded(year.auditor, kind="FINDING", text="四十套交付日期有误", district="nanshan")
    year.on("2026-12-10")
    reply = f"/v1/audit-entries/{SITE}-2026/{finding['number']}/replies"
    recorded(year.successor, reply, text="已更正，见修改申请")
    recorded(year.auditor, kind="OUTCOME", text="予以采信")
    entries = listed(year.auditor, f"/v1/audit-entries?audit_case={SITE}-2026")
    told = [row["kind"] for row in sorted(entries, key=lambda row: int(row["number"]))]
    assert told == ["SAMPLE", *["FIELD_RESULT"] * len(drawn), "LEAD", "FINDING", "REPLY", "OUTCOME"]
    moved(year.auditor, CASE.removeprefix("/v1/"), "REPORTED")
    refused(year.auditor, f"{CASE}/state", "CLOSED", "same_person")
    moved(year.second_auditor, CASE.removeprefix("/v1/"), "CLOSED")
    moved(year.successor, f"documents/{spare}", "REMOVED", "误传")  # the hold has ended with the case
    return drawn


def sampled(year: Year) -> list[str]:
    """Sixteen slots by a seed: fifteen lamps and a curtain (3,000 : 200), which anybody draws again by hand."""
    draw = {"seed": "2026-12", "size": 16, "stratify_by": ["category"]}
    entry = recorded(year.auditor, f"{CASE}/samples", **draw)
    by_hand = []
    for code, how_many in (("lamp", 15), ("curtain", 1)):
        places = [key for key in year.facts.keys("slot") if key.endswith(code)]
        by_hand += sorted(places, key=lambda key: hashlib.sha256(f"2026-12{key}".encode()).hexdigest())[:how_many]
    drawn: list[str] = entry["sample"]["drawn"]
    assert sorted(drawn) == sorted(by_hand)
    return drawn


def recorded(caller: Caller, path: str = f"{CASE}/entries", **body: Any) -> Row:
    answer = caller.post(path, body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def stories_are_told_again(year: Year, drawn: list[str]) -> int:
    """Of dwellings that were drawn, and of those with a story, everything: who, when, and what was true on each day.

    :returns: how many reads that took
    """
    year.on("2027-01-04")
    told = [BY_MISTAKE[3], MISTAKEN[0], SWAPPED[7], LEAVER, SCEPTIC]
    homes = {f"{SITE}/{ref}" for ref in told} | {slot.rpartition("/")[0] for slot in drawn[:5]}
    lamps = {f"acme/{device(SWAPPED[7], 'lamp', generation)}" for generation in (1, 2)}
    return sum(
        story_is_told_again(year, entity, key)
        for entity in ("dwelling", "slot", "tenancy", "binding")
        for key in year.facts.keys(entity)
        if "/".join(key.split("/")[:2]) in homes | lamps
    )


def story_is_told_again(year: Year, entity: str, key: str) -> int:
    """Every step of one thing; and what stood, and what held, on each day of the year on which that changed, and the
    day before: between them nothing was entered, and nothing began to hold.

    :returns: how many reads that took
    """
    facts = year.facts.of(entity, key)
    history = f"/v1/histories/{entity}/{key}"
    steps: Any = (asked(year, history) or {})["steps"]
    assert [(step["actor"], day_of(step["time"]), step["holds_from"]) for step in steps] == [
        (fact.actor, fact.entered, fact.holds_from if number else None) for number, fact in enumerate(facts)
    ]
    assert [{change["field"]: change["after"] for change in step["changes"]} for step in steps[1:]] == [
        fact.fields for fact in facts[1:]
    ]
    days = {each for day in year.facts.days(entity, key) for each in (day_before(day), day)}
    for day in days:
        stood = asked(year, f"/v1/{PATHS[entity]}/{key}", as_of=day)
        assert stood == year.facts.as_of(entity, key, day), (key, day)
        held = asked(year, history, on=day)
        assert (held or {})["held"] == year.facts.held_on(entity, key, day), (key, day)
    return 1 + 2 * len(days)


def asked(year: Year, path: str, **query: str) -> Row | None:
    """What the auditor reads; None if there is nothing."""
    answer = year.auditor.get(f"{path}?{urlencode({**query, 'purpose': STORIES})}")
    assert answer.status_code in (200, 404), answer.text
    return dict(answer.json or {}) if answer.status_code == 200 else None


def day_before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))


def day_of(moment: str) -> str:
    """The civil day in Shenzhen of a moment in UTC; everything was done at nine in the morning, so it is the same."""
    assert moment[10:] == "T01:00:00.000Z", moment
    return moment[:10]


MONTH_ENDS = [day_before(f"2026-{month:02}-01") for month in range(2, 13)] + ["2026-12-31"]
IN_PLACE: dict[str, Callable[[Row, str], bool]] = {
    "dwelling": lambda row, day: (row["handed_over_on"] or "9") <= day,
    "slot": lambda row, day: (row["installed_on"] or "9") <= day < (row["retired_on"] or "9"),
    "binding": lambda row, day: row["valid_from"] <= day < (row["valid_to"] or "9"),
}
# Dwellings handed over, slots installed, devices in place, by hand from the chapters: as was known at the end of a
# month, and as is known now. 40 handovers moved from September to October; the second phase's devices were told late.
BY_THEN = [(0, 0, 0)] * 4 + [(0, 2_000, 2_000), (1_200, 2_000, 2_000), (1_800, 2_000, 2_000), (1_800, 2_000, 2_000)]
BY_THEN += [(3_000, 3_200, 3_200)] * 4
BY_NOW = [*BY_THEN[:7], (1_800, 3_200, 3_200), (2_960, 3_200, 3_200), *BY_THEN[9:]]


def months_are_counted(year: Year) -> int:
    """What stood at the end of each month, as was known then and as is known now; by the facts, and by hand.

    :returns: how many reads that took
    """
    now, reads = everything(year)
    for day, by_then, by_now in zip(MONTH_ENDS, BY_THEN, BY_NOW, strict=True):
        then, more = everything(year, day)
        assert (counted(then, day), counted(now, day)) == (by_then, by_now), day
        reads += more
    return reads


def everything(year: Year, day: str = "") -> tuple[dict[str, list[Row]], int]:
    """All dwellings, slots and bindings as of a day, or now, just as the facts are; and how many reads that took."""
    asked_for = urlencode({"limit": 1_000, "purpose": COUNTS} | ({"as_of": day} if day else {}))
    found = {entity: listed(year.auditor, f"/v1/{PATHS[entity]}?{asked_for}") for entity in IN_PLACE}
    for entity, rows in found.items():
        known = (year.facts.as_of(entity, key, day or year.today) for key in year.facts.keys(entity))
        assert rows == [row for row in known if row is not None], (entity, day)
    return found, sum(max(1, math.ceil(len(rows) / 1_000)) for rows in found.values())


def counted(rows: dict[str, list[Row]], day: str) -> tuple[int, ...]:
    return tuple(sum(IN_PLACE[entity](row, day) for row in each) for entity, each in rows.items())


def reads_are_known(year: Year, reads: dict[str, int]) -> None:
    """Every read of single homes stands in the access log, with its purpose; without one nothing is told."""
    log = listed(year.second_auditor, "/v1/accesses?actor=person:audit-desk-1&limit=1000")
    purposes = Counter(row["purpose"] for row in log)
    assert {purpose: purposes[purpose] for purpose in reads} == reads
    assert {row["role"] for row in log} == {"auditor"}
    told = {site for row in log for site in row["sites"]}
    assert told == {SITE}
    assert year.auditor.get(f"/v1/dwellings/{SITE}/{LEAVER}", purpose=None).status_code == 422


def the_log_holds(year: Year) -> None:
    """The chain verifies, and every change has an actor who is one of the people or keys; each did what is his."""
    changes: list[Row] = []
    while page := year.auditor.changes(after=len(changes)):
        changes += page
    assert chain.verify(msgspec.convert(changes, list[Change])).sequence == len(changes)
    people = {f"person:{row['login']}" for row in listed(year.made.admin, "/v1/people")}
    keys = {row["key"] for row in year.made.admin.get("/v1/keys").json or []}
    assert changes[0]["actor"] == "bootstrap"  # made the administrator's key
    assert {change["actor"] for change in changes[1:]} <= people | keys
    who = {(change["entity"], change["actor"]) for change in changes if change["actor"] in people}
    assert {actor for entity, actor in who if entity in ("dwelling", "slot", "binding", "tenancy")} == {
        year.actors[year.officer],
        year.actors[year.approver],
    }
    new = Counter(change["entity"] for change in changes if change["before"] is None)
    assert [new[entity] for entity in ("dwelling", "slot", "binding", "tenancy", "device", "swap")] == [
        3_600,  # of which 600 were undone
        3_200,
        3_299,
        1_801,
        3_300,
        100,
    ]
    assert LEAD not in str(changes)
