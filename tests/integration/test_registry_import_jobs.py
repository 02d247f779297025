"""An import that nobody waits for: how far it is can be asked while it writes, and in the end what became of it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from services.registry import chain
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.adapters.sql_store import SqlStore
from services.registry.api import imports
from services.registry.api.import_reports import XLSX
from services.registry.api.imports import MOST_AT_ONCE
from services.registry.app import now_ms
from services.registry.importing.carrying import carry_out
from services.registry.importing.jobs import MOST_WAITING, MOST_WAITING_OF_ONE
from tests.integration.databases import Databases
from tests.integration.registry_process import registry_process
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, Caller, RegistryUnderTest, reason, registry
from tests.integration.spreadsheets import KEEP, as_csv, rows_of, upload
from tests.system.polling import until

AS_JOB = f"{KEEP}&job=true"
HEADINGS = ["厂商", "设备编号"]
MANY = 2_500


@pytest.fixture
def made(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    return made


class Gate:
    """Lets each chunk of an import be written only when the test says so."""

    def __init__(self) -> None:
        self._chunks = threading.Semaphore(0)

    def pass_on(self, chunks: int) -> None:
        self._chunks.release(chunks)

    def wait(self) -> None:
        assert self._chunks.acquire(timeout=30)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made, add = Gate(), SqlStore.add

    def add_when_told(self: SqlStore, entity: Any, rows: Any) -> None:
        if entity == "device":
            made.wait()
        add(self, entity, rows)

    monkeypatch.setattr(SqlStore, "add", add_when_told)
    yield made
    made.pass_on(1_000)


def devices(many: int, vendor: str = "acme") -> bytes:
    return as_csv(HEADINGS, *([vendor, f"d{number}"] for number in range(many)))


def job(made: RegistryUnderTest, caller: Caller, content: bytes, query: str = AS_JOB, kind: str = "devices") -> str:
    """Where to ask how far it is."""
    answer = upload(made, caller, kind, content, query)
    assert answer.status_code == 202, answer.text
    location = answer.headers["Location"]
    assert location == f"/v1/imports/jobs/{(answer.json or {})['id']}"
    return location


def told_now(caller: Caller, location: str) -> Any:
    return caller.get(location).json


def head(made: RegistryUnderTest) -> chain.Head:
    """The log's last row, by no request: one for the log is kept as a read, and waits on SQLite for who writes."""
    database = SqlDatabase(made.url, now_ms)
    with database.reading() as reading:
        found = reading.head()
    database.close()
    return found


def finished(caller: Caller, location: str) -> Any:
    return until(lambda: told_now(caller, location), lambda told: told["state"] in ("DONE", "FAILED"), within_s=30)


def reached(caller: Caller, location: str, done: int) -> Any:
    return until(lambda: told_now(caller, location), lambda told: told["rows_done"] == done, within_s=30)


def test_a_job_ends_with_the_report_that_somebody_who_waits_is_given(made: RegistryUnderTest) -> None:
    content = as_csv(HEADINGS, ["acme", "a"], ["nobody", "b"])
    waited = upload(made, made.admin, "devices", content).json
    told = finished(made.admin, job(made, made.admin, content, "?job=true"))
    assert {name: told[name] for name in ("kind", "state", "rows_done", "rows", "problem")} == {
        "kind": "devices",
        "state": "DONE",
        "rows_done": 2,
        "rows": 2,
        "problem": None,
    }
    assert told["report"] == waited


def test_how_far_it_is_can_be_asked_while_it_writes(made: RegistryUnderTest, gate: Gate) -> None:
    before = head(made)
    location = job(made, made.admin, devices(MANY))
    for chunks in range(3):
        told = reached(made.admin, location, 1_000 * chunks)
        until(lambda: (made.admin.get(location).json or {})["state"], lambda state: state == "KEEPING", within_s=10)
        assert (told["report"], head(made)) == (None, before)
        gate.pass_on(1)
    told = finished(made.admin, location)
    assert (told["state"], told["rows_done"], told["rows"], told["report"]["new"]) == ("DONE", MANY, MANY, MANY)
    kept: Any = made.admin.get(f"/v1/imports/{told['report']['import']}").json
    assert (kept["new"], kept["state"]) == (MANY, "KEPT")


def test_one_is_carried_out_at_a_time_and_only_so_many_wait(made: RegistryUnderTest, gate: Gate) -> None:
    others = [made.caller("administrator") for _ in range(MOST_WAITING // MOST_WAITING_OF_ONE)]
    callers = [caller for caller in others for _ in range(MOST_WAITING_OF_ONE)]
    first = job(made, made.admin, devices(1))
    until(lambda: (made.admin.get(first).json or {})["state"], lambda state: state == "KEEPING", within_s=10)
    waiting = [job(made, caller, devices(number + 2)) for number, caller in enumerate(callers)]
    assert {(made.admin.get(each).json or {})["state"] for each in waiting} == {"QUEUED"}

    refused = upload(made, made.admin, "devices", devices(9), AS_JOB)
    assert (refused.status_code, reason(refused), refused.headers["Retry-After"]) == (429, "too_many_imports", "30")

    gate.pass_on(100)
    assert [finished(made.admin, each)["report"]["new"] for each in (first, *waiting)] == [1] * (MOST_WAITING + 1)
    assert finished(made.admin, job(made, made.admin, devices(9)))["report"]["new"] == 4


def test_nobody_alone_takes_every_place_of_those_that_wait(made: RegistryUnderTest, gate: Gate) -> None:
    another = made.caller("administrator")
    first = job(made, made.admin, devices(1))
    until(lambda: (made.admin.get(first).json or {})["state"], lambda state: state == "KEEPING", within_s=10)
    own = [job(made, made.admin, devices(1)) for _ in range(2)]
    refused = upload(made, made.admin, "devices", devices(1), AS_JOB)
    assert (refused.status_code, reason(refused)) == (429, "too_many_imports")
    other = job(made, another, devices(1))
    gate.pass_on(100)
    assert [finished(made.admin, each)["state"] for each in (first, *own, other)] == ["DONE"] * 4


def test_of_imports_that_somebody_waits_for_only_so_many_are_at_work(
    made: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, going_on = threading.Barrier(MOST_AT_ONCE + 1), threading.Event()

    def held(*given: Any, **more: Any) -> Any:
        at_work.wait(30)
        assert going_on.wait(30)
        return carry_out(*given, **more)

    def uploaded() -> int:
        return upload(made, made.admin, "devices", devices(1)).status_code

    with monkeypatch.context() as patched, ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        patched.setattr(imports, "carry_out", held)
        asked = [pool.submit(uploaded) for _ in range(MOST_AT_ONCE)]
        at_work.wait(30)
        refused = upload(made, made.admin, "devices", devices(1))
        going_on.set()
        assert [each.result(30) for each in asked] == [200] * MOST_AT_ONCE
    assert (refused.status_code, reason(refused), refused.headers["Retry-After"]) == (429, "too_many_imports", "30")
    assert uploaded() == 200


def test_refused_rows_come_back_as_a_spreadsheet_by_accept(made: RegistryUnderTest) -> None:
    location = job(made, made.admin, as_csv(HEADINGS, ["acme", "a"], ["nobody", "b"]))
    told = finished(made.admin, location)
    assert (told["state"], told["report"]["outcome"], told["report"]["refused"]) == ("DONE", "REFUSED", 1)
    answer = made.app.test_client().get(location, headers={**made.admin.headers, "Accept": XLSX})
    assert (answer.status_code, answer.content_type) == (200, XLSX)
    assert [row[:2] for row in rows_of(answer.data)] == [HEADINGS, ["nobody", "b"]]
    english = made.app.test_client().get(location, headers={**made.admin.headers, "Accept-Language": "en"})
    assert (english.json or {})["report"]["faults"][0]["detail"] == "organisation nobody is not registered."


def test_a_file_that_cannot_be_read_fails_with_the_problem_that_it_is(made: RegistryUnderTest) -> None:
    waited = upload(made, made.admin, "devices", b"\x89PNG\x00\xff")
    told = finished(made.admin, job(made, made.admin, b"\x89PNG\x00\xff"))
    assert (told["state"], told["report"], told["problem"]) == ("FAILED", None, waited.json)


def test_a_defect_of_ours_fails_the_job_and_not_those_after_it(
    made: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(SqlStore, "add", broken)
        told = finished(made.admin, job(made, made.admin, devices(1)))
    assert (told["state"], told["problem"]["type"]) == ("FAILED", "urn:pilotlight:problem:internal")
    assert finished(made.admin, job(made, made.admin, devices(1)))["state"] == "DONE"


def test_a_job_is_told_to_who_started_it_and_to_administrators(made: RegistryUnderTest) -> None:
    vendor, other = made.caller("vendor", vendors=["acme"]), made.caller("vendor", vendors=["bolt"])
    location = job(made, vendor, devices(1))
    assert finished(vendor, location)["state"] == finished(made.admin, location)["state"] == "DONE"
    for answer in (other.get(location), made.admin.get("/v1/imports/jobs/of-before-a-restart")):
        assert (answer.status_code, reason(answer)) == (404, "job_unknown")
        assert "GET /v1/imports" in (answer.json or {})["detail"]


def test_a_process_that_is_asked_to_end_undoes_a_job_and_ends_at_once(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty()
    with registry_process(url, tmp_path) as process:
        admin = process.session("admin")
        admin.post(f"{process.url}/v1/organisations", json=[VENDOR], timeout=30).raise_for_status()
        before = admin.get(f"{process.url}/v1/changes?purpose=check", timeout=30).json()["head"]
        posted = admin.post(f"{process.url}/v1/imports/devices{AS_JOB}", data=devices(40_000), timeout=60)
        location = process.url + posted.headers["Location"]

        def state() -> Any:  # each by a connection of its own: who has sent the file is long gone
            return requests.get(location, headers=dict(admin.headers), timeout=30).json()

        until(state, lambda told: told["state"] == "KEEPING" and 0 < told["rows_done"] < 40_000, within_s=60)
        process.gunicorn.terminate()
        assert process.gunicorn.wait(15) == 0
    database = SqlDatabase(url, now_ms)
    with database.reading() as reading:
        assert chain.verify(reading.every_change()) == reading.head()
        assert reading.head().sequence == before
    database.close()
    with registry_process(url, tmp_path) as process:
        admin = process.session("admin")
        location = f"{process.url}/v1/imports/jobs/{location.rpartition('/')[2]}"
        assert admin.get(location, timeout=30).json()["type"].endswith("job_unknown")
        assert admin.get(f"{process.url}/v1/imports", timeout=30).json() == []
