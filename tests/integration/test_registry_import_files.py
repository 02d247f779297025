"""What is uploaded is a spreadsheet of bearable size, or refused early; templates are downloaded and filled in."""

import io
import zipfile

import pytest

from services.registry.api import imports
from services.registry.api.import_reports import XLSX
from services.registry.api.imports import CSV
from services.registry.importing.kinds import KINDS
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pointers, reason, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, rows_of, upload
from tests.unit.registry.sheets import xlsx


@pytest.fixture(scope="module")
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR)
    return made


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_template_uploaded_as_it_is_says_nothing(made: RegistryUnderTest, kind: str) -> None:
    for form, media_type in (("xlsx", XLSX), ("csv", CSV)):
        template = made.admin.get(f"/v1/imports/{kind}/template?format={form}")
        assert (template.status_code, template.content_type.split(";")[0]) == (200, media_type)
        assert f"{kind}.{form}" in template.headers["Content-Disposition"]
        answer = upload(made, made.admin, kind, template.data, KEEP)
        assert (answer.status_code, counts(answer)) == (200, ("KEPT", 0, 0, 0, 0))


def test_a_template_filled_in_below_its_example_is_registered(made: RegistryUnderTest) -> None:
    headings, example = rows_of(made.admin.get("/v1/imports/devices/template").data)
    content = xlsx(headings, example, ["acme", "filled-in", "照明", 900])
    assert counts(upload(made, made.admin, "devices", content, KEEP)) == ("KEPT", 1, 0, 0, 0)


def test_gb18030_is_read(made: RegistryUnderTest) -> None:
    content = as_csv(["厂商", "设备编号", "类别"], ["acme", "from-excel", "照明"], encoding="gb18030")
    assert counts(upload(made, made.admin, "devices", content, KEEP)) == ("KEPT", 1, 0, 0, 0)


def test_a_form_that_does_not_exist_is_refused(made: RegistryUnderTest) -> None:
    answer = made.admin.get("/v1/imports/devices/template?format=ods")
    assert (answer.status_code, pointers(answer)) == (422, ["#/format"])


def test_what_says_it_is_too_large_is_refused_before_it_is_read(made: RegistryUnderTest) -> None:
    unread = io.BytesIO(b"x" * 100)
    answer = made.app.test_client().post(
        "/v1/imports/devices",
        input_stream=unread,
        headers=made.admin.headers,
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
        content_type=CSV,
    )
    assert (answer.status_code, reason(answer)) == (413, "too_large")
    assert unread.tell() == 0


def test_more_than_other_bodies_may_have_is_read(made: RegistryUnderTest) -> None:
    content = as_csv(["厂商", "设备编号"], ["acme", "small"]) + b",,,,,,,,,\r\n" * 800_000
    assert 8 * 1024 * 1024 < len(content) < imports.MOST_BYTES
    assert counts(upload(made, made.admin, "devices", content)) == ("CHECKED", 1, 0, 0, 0)


def test_a_zip_bomb_is_refused(made: RegistryUnderTest) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 150_000_000)
    answer = upload(made, made.admin, "devices", bomb.getvalue())
    assert (answer.status_code, reason(answer)) == (413, "too_large")


def test_what_is_no_spreadsheet_is_refused(made: RegistryUnderTest) -> None:
    answer = upload(made, made.admin, "devices", b"\x89PNG\x00\xff")
    assert (answer.status_code, reason(answer)) == (422, "invalid_request")
    answer = made.app.test_client().post("/v1/imports/devices", json=[], headers=made.admin.headers)
    assert (answer.status_code, reason(answer)) == (415, "not_supported_media")


def test_there_is_nothing_to_upload_to_for_a_kind_that_does_not_exist(made: RegistryUnderTest) -> None:
    assert upload(made, made.admin, "keys", b"a").status_code == 405  # for all one knows it is the id of an import
    assert made.admin.get("/v1/imports/keys").status_code == 404
