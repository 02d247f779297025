"""A document is verified by another person, and removed only while nothing stands on it and no audit holds it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from werkzeug.test import TestResponse

from services.registry import chain
from services.registry.adapters.folder_documents import FolderDocuments
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from services.registry.documents import discard
from shared.contracts.registry_audit import Document
from tests.integration.databases import Databases
from tests.integration.evidence import Evidence, evidence
from tests.integration.registry_under_test import Caller, reason, venue
from tests.unit.registry import papers

CASE = {"title": "专项审计", "period_from": "2026-01-01", "period_to": "2027-01-01", "legal_hold": True}
SELECTION = {"pilot": "garden", "code": "s", "document_no": "1", "title": "入选", "issued_on": "2026-01-01"}


@pytest.fixture
def city(databases: Databases, tmp_path: Path) -> Evidence:
    return evidence(databases, tmp_path / "documents")


def moved(caller: Caller, digest: str, state: str, **body: Any) -> TestResponse:
    return caller.post(f"/v1/documents/{digest}/state", {"state": state, **body})


def removed(caller: Caller, digest: str) -> TestResponse:
    return moved(caller, digest, "REMOVED", reason="上传有误")


def kept(city: Evidence, digest: str) -> bool:
    return (city.folder / digest[:2] / digest).exists()


def test_a_document_is_verified_by_another_person_only(city: Evidence) -> None:
    admin = city.registry.admin
    digest = city.uploaded(admin)
    own = moved(admin, digest, "VERIFIED")
    assert (own.status_code, reason(own)) == (409, "same_person")
    assert moved(city.officer, digest, "VERIFIED").status_code == 403
    verified = moved(city.approver, digest, "VERIFIED")
    assert (verified.json or {})["state"] == "VERIFIED"
    assert (verified.json or {})["verified_by"] == admin.changes()[-1]["actor"]


def test_what_is_removed_leaves_its_row_and_its_reason_but_no_bytes(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    assert removed(city.neighbour, digest).status_code == 404
    unexplained = moved(city.officer, digest, "REMOVED")
    assert (unexplained.status_code, kept(city, digest)) == (422, True)
    answer = removed(city.officer, digest)
    assert (answer.status_code, kept(city, digest)) == (200, False)
    told = city.officer.get(f"/v1/documents/{digest}").json or {}
    assert (told["state"], told["state_reason"], told["title"]) == ("REMOVED", "上传有误", "一期验收记录")
    assert city.content(city.officer, digest).status_code == 404
    assert city.registry.admin.changes()[-1]["after"] == told


def test_a_verified_document_is_removed_by_a_decider_who_had_no_part_in_it(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    assert moved(city.approver, digest, "VERIFIED").status_code == 200
    assert removed(city.officer, digest).status_code == 403
    assert removed(city.manager, digest).status_code == 200
    assert not kept(city, digest)


def test_many_are_removed_at_once_or_none(city: Evidence) -> None:
    first, second = city.uploaded(city.officer), city.uploaded(city.officer, papers.CSV)
    city.officer.made("/v1/selections", SELECTION | {"sha256": second})
    wanted = [{"id": digest, "version": None, "state": "REMOVED", "reason": "有误"} for digest in (first, second)]
    assert city.officer.post("/v1/documents/states", wanted).status_code == 409
    assert (kept(city, first), kept(city, second)) == (True, True)
    assert city.officer.post("/v1/documents/states", wanted[:1]).status_code == 200
    assert (kept(city, first), kept(city, second)) == (False, True)


def test_what_was_removed_may_be_registered_again(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    removed(city.officer, digest)
    again = city.upload(city.officer, title="更正后的标题", document_kind="INVOICE")
    assert (again.status_code, (again.json or {})["state"]) == (201, "RECORDED")
    assert (again.json or {})["document_kind"] == "INVOICE"
    assert city.content(city.officer, digest).data == papers.PDF
    removed(city.officer, digest)
    elsewhere = city.upload(city.manager, site="hall")
    assert (elsewhere.status_code, reason(elsewhere)) == (409, "already_exists")
    assert not kept(city, digest)
    database = SqlDatabase(city.registry.url, now_ms)
    with database.reading() as reading:
        assert chain.verify(reading.every_change()) == reading.head()
    database.close()


@pytest.mark.parametrize("on", ["selection", "outage", "audit entry"])
def test_what_something_relies_on_is_not_removed(city: Evidence, on: str) -> None:
    digest = city.uploaded(city.officer)
    city.uploaded(city.officer, papers.CSV, supersedes=digest)  # does not count
    if on == "selection":
        city.officer.made("/v1/selections", SELECTION | {"sha256": digest})
    elif on == "outage":
        city.officer.made("/v1/outages", {"vendor": "acme", "feed": "gw", "from_ms": 1767225600000, "cause": "断电"})
        proof = {"evidence_title": "说明", "evidence_sha256": digest}
        assert city.officer.patch("/v1/outages/acme/gw/1767225600000", proof).status_code == 200
    else:
        city.auditor.made("/v1/audit-cases", CASE | {"code": "c", "districts": ["futian"], "legal_hold": False})
        cited = {"kind": "FINDING", "text": "见附件", "documents": [digest]}
        assert city.auditor.post("/v1/audit-cases/c/entries", cited).status_code == 201
    answer = removed(city.officer, digest)
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert kept(city, digest)


def test_what_relies_on_it_out_of_reach_is_not_named(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    city.auditor.made("/v1/audit-cases", CASE | {"code": "secret-case", "districts": ["futian"], "legal_hold": True})
    lead = {"kind": "LEAD", "text": "线索", "confidential": True, "documents": [digest]}
    assert city.auditor.post("/v1/audit-cases/secret-case/entries", lead).status_code == 201
    answer = removed(city.officer, digest)
    assert (answer.status_code, "secret-case" in answer.text) == (409, False)
    assert city.officer.get(f"/v1/documents/{digest}/relied-on-by").json == []
    told = [{"entity": "audit_entry", "id": "secret-case/1"}]
    assert city.auditor.get(f"/v1/documents/{digest}/relied-on-by").json == told


def test_bytes_that_were_registered_again_meanwhile_are_not_discarded(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    removed(city.officer, digest)
    gone = msgspec.convert(city.registry.admin.changes()[-1]["after"], Document)
    city.uploaded(city.officer)
    database = SqlDatabase(city.registry.url, now_ms)
    discard(database, FolderDocuments(city.folder), [gone])  # as if the first removal were only now at that
    assert kept(city, digest)
    database.close()


def test_a_document_that_only_another_supersedes_is_removed(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    city.uploaded(city.officer, papers.CSV, supersedes=digest)
    assert removed(city.officer, digest).status_code == 200


@pytest.mark.parametrize("scope", [{"sites": ["garden"]}, {"districts": ["nanshan"]}])
def test_a_legal_hold_stops_removals_in_its_scope_until_it_ends(city: Evidence, scope: dict[str, Any]) -> None:
    digest = city.uploaded(city.officer)
    city.neighbour.made("/v1/venues", venue("elsewhere"))
    other = city.uploaded(city.neighbour, papers.CSV, site="elsewhere")
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "hold", **scope})
    for state in ("OPEN", "FIELDWORK", "REPORTED"):
        if state != "OPEN":
            assert city.auditor.post("/v1/audit-cases/hold/state", {"state": state}).status_code == 200
        answer = removed(city.officer, digest)
        assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert removed(city.neighbour, other).status_code == 200
    lead = city.auditor.post("/v1/audit-cases/hold/state", {"state": "CLOSED"})
    assert (lead.status_code, reason(lead)) == (409, "same_person")
    second = city.registry.caller("auditor")
    assert second.post("/v1/audit-cases/hold/state", {"state": "CLOSED"}).status_code == 200
    assert city.auditor.patch("/v1/audit-cases/hold", {"legal_hold": True}).status_code == 409  # it is closed
    closed = city.auditor.post("/v1/audit-cases/hold/entries", {"kind": "OUTCOME", "text": "补记"})
    assert (closed.status_code, reason(closed)) == (409, "conflicting")
    assert removed(city.officer, digest).status_code == 200


def test_a_hold_that_is_lifted_holds_nothing(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "hold", "sites": ["garden"]})
    assert city.auditor.patch("/v1/audit-cases/hold", {"legal_hold": False}).status_code == 200
    assert removed(city.officer, digest).status_code == 200


def test_what_is_of_no_site_is_held_by_every_hold(city: Evidence) -> None:
    digest = city.uploaded(city.manager, site=None)
    city.auditor.made("/v1/audit-cases", {**CASE, "code": "hold", "sites": ["garden"]})
    assert removed(city.manager, digest).status_code == 409
