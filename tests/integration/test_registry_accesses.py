"""Whoever reads about single homes says why, and who read what for which purpose can be looked up ever after."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import sqlalchemy as sa

from services.registry.entities import COLLECTIONS
from tests.integration.change_log import not_refused, opened
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    VENDOR,
    Caller,
    Grown,
    RegistryUnderTest,
    home,
    pointers,
    reason,
    venue,
)
from tests.integration.spreadsheets import as_csv, upload
from tests.system.polling import until

READERS = 16
PURPOSE = "入户抽查前核对"
OF_DWELLINGS = {"dwellings", "slots", "occupancies", "tenancies", "bindings", "amendments"}
OF_DWELLINGS |= {"swaps", "maintenances", "audit-entries"}
NEXT_SEQUENCE = "SELECT coalesce(max(sequence), 0) FROM access"


@Grown
def ready(made: RegistryUnderTest) -> None:
    """Two homes, three dwellings in the first; a lamp in a slot, a headset in a venue."""
    made.admin.made("/v1/organisations", VENDOR)
    home(made.admin, "garden", dwellings=3)
    home(made.admin, "orchard", "futian")
    made.admin.made("/v1/venues", venue("hall"))
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "lamp"})
    slot = "garden/home-00000/lamp"
    made.admin.made("/v1/bindings", {"vendor": "acme", "device": "lamp", "slot": slot, "valid_from": "2026-01-01"})


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return ready(databases)


@pytest.fixture
def auditor(city: RegistryUnderTest) -> Caller:
    return city.caller("auditor")


def accesses(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = caller.get(f"/v1/accesses?{query}")
    assert answer.status_code == 200, answer.text
    found: Any = answer.json
    return list(found)


def last(caller: Caller) -> dict[str, Any]:
    return accesses(caller, "limit=1000")[-1]


def test_the_collections_about_single_homes_are_those_and_no_others() -> None:
    assert {collection.path for collection in COLLECTIONS if collection.of_dwellings} == OF_DWELLINGS


@pytest.mark.parametrize(
    "path", [*sorted(OF_DWELLINGS), "dwellings/garden/home-00000", "histories/slot/garden/home-00000/lamp", "changes"]
)
def test_without_a_purpose_nothing_is_told(city: RegistryUnderTest, path: str) -> None:
    before = len(accesses(city.admin))
    english = city.caller("administrator", language="en")
    answer = english.get(f"/v1/{path}", purpose=None)
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "invalid_request", ["#/purpose"])
    assert "query parameter purpose" in answer.text
    assert len(accesses(city.admin)) == before


@pytest.mark.parametrize("purpose", ["", "why", "长" * 201, " 首尾空白 ", "换了行\n的用途"])
def test_a_purpose_is_a_line_of_4_to_200_characters(city: RegistryUnderTest, purpose: str) -> None:
    answer = city.admin.get("/v1/dwellings", purpose=purpose)
    assert (answer.status_code, pointers(answer)) == (422, ["#/purpose"])


def test_what_is_not_about_homes_takes_no_purpose(city: RegistryUnderTest) -> None:
    for path in ("pilots", "venues", "devices", "feeds", "histories/pilot/garden", "imports/dwellings/template"):
        assert city.admin.get(f"/v1/{path}", purpose=None).status_code == 200
    assert city.admin.get(f"/v1/pilots?purpose={quote(PURPOSE)}").status_code == 422


def test_a_page_is_kept_with_who_why_and_what_was_told(city: RegistryUnderTest, auditor: Caller) -> None:
    key = next(row["key"] for row in city.admin.get("/v1/keys").json or [] if row["role"] == "auditor")
    answer = auditor.get("/v1/dwellings?pilot=garden&limit=2", PURPOSE)
    assert answer.status_code == 200
    kept = last(city.admin)
    assert {name: kept[name] for name in kept if name not in ("sequence", "time")} == {
        "actor": key,
        "role": "auditor",
        "operation": "list_dwellings",
        "address": "/v1/dwellings?pilot=garden&limit=2",
        "purpose": PURPOSE,
        "rows": 2,
        "first": "garden/home-00000",
        "last": "garden/home-00001",
        "sites": ["garden"],
    }


def test_the_next_page_is_for_the_same_purpose_and_is_kept_too(auditor: Caller) -> None:
    following = auditor.get("/v1/slots?pilot=garden&limit=2", PURPOSE).headers["Link"][1:].partition(">")[0]
    assert parse_qs(urlsplit(following).query)["purpose"] == [PURPOSE]
    assert auditor.get(following, purpose=None).status_code == 200
    kept = accesses(auditor)[-2:]
    assert [(row["purpose"], row["rows"], row["first"]) for row in kept] == [
        (PURPOSE, 2, "garden/home-00000/lamp"),
        (PURPOSE, 1, "garden/home-00002/lamp"),
    ]


def test_one_is_kept_and_so_is_what_was_not_there(city: RegistryUnderTest, auditor: Caller) -> None:
    for path, rows, first, sites in (
        ("dwellings/garden/home-00001?as_of=2099-01-01", 1, "garden/home-00001", ["garden"]),
        ("histories/dwelling/garden/home-00001", 1, "garden/home-00001", ["garden"]),
        ("histories/dwelling/orchard/home-99999", 0, None, ["orchard"]),
        ("dwellings/garden/home-99999", 0, None, ["garden"]),
        ("bindings/acme/lamp/2026-01-01", 1, "acme/lamp/2026-01-01", ["garden"]),
        ("tenancies?pilot=orchard", 0, None, ["orchard"]),
        ("occupancies?pilot=no%20slug", 0, None, []),
    ):
        auditor.get(f"/v1/{path}")
        kept = last(city.admin)
        assert (kept["rows"], kept["first"], kept["last"], kept["sites"]) == (rows, first, first, sites), path
        assert kept["address"].split("?")[0] == f"/v1/{path.split('?')[0]}"


def test_what_names_a_slot_is_kept_with_its_site(city: RegistryUnderTest, auditor: Caller) -> None:
    slot, began = "garden/home-00000/lamp", 1_773_014_400_000
    swap = {"vendor": "acme", "device_out": "lamp", "on": "2026-06-01", "device_in": "new", "reason": "FAULT"}
    city.admin.made("/v1/devices", {"vendor": "acme", "device": "new"})
    city.admin.made("/v1/swaps", swap)
    hour = {"from_ms": began, "to_ms": began + 3_600_000}
    city.admin.made("/v1/maintenances", {"place": slot, "vendor": "acme", "reason": "固件升级", **hour})
    period = {"period_from": "2026-01-01", "period_to": "2027-01-01"}
    auditor.made("/v1/audit-cases", {"code": "c", "title": "专项审计", "sites": ["garden"], **period})
    entry = {"kind": "FINDING", "text": "未见设备", "about_entity": "slot", "about_id": slot}
    assert auditor.post("/v1/audit-cases/c/entries", entry).status_code == 201
    for path, rows, sites in (
        ("swaps?vendor=acme", 1, ["garden"]),
        (f"maintenances/{slot}/{began}", 1, ["garden"]),
        ("maintenances/orchard/home-00000/lamp/1", 0, ["orchard"]),
        ("maintenances?place=orchard/home-00000/lamp", 0, ["orchard"]),
        ("audit-entries/c/1", 1, ["garden"]),
        ("histories/swap/acme/lamp/2026-06-01", 1, ["garden"]),
    ):
        assert auditor.get(f"/v1/{path}").status_code == 200 or rows == 0
        assert (last(city.admin)["rows"], last(city.admin)["sites"]) == (rows, sites), path


def test_a_sample_and_what_a_design_has_not_are_kept_as_reads(city: RegistryUnderTest, auditor: Caller) -> None:
    period = {"period_from": "2026-01-01", "period_to": "2027-01-01"}
    auditor.made("/v1/audit-cases", {"code": "c", "title": "专项审计", "sites": ["garden", "orchard"], **period})
    for slot in ("garden/home-00000/lamp", "garden/home-00001/lamp"):
        assert city.admin.patch(f"/v1/slots/{slot}", {"installed_on": "2026-02-01"}).status_code == 200
    drawn = auditor.post("/v1/audit-cases/c/samples", {"seed": "20261129", "size": 3})
    assert drawn.status_code == 201, drawn.text
    ids = drawn.json["sample"]["drawn"]  # type: ignore[index]
    kept = last(city.admin)
    assert (kept["role"], kept["operation"], kept["rows"]) == ("auditor", "draw_audit_sample", len(ids))
    assert (kept["first"], kept["sites"]) == (ids[0], sorted({key.partition("/")[0] for key in ids}))

    design = {"pilot": "garden", "code": "type-a", "name": "甲", "slots": [{"code": "tap", "category": "OTHER"}]}
    city.admin.made("/v1/layouts", design)
    assert city.admin.patch("/v1/dwellings/garden/home-00000", {"layout": "type-a"}).status_code == 200
    fitted = city.admin.post("/v1/layouts/garden/type-a/slots", {}).json
    assert fitted["first_beyond"] == ["garden/home-00000/lamp"]  # type: ignore[index]
    kept = last(city.admin)
    assert (kept["operation"], kept["first"], kept["sites"]) == ("fit_layout", "garden/home-00000/lamp", ["garden"])


def test_a_change_that_changes_nothing_tells_the_row_and_is_kept_as_a_read(city: RegistryUnderTest) -> None:
    before = len(accesses(city.admin))
    address = "/v1/dwellings/garden/home-00001"
    assert city.admin.patch(address, {"handed_over_on": "2026-03-01"}).status_code == 200
    assert len(accesses(city.admin)) == before  # it stands in the change log
    assert city.admin.patch(address, {"handed_over_on": "2026-03-01"}).status_code == 200
    kept = last(city.admin)
    assert (kept["operation"], kept["first"]) == ("amend_dwelling", "garden/home-00001")
    assert "changed nothing" in kept["purpose"]


TENANCY = {
    "pilot": "garden",
    "dwelling_ref": "home-00001",
    "number": 1,
    "valid_from": "2026-01-01",
    "consent": "GIVEN",
    "consent_from": "2026-01-01",
}


@pytest.mark.parametrize("as_job", [False, True], ids=["waited for", "as a job"])
def test_an_import_that_only_checks_tells_of_homes_and_is_kept_as_a_read(city: RegistryUnderTest, as_job: bool) -> None:
    city.admin.made("/v1/tenancies", TENANCY)
    officer = city.caller("district_officer", districts=["nanshan", "futian"])
    before = len(accesses(city.admin))
    headings = ["试点项目", "住宅假名", "租期序号", "起租日期", "同意情况", "同意情况日期"]
    probes = [
        [pilot, home, 9, "2026-06-01", "同意", "2026-06-01"]
        for pilot, home in (("garden", "home-00000"), ("garden", "home-00001"), ("orchard", "home-00000"))
    ]
    query = "?dry_run=true" + ("&job=true" if as_job else "")
    answer = upload(city, officer, "tenancies", as_csv(headings, *probes, ["garden"]), query)
    if as_job:
        location = answer.headers["Location"]
        answer = until(lambda: officer.get(location), lambda told: (told.json or {})["report"], within_s=30)
        faults = (answer.json or {})["report"]["faults"]
    else:
        faults = (answer.json or {})["faults"]
    assert any("garden/home-00001/1" in fault["detail"] for fault in faults)
    assert len(accesses(city.admin)) == before + 1
    kept = last(city.admin)
    assert {name: kept[name] for name in ("role", "operation", "rows", "first", "last", "sites")} == {
        "role": "district_officer",
        "operation": "import_tenancies",
        "rows": 4,
        "first": "garden/home-00000/9",
        "last": "orchard/home-00000/9",
        "sites": ["garden", "orchard"],
    }
    assert "a bulk import" in kept["purpose"]


def test_an_import_of_what_is_no_home_is_no_read(city: RegistryUnderTest) -> None:
    before = len(accesses(city.admin))
    assert upload(city, city.admin, "devices", as_csv(["厂商", "设备编号"], ["acme", "lamp"])).status_code == 200
    assert len(accesses(city.admin)) == before


def test_rows_that_are_refused_for_what_is_registered_are_kept_as_a_read(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/tenancies", TENANCY | {"valid_to": "2026-03-01"})
    second = TENANCY | {"number": 2, "valid_from": "2026-02-01", "consent_from": "2026-02-01"}
    before = len(accesses(city.admin))
    assert city.admin.post("/v1/tenancies", [TENANCY | {"consent": "NO"}]).status_code == 422
    assert len(accesses(city.admin)) == before  # its schema knows nothing
    refused = city.admin.post("/v1/tenancies", [second])
    assert (refused.status_code, "garden/home-00001/1" in refused.text) == (409, True)
    kept = last(city.admin)
    told = [kept[name] for name in ("operation", "rows", "first", "sites")]
    assert told == ["register_tenancies", 1, "garden/home-00001/2", ["garden"]]

    later = {"valid_from": "2026-04-01", "consent_from": "2026-04-01"}
    city.admin.made("/v1/tenancies", second | later)
    assert len(accesses(city.admin)) == before + 1
    longer = city.admin.patch("/v1/tenancies/garden/home-00001/1", {"valid_to": "2026-05-01"})
    assert (longer.status_code, "garden/home-00001/2" in longer.text) == (409, True)
    kept = last(city.admin)
    told = [kept[name] for name in ("operation", "rows", "first", "sites")]
    assert told == ["amend_tenancy", 1, "garden/home-00001/1", ["garden"]]
    assert len(accesses(city.admin)) == before + 2


def test_the_change_log_is_read_with_a_purpose_and_a_machines_is_its_keys_name(
    city: RegistryUnderTest, auditor: Caller
) -> None:
    machine = city.caller("service")
    head = (machine.get("/v1/changes?limit=1", purpose=None).json or {})["head"]
    before = len(accesses(city.admin))
    assert machine.get(f"/v1/changes?after={head}", purpose=None).status_code == 200  # nothing of homes: not kept
    assert len(accesses(city.admin)) == before

    assert machine.get("/v1/changes?limit=10000", purpose=None).status_code == 200
    kept = last(city.admin)
    assert (kept["role"], kept["purpose"], kept["rows"]) == ("service", "a service", head)
    assert (kept["first"], kept["last"], kept["sites"]) == ("1", str(head), ["garden", "orchard"])
    assert auditor.get(f"/v1/changes?after={head}").status_code == 200
    assert (last(city.admin)["role"], last(city.admin)["rows"]) == ("auditor", 0)


def test_the_access_log_is_found_by_actor_day_and_site_and_in_pages(city: RegistryUnderTest, auditor: Caller) -> None:
    key = next(row["key"] for row in city.admin.get("/v1/keys").json or [] if row["role"] == "auditor")
    for path in ("dwellings?pilot=garden", "dwellings?pilot=orchard", "slots", "occupancies"):
        auditor.get(f"/v1/{path}")
    city.admin.get("/v1/dwellings?pilot=orchard")
    mine = accesses(auditor, f"actor={key}")
    assert [row["operation"] for row in mine] == ["list_dwellings"] * 2 + ["list_slots", "list_occupancies"]
    assert [len(accesses(auditor, f"site={site}")) for site in ("garden", "orchard", "gard", "nowhere")] == [2, 3, 0, 0]
    assert accesses(auditor, "from=2020-01-01&to=2099-12-31") == accesses(auditor)
    assert accesses(auditor, "to=2020-01-01") == accesses(auditor, "from=2099-12-31") == []

    first = auditor.get(f"/v1/accesses?actor={key}&limit=3&from=2020-01-01")
    following = first.headers["Link"][1:].partition(">")[0]
    rest = auditor.get(following)
    assert (first.json or []) + (rest.json or []) == mine
    assert "Link" not in rest.headers


def test_only_the_auditor_and_the_administrator_read_the_access_log(city: RegistryUnderTest) -> None:
    approver = city.caller("district_approver", districts=["nanshan"])
    assert approver.get("/v1/accesses").status_code == 403


def test_the_database_refuses_to_change_what_is_in_the_access_log(city: RegistryUnderTest) -> None:
    city.admin.get("/v1/dwellings")
    city.admin.get("/v1/slots")
    before = accesses(city.admin)
    assert not_refused(city.url, "access") == []
    assert accesses(city.admin) == before


@pytest.mark.parametrize("path", ["dwellings", "dwellings/garden/home-00000", "changes"])
def test_what_cannot_be_kept_is_not_told(city: RegistryUnderTest, path: str) -> None:
    with opened(city.url) as connection:
        connection.exec_driver_sql("ALTER TABLE access RENAME TO elsewhere")
    answer = city.admin.get(f"/v1/{path}")
    assert (answer.status_code, reason(answer)) == (503, "unavailable")
    assert "home-0" not in answer.text
    assert city.admin.get("/v1/pilots").status_code == 200


def in_use(url: str) -> int:
    with opened(url) as connection:
        return int(connection.exec_driver_sql(NEXT_SEQUENCE).scalar_one())


def test_sixteen_readers_at_once_are_each_told_and_kept(city: RegistryUnderTest) -> None:
    callers = [city.caller("auditor") for _ in range(READERS)]
    before = in_use(city.url)

    def read(caller: Caller) -> list[int]:
        return [caller.get("/v1/dwellings?pilot=garden").status_code for _ in range(5)]

    with ThreadPoolExecutor(READERS) as pool:
        assert list(pool.map(read, callers)) == [[200] * 5] * READERS
    assert in_use(city.url) == before + 5 * READERS
    with opened(city.url) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM access")).scalar_one() == in_use(city.url)
