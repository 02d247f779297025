"""Audit cases: an auditor's own record, what others see of it, and what nobody but those named ever does."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.evidence import Evidence, evidence
from tests.integration.offices import person
from tests.integration.registry_under_test import Caller, pointers, reason
from tests.unit.registry import papers

CASE = {"code": "homes-2026", "title": "全屋智能专项审计", "period_from": "2026-01-01", "period_to": "2027-01-01"}
ENTRIES = "/v1/audit-cases/homes-2026/entries"
SECRET = "举报称三号楼的设备从未通电"


@pytest.fixture
def city(databases: Databases, tmp_path: Path) -> Evidence:
    made = evidence(databases, tmp_path / "documents")
    made.auditor.made("/v1/audit-cases", {**CASE, "sites": ["garden"]})
    return made


def recorded(caller: Caller, path: str = ENTRIES, **body: Any) -> dict[str, Any]:
    answer = caller.post(path, body)
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def named_in(city: Evidence) -> Caller:
    """Another auditor, whom the lead names."""
    colleague = city.registry.caller("auditor")
    his = city.registry.admin.changes()[-1]["id"]  # the key that was made last
    assert city.auditor.patch("/v1/audit-cases/homes-2026", {"named": [his]}).status_code == 200
    return colleague


def test_only_auditors_open_cases_and_the_district_in_scope_reads_them(city: Evidence) -> None:
    told = city.officer.get("/v1/audit-cases/homes-2026").json
    assert told == {**CASE, "sites": ["garden"], "districts": [], "legal_hold": False, "named": []} | {
        "lead": city.auditor.made("/v1/audit-cases", {**CASE, "sites": ["garden"]})[0]["lead"],
        "state": "OPEN",
        "state_from": None,
        "state_reason": None,
    }
    assert city.neighbour.get("/v1/audit-cases").json == []
    assert city.neighbour.get("/v1/audit-cases/homes-2026").status_code == 404
    assert city.registry.admin.post("/v1/audit-cases", []).status_code == 403
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "venues", "districts": ["futian"]})
    assert [case["code"] for case in city.neighbour.get("/v1/audit-cases").json or []] == ["venues"]


def test_a_case_has_a_scope_that_exists(city: Evidence) -> None:
    nowhere = city.auditor.post("/v1/audit-cases", [{**CASE, "code": "a"}])
    assert pointers(nowhere) == ["#/0/districts"]
    unknown = city.auditor.post("/v1/audit-cases", [{**CASE, "code": "a", "sites": ["x"], "named": ["nobody"]}])
    assert (reason(unknown), pointers(unknown)) == ("unknown_reference", ["#/0/sites/0", "#/0/named/0"])


def test_entries_get_numbers_without_a_gap_whatever_is_refused_between(city: Evidence) -> None:
    numbers = []
    for turn in range(3):
        numbers.append(recorded(city.auditor, kind="OUTCOME", text=f"第{turn}次")["number"])
        assert city.auditor.post(ENTRIES, {"kind": "OUTCOME", "text": "x", "documents": ["00" * 32]}).status_code == 422
    assert numbers == [1, 2, 3]
    assert [row["number"] for row in city.auditor.get("/v1/audit-entries?audit_case=homes-2026").json or []] == numbers


def test_entries_that_are_written_at_once_get_numbers_without_a_gap(city: Evidence) -> None:
    def written(turn: int) -> int:
        client = city.registry.app.test_client()
        body = {"kind": "LEAD" if turn % 2 else "OUTCOME", "text": f"第{turn}次", "confidential": bool(turn % 2)}
        answer = client.post(ENTRIES, json=body, headers=city.auditor.headers)
        return int((answer.json or {})["number"])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(written, range(16))) == list(range(1, 17))


def test_a_request_sent_again_under_its_name_is_one_entry_and_told_again(city: Evidence) -> None:
    client = city.registry.app.test_client()
    headers = {**city.auditor.headers, "Idempotency-Key": "k-1"}
    body = {"kind": "LEAD", "text": SECRET, "confidential": True}
    first, again = (client.post(ENTRIES, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    draw = {"seed": "s", "size": 1}
    named = {**city.auditor.headers, "Idempotency-Key": "k-2"}
    in_service(city)
    drawn, redrawn = (
        client.post("/v1/audit-cases/homes-2026/samples", json=draw, headers=named).json for _ in range(2)
    )
    assert drawn == redrawn
    assert len(city.auditor.get("/v1/audit-entries").json or []) == 2


def test_a_field_result_says_what_it_is_about_and_what_was_seen(city: Evidence) -> None:
    digest = city.uploaded(city.auditor, papers.JPEG, document_kind="SITE_PHOTO")
    entry = recorded(
        city.auditor,
        kind="FIELD_RESULT",
        text="灯具在位",
        about_entity="slot",
        about_id="garden/home-00000/lamp",
        check={"result": "MATCHES", "device_seen": True, "serial_matches": False},
        documents=[digest],
    )
    assert entry["district"] == "nanshan"  # of the slot's site
    assert entry["check"] == {
        "result": "MATCHES",
        "device_seen": True,
        "serial_matches": False,
        "person_present": None,
        "paper_matches": None,
    }
    unseen = city.auditor.post(ENTRIES, {"kind": "FIELD_RESULT", "text": "x"})
    assert pointers(unseen) == ["#/check"]
    nowhere = {"kind": "FINDING", "text": "x", "about_entity": "slot", "about_id": "garden/none/lamp"}
    assert (reason(city.auditor.post(ENTRIES, nowhere))) == "unknown_reference"
    itself = {"kind": "FINDING", "text": "x", "about_entity": "audit_entry", "about_id": "homes-2026/1"}
    assert pointers(city.auditor.post(ENTRIES, itself)) == ["#/about_entity"]


def test_who_is_no_part_of_a_case_is_told_nothing_of_it(city: Evidence) -> None:
    named = city.auditor.post(ENTRIES, {"kind": "FINDING", "text": "x", "district": "futian"})
    assert (reason(named), pointers(named)) == ("conflicting", ["#/district"])
    about = {"kind": "FINDING", "text": "x", "about_entity": "venue", "about_id": "hall"}
    assert pointers(city.auditor.post(ENTRIES, about)) == ["#/about_id"]
    assert city.auditor.get("/v1/audit-entries").json == []


def test_who_recorded_in_a_case_does_not_review_it(city: Evidence) -> None:
    colleague = named_in(city)
    recorded(colleague, kind="OUTCOME", text="移交")
    for state in ("FIELDWORK", "REPORTED"):
        assert city.auditor.post("/v1/audit-cases/homes-2026/state", {"state": state}).status_code == 200
    for caller in (city.auditor, colleague):
        closing = caller.post("/v1/audit-cases/homes-2026/state", {"state": "CLOSED"})
        assert (closing.status_code, reason(closing)) == (409, "same_person")
    reviewer = city.registry.caller("auditor")
    assert reviewer.post("/v1/audit-cases/homes-2026/state", {"state": "CLOSED"}).status_code == 200


def test_an_auditor_writes_only_in_cases_he_leads_or_is_named_in(city: Evidence) -> None:
    in_service(city)
    stranger, case = city.registry.caller("auditor"), "/v1/audit-cases/homes-2026"
    tried: tuple[tuple[str, Any], ...] = (
        (ENTRIES, {"kind": "OUTCOME", "text": "移交"}),
        (f"{case}/samples", {"seed": "s", "size": 1}),
        (f"{case}/state", {"state": "FIELDWORK"}),
        ("/v1/audit-cases/states", [{"id": "homes-2026", "version": None, "state": "FIELDWORK"}]),
    )
    for path, body in tried:
        answer = stranger.post(path, body)
        assert (answer.status_code, reason(answer)) == (403, "forbidden"), path
    assert (stranger.get(case).json or {})["state"] == "OPEN"
    assert stranger.get("/v1/audit-entries").json == []
    named = named_in(city)
    for path, body in tried[:3]:
        assert named.post(path, body).status_code in (200, 201), path


def test_whom_a_finding_concerns_reads_it_and_replies_and_nobody_else_does(city: Evidence) -> None:
    finding = recorded(city.auditor, kind="FINDING", text="三套无设备", district="nanshan", vendor="acme")
    path = f"/v1/audit-entries/homes-2026/{finding['number']}"
    for number, caller in ((2, city.officer), (3, city.vendor), (4, city.approver)):
        assert caller.get(path).json == finding
        reply = recorded(caller, f"{path}/replies", text="已补装")
        assert (reply["number"], reply["kind"], reply["replies_to"]) == (number, "REPLY", 1)
        assert (reply["district"], reply["vendor"]) == ("nanshan", "acme")
    assert city.neighbour.get(path).status_code == 404
    assert city.neighbour.post(f"{path}/replies", {"text": "x"}).status_code == 404
    assert city.neighbour.get("/v1/audit-entries").json == []
    general = recorded(city.auditor, kind="OUTCOME", text="移交")
    assert city.officer.get(f"/v1/audit-entries/homes-2026/{general['number']}").status_code == 404
    assert city.officer.post("/v1/audit-entries/homes-2026/2/replies", {"text": "x"}).status_code == 404  # no finding


def test_confidential_text_is_read_by_those_named_and_is_nowhere_else(
    city: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    entry = recorded(city.auditor, kind="LEAD", text=SECRET, confidential=True)
    assert (entry["text"], entry["confidential"]) == (None, True)
    path = "/v1/audit-entries/homes-2026/1"
    kept = city.auditor.get(f"{path}/text")
    assert kept.headers["Cache-Control"] == "no-store"
    told = kept.json or {}
    assert told["text"] == SECRET
    assert hashlib.sha256(bytes.fromhex(told["salt"]) + SECRET.encode()).hexdigest() == entry["text_sha256"]

    colleague = city.registry.caller("auditor")
    everybody = (city.registry.admin, city.manager, colleague, city.officer, city.vendor, city.auditor)
    for caller in everybody:
        for read in (
            "/v1/histories/audit_entry/homes-2026/1",
            path,
            f"{path}?as_of=2099-01-01",
            "/v1/audit-entries",
            "/v1/audit-entries?as_of=2099-01-01",
        ):
            assert SECRET not in caller.get(read).get_data(as_text=True)
    for caller in (city.registry.admin, city.manager, colleague):
        assert caller.get(path).json == entry
        assert caller.get(f"{path}/text").status_code == 403
    for caller in (city.officer, city.vendor):
        assert caller.get(path).status_code == 404
        assert caller.get(f"{path}/text").status_code == 403  # of a role that is never named
    log = str(city.registry.admin.changes())
    assert entry["text_sha256"] in log
    assert told["salt"] not in log
    assert SECRET not in log
    assert SECRET not in caplog.text


def test_nobody_names_himself_and_those_named_read_and_record_what_is_confidential(city: Evidence) -> None:
    recorded(city.auditor, kind="LEAD", text=SECRET, confidential=True)
    colleague = city.registry.caller("auditor")
    his = city.registry.admin.changes()[-1]["id"]  # the key that was made last
    lead: dict[str, Any] = {"kind": "LEAD", "text": "另一线索", "confidential": True}
    assert colleague.patch("/v1/audit-cases/homes-2026", {"named": [his]}).status_code == 403
    assert (reason(colleague.post(ENTRIES, lead))) == "forbidden"
    assert city.auditor.patch("/v1/audit-cases/homes-2026", {"named": [his]}).status_code == 200
    assert (colleague.get("/v1/audit-entries/homes-2026/1/text").json or {})["text"] == SECRET
    assert recorded(colleague, **lead)["number"] == 2


def test_people_are_named_and_who_takes_over_their_work_reads_what_they_read(city: Evidence) -> None:
    lead, other, named, heir = (person(city.registry, f"au-{number}", "auditor") for number in (1, 2, 3, 4))
    case = {**CASE, "code": "people", "sites": ["garden"]}
    unknown = lead.post("/v1/audit-cases", [case | {"named": ["person:au-9", "au-2"]}])
    assert (reason(unknown), pointers(unknown)) == ("unknown_reference", ["#/0/named/0", "#/0/named/1"])
    lead.made("/v1/audit-cases", case | {"named": ["person:au-2"]})
    path = "/v1/audit-cases/people/entries"
    assert recorded(other, path, kind="LEAD", text=SECRET, confidential=True)["number"] == 1
    text = "/v1/audit-entries/people/1/text"
    assert [who.get(text).status_code for who in (lead, other, named, heir)] == [200, 200, 403, 403]
    assert other.patch("/v1/audit-cases/people", {"named": ["person:au-2", "person:au-3"]}).status_code == 200
    assert named.get(text).status_code == 200
    assert city.registry.admin.post("/v1/people/au-1/handover", {"to": "au-4"}).status_code == 200
    assert (heir.get(text).json or {})["text"] == SECRET
    assert heir.patch("/v1/audit-cases/people", {"title": "移交后的个案"}).status_code == 200


def test_who_takes_over_the_work_of_one_who_recorded_does_not_review_it(city: Evidence) -> None:
    lead, other, heir, third = (person(city.registry, f"au-{number}", "auditor") for number in (1, 2, 3, 4))
    lead.made("/v1/audit-cases", {**CASE, "code": "people", "sites": ["garden"], "named": ["person:au-2"]})
    recorded(other, "/v1/audit-cases/people/entries", kind="OUTCOME", text="无异常")
    for state in ("FIELDWORK", "REPORTED"):
        assert lead.post("/v1/audit-cases/people/state", {"state": state}).status_code == 200
    assert city.registry.admin.post("/v1/people/au-2/handover", {"to": "au-3"}).status_code == 200
    assert reason(heir.post("/v1/audit-cases/people/state", {"state": "CLOSED"})) == "same_person"
    assert third.post("/v1/audit-cases/people/state", {"state": "CLOSED"}).status_code == 200


def test_a_lead_is_confidential_and_only_its_text_is_kept_apart(city: Evidence) -> None:
    answer = city.auditor.post(ENTRIES, {"kind": "LEAD", "text": SECRET, "confidential": True, "vendor": "acme"})
    assert (pointers(answer), SECRET in answer.text) == (["#/vendor"], False)
    personal = city.auditor.post(ENTRIES, {"kind": "OUTCOME", "text": "电话13800138000"})
    assert pointers(personal) == ["#/text"]


def in_service(city: Evidence) -> None:
    """The three lamps' slots are installed, two of them with a device of acme's."""
    for number in range(3):
        path = f"/v1/slots/garden/home-{number:05}/lamp"
        assert city.officer.patch(path, {"installed_on": "2026-02-01"}).status_code == 200
    for number in range(2):
        city.registry.admin.made("/v1/devices", {"vendor": "acme", "device": f"lamp-{number}"})
        slot = f"garden/home-{number:05}/lamp"
        binding = {"vendor": "acme", "device": f"lamp-{number}", "slot": slot, "valid_from": "2026-02-01"}
        city.officer.made("/v1/bindings", binding)


def test_a_sample_is_drawn_from_what_stands_in_scope_and_can_be_drawn_again_by_hand(city: Evidence) -> None:
    nothing = city.auditor.post("/v1/audit-cases/homes-2026/samples", {"seed": "一", "size": 2})
    assert (nothing.status_code, reason(nothing)) == (409, "conflicting")
    in_service(city)
    entry = recorded(city.auditor, "/v1/audit-cases/homes-2026/samples", seed="一", size=2)
    population = {
        "garden/home-00000/lamp": "nanshan/acme/LIGHTING",
        "garden/home-00001/lamp": "nanshan/acme/LIGHTING",
        "garden/home-00002/lamp": "nanshan/-/LIGHTING",
    }
    lines = "".join(f"{key}\t{stratum}\n" for key, stratum in population.items())
    first = min(list(population)[:2], key=lambda key: hashlib.sha256(f"一{key}".encode()).hexdigest())
    assert entry["sample"] == {
        "method": "sha256-order/largest-remainder/v1",
        "seed": "一",
        "entity": "slot",
        "stratify_by": ["district", "vendor", "category"],
        "population": 3,
        "population_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "strata": [  # 2 × 1/3 and 2 × 2/3: one each
            {"name": "nanshan/-/LIGHTING", "population": 1, "drawn": 1},
            {"name": "nanshan/acme/LIGHTING", "population": 2, "drawn": 1},
        ],
        "drawn": sorted([first, "garden/home-00002/lamp"]),
    }
    assert (entry["kind"], entry["district"]) == ("SAMPLE", None)


def test_no_district_is_told_what_was_drawn_before_anybody_comes(city: Evidence) -> None:
    in_service(city)
    entry = recorded(city.auditor, "/v1/audit-cases/homes-2026/samples", seed="一", size=2)
    assert city.manager.get("/v1/audit-entries").json == [entry]
    for caller in (city.officer, city.approver):
        assert caller.get("/v1/audit-entries").json == []
        for path in ("/v1/audit-entries/homes-2026/1", "/v1/histories/audit_entry/homes-2026/1"):
            assert caller.get(path).status_code == 404
    finding = recorded(city.auditor, kind="FINDING", text="两套无设备", district="nanshan")
    assert city.officer.get("/v1/audit-entries").json == [finding]


def test_a_sample_is_drawn_from_all_districts_of_its_case(city: Evidence) -> None:
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "all", "districts": ["nanshan", "futian"]})
    in_service(city)
    drawn = recorded(city.auditor, "/v1/audit-cases/all/samples", seed="s", size=3, stratify_by=[])
    assert drawn["sample"]["population"] == 3
    assert drawn["sample"]["strata"] == [{"name": "", "population": 3, "drawn": 3}]


def test_installations_are_drawn_likewise(city: Evidence) -> None:
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "vr", "districts": ["futian"]})
    city.neighbour.made("/v1/zones", {"venue": "hall", "code": "z", "name": "区", "calendars": []})
    installation = {"venue": "hall", "zone": "z", "presence_method": "MANUAL", "vr_device_kind": "AR_GLASSES"}
    city.neighbour.made(
        "/v1/installations",
        {**installation, "code": "in", "installed_on": "2026-12-31"},
        {**installation, "code": "late", "installed_on": "2027-01-01"},
        {**installation, "code": "gone", "installed_on": "2020-01-01", "retired_on": "2026-01-01"},
        {**installation, "code": "planned"},
    )
    drawn = recorded(city.auditor, "/v1/audit-cases/vr/samples", seed="s", size=9, entity="installation")
    assert drawn["sample"]["drawn"] == ["hall/z/in"]
    assert drawn["sample"]["strata"][0]["name"] == "futian/-/AR_GLASSES"
