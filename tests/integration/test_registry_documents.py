"""Evidence documents: uploaded, told by their bytes, kept by their hash, read by those they concern."""

import hashlib
from pathlib import Path

import pytest

from tests.integration.databases import Databases
from tests.integration.evidence import Evidence, evidence
from tests.integration.registry_under_test import pointers, reason
from tests.unit.registry import papers

DIGEST = hashlib.sha256(papers.PDF).hexdigest()


@pytest.fixture
def city(databases: Databases, tmp_path: Path) -> Evidence:
    return evidence(databases, tmp_path / "documents")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_kept_by_its_hash_and_told_by_its_bytes(city: Evidence) -> None:
    answer = city.upload(city.officer, pages=12, filename="验收.pdf")
    assert answer.status_code == 201
    told = answer.json or {}
    assert {name: told[name] for name in ("sha256", "media_type", "size_bytes", "pages", "site", "state")} == {
        "sha256": DIGEST,
        "media_type": "application/pdf",
        "size_bytes": len(papers.PDF),
        "pages": 12,
        "site": "garden",
        "state": "RECORDED",
    }
    assert files(city.folder) == {f"{DIGEST[:2]}/{DIGEST}": papers.PDF}
    assert city.officer.get(f"/v1/documents/{DIGEST}").json == told
    assert city.officer.get("/v1/documents?site=garden&document_kind=ACCEPTANCE_RECORD").json == [told]
    assert city.officer.get("/v1/documents?document_kind=INVOICE").json == []


def test_the_same_bytes_again_change_nothing(city: Evidence) -> None:
    first = city.upload(city.officer)
    before = city.registry.admin.changes()
    again = city.upload(city.manager, title="另一个标题")
    assert (again.status_code, again.json) == (200, first.json)
    other = city.upload(city.officer, document_kind="INVOICE")
    assert (other.status_code, reason(other)) == (409, "already_exists")
    elsewhere = city.upload(city.neighbour, site="hall")
    assert (elsewhere.status_code, reason(elsewhere)) == (409, "already_exists")
    assert "garden" not in elsewhere.text
    assert city.registry.admin.changes() == before


def test_a_pdf_that_is_named_png_is_refused_and_nothing_stays(city: Evidence) -> None:
    before = city.registry.admin.changes()
    answer = city.upload(city.officer, filename="photo.png", document_kind="SITE_PHOTO")
    assert (answer.status_code, reason(answer)) == (415, "not_supported_media")
    assert answer.json is not None
    assert "application/pdf" in answer.json["errors"][0]["detail"]
    headers = {**city.officer.headers, "Content-Type": "image/png"}
    query = {"document_kind": "SITE_PHOTO", "title": "现场", "site": "garden"}
    client = city.registry.app.test_client()
    said = client.post("/v1/documents", query_string=query, data=papers.PDF, headers=headers)
    assert (said.status_code, reason(said)) == (415, "not_supported_media")
    assert (city.registry.admin.changes(), files(city.folder)) == (before, {})


def test_an_empty_body_and_a_query_that_lacks_something_are_refused(city: Evidence) -> None:
    assert reason(city.upload(city.officer, b"")) == "invalid_request"
    answer = city.upload(city.officer, document_kind="LOVE_LETTER", title=None)
    assert (reason(answer), sorted(pointers(answer))) == ("invalid_request", ["#/document_kind", "#/title"])
    personal = city.upload(city.officer, title="联系人 13800138000")
    assert (reason(personal), pointers(personal)) == ("invalid_request", ["#/title"])


def test_a_district_uploads_and_reads_for_its_own_sites_only(city: Evidence) -> None:
    answer = city.upload(city.officer, site="hall")
    assert (answer.status_code, reason(answer)) == (403, "forbidden")
    assert city.upload(city.officer, site=None).status_code == 403
    unknown = city.upload(city.manager, site="nowhere")
    assert (reason(unknown), pointers(unknown)) == ("unknown_reference", ["#/site"])
    digest = city.uploaded(city.officer)
    for caller in (city.approver, city.auditor, city.manager):
        assert city.content(caller, digest).data == papers.PDF
    for caller in (city.neighbour, city.vendor):
        assert caller.get("/v1/documents").json == []
        assert caller.get(f"/v1/documents/{digest}").status_code == 404
        assert city.content(caller, digest).status_code == 404


def test_what_is_of_the_city_is_the_managers_to_give_and_no_districts_to_read(city: Evidence) -> None:
    digest = city.uploaded(city.manager, papers.CSV, site=None, document_kind="MINISTRY_AWARD")
    assert city.content(city.auditor, digest).data == papers.CSV
    assert city.content(city.officer, digest).status_code == 404


def test_a_vendor_gives_evidence_for_its_feeds_and_reads_its_own(city: Evidence) -> None:
    unnamed = city.upload(city.vendor)
    assert (reason(unnamed), pointers(unnamed)) == ("forbidden", ["#/vendor", "#"])
    assert city.upload(city.vendor, vendor="bolt").status_code == 403
    elsewhere = city.upload(city.vendor, vendor="acme", site="hall")
    assert (reason(elsewhere), pointers(elsewhere)) == ("conflicting", ["#/site"])
    digest = city.uploaded(city.vendor, vendor="acme", document_kind="OUTAGE_EVIDENCE")
    own = city.uploaded(city.vendor, papers.CSV, vendor="acme", site=None, document_kind="SERIAL_LIST")
    assert city.content(city.vendor, own).data == papers.CSV
    assert city.content(city.officer, digest).data == papers.PDF  # the site is in his district
    assert city.content(city.officer, own).status_code == 404
    assert city.content(city.neighbour, digest).status_code == 404


def test_what_is_superseded_is_another_of_the_same_site(city: Evidence) -> None:
    first = city.uploaded(city.officer)
    wrong = city.upload(city.manager, papers.CSV, site="hall", supersedes=first)
    assert (reason(wrong), pointers(wrong)) == ("unknown_reference", ["#/supersedes"])
    city.uploaded(city.officer, papers.CSV, supersedes=first)


def test_content_is_an_attachment_that_nobody_sniffs_and_ranges_are_understood(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    whole = city.content(city.officer, digest)
    assert whole.headers["Content-Type"] == "application/pdf"
    assert whole.headers["Content-Length"] == str(len(papers.PDF))
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["ETag"] == f'"{digest}"'
    assert "private" in whole.headers["Cache-Control"]
    part = city.content(city.officer, digest, {"Range": "bytes=5-8"})
    assert (part.status_code, part.data) == (206, papers.PDF[5:9])
    assert part.headers["Content-Range"] == f"bytes 5-8/{len(papers.PDF)}"
    assert city.content(city.officer, digest, {"If-None-Match": f'"{digest}"'}).status_code == 304
    beyond = city.content(city.officer, digest, {"Range": "bytes=100000-"})
    assert (beyond.status_code, reason(beyond)) == (416, "range_not_satisfiable")


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_bytes_that_are_not_what_was_registered_are_not_handed_out(city: Evidence, damage: str) -> None:
    digest = city.uploaded(city.officer)
    path = city.folder / digest[:2] / digest
    if damage == "altered":
        path.write_bytes(papers.PDF.replace(b"Count 0", b"Count 1"))
    else:
        path.unlink()
    answer = city.content(city.officer, digest)
    assert (answer.status_code, reason(answer)) == (503, "unavailable")
    assert city.upload(city.officer).status_code == 200  # whoever has the paper mends it
    assert city.content(city.officer, digest).data == papers.PDF


def test_what_relies_on_a_digest_is_told_within_reach_also_of_a_paper_kept_elsewhere(city: Evidence) -> None:
    digest = city.uploaded(city.officer)
    selection = {"pilot": "garden", "document_no": "1", "title": "入选", "issued_on": "2026-01-01"}
    city.officer.made("/v1/selections", {**selection, "code": "s-1", "sha256": digest})
    city.officer.made("/v1/selections", {**selection, "code": "s-2", "sha256": "ab" * 32})
    path = f"/v1/documents/{digest}/relied-on-by"
    assert city.officer.get(path).json == [{"entity": "selection", "id": "garden/s-1"}]
    assert city.neighbour.get(path).json == []
    elsewhere = city.officer.get(f"/v1/documents/{'ab' * 32}/relied-on-by")
    assert elsewhere.json == [{"entity": "selection", "id": "garden/s-2"}]
    assert city.officer.get("/v1/documents/%25/relied-on-by").json == []
