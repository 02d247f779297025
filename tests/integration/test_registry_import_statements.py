"""How often an import speaks to the database: in batches, and a check never to the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from services.registry.importing.carrying import Result, carry_out
from services.registry.importing.kinds import KINDS
from services.registry.store import New
from shared.contracts.registry import Dwelling, Organisation, Phase, Pilot, Slot
from shared.runtime.auth import Principal
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, pilot
from tests.integration.spreadsheets import as_csv

MANY = 3_000
CALLER = Principal("k", "an administrator", "administrator")
BY_NAME = {kind.name: kind for kind in KINDS}
REFS = [f"home-{number:05}" for number in range(MANY)]


@pytest.fixture
def database(databases: Databases) -> Iterator[SqlDatabase]:
    """A vendor, and a pilot with many dwellings."""
    made = SqlDatabase(databases.migrated(), now_ms)
    with made.writing("k") as store:
        store.add("organisation", [New("acme", Organisation(**VENDOR), None)])  # type: ignore[arg-type]
        store.add("pilot", [New("garden", Pilot(**pilot("garden")), "nanshan")])
        store.add("phase", [New("garden/1", Phase("garden", 1, "一期"), "nanshan")])
        store.add("dwelling", [New(f"garden/{ref}", Dwelling("garden", 1, ref), "nanshan") for ref in REFS])
    yield made
    made.close()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database inside the block; many rows of one statement are one."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def carried_out(database: SqlDatabase, kind: str, rows: list[list[Any]], *, dry_run: bool) -> Result:
    return carry_out(database, BY_NAME[kind], as_csv(*rows), CALLER, dry_run=dry_run, some=False)


def handovers(many: int) -> list[list[Any]]:
    return [["试点项目", "住宅假名", "交付日期"], *(["garden", ref, "2026-06-30"] for ref in REFS[:many])]


def test_thousands_of_rows_are_amended_in_a_few_statements(database: SqlDatabase) -> None:
    with statements() as sent:
        result = carried_out(database, "handover", handovers(MANY), dry_run=False)
    assert result.entered.changed == MANY
    assert len(sent) < 60
    with database.reading() as reading:
        last = reading.changes(reading.head().sequence - MANY - 1, MANY)
    assert [change.id for change in last] == [f"garden/{ref}" for ref in REFS]


def test_thousands_of_rows_that_each_belong_to_another_are_amended_in_a_few_statements(database: SqlDatabase) -> None:
    with database.writing("k") as store:
        slots = [Slot("garden", ref, "lamp", "LIGHTING") for ref in REFS]
        store.add("slot", [New(f"garden/{slot.dwelling_ref}/lamp", slot, "nanshan") for slot in slots])
    rows = [["试点项目", "住宅假名", "点位编号", "安装日期"], *(["garden", ref, "lamp", "2026-06-01"] for ref in REFS)]
    with statements() as sent:
        result = carried_out(database, "slot-dates", rows, dry_run=False)
    assert result.entered.changed == MANY
    assert len(sent) < 60


def test_a_check_writes_no_log_and_leaves_nothing(database: SqlDatabase) -> None:
    with database.reading() as reading:
        head = reading.head()
    devices = [["厂商", "设备编号"], *(["acme", f"d{number}"] for number in range(MANY))]
    for kind, rows in (("handover", handovers(MANY)), ("devices", devices)):
        with statements() as sent:
            result = carried_out(database, kind, rows, dry_run=True)
        assert (result.outcome, result.entered.changed + result.entered.new) == ("CHECKED", MANY)
        assert [statement for statement in sent if "INSERT INTO change" in statement] == []
    with database.writing("k") as store:
        assert (store.head(), store.known("device", {"acme/d0"})) == (head, {})
        stored = store.known("dwelling", {f"garden/{REFS[0]}"})[f"garden/{REFS[0]}"]
        assert (stored.row, stored.version) == (Dwelling("garden", 1, REFS[0]), 1)
