"""The record of an audit defends itself against whoever has the database's password."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from services.registry.adapters import alembic_migrations
from tests.integration.change_log import opened
from tests.integration.databases import Databases
from tests.integration.evidence import evidence
from tests.integration.registry_under_test import reason

CASE = {"code": "c", "title": "专项审计", "sites": ["garden"], "period_from": "2026-01-01", "period_to": "2027-01-01"}
ENTRY_COLUMNS = (
    'id, version, audit_case, number, kind, recorded_by, confidential, text, text_sha256, documents, "check", sample'
)
COPY = f"SELECT 'c/{{number}}', version, audit_case, {{number}}, {ENTRY_COLUMNS.split('number, ')[1]} FROM audit_entry"
TAMPERING = {
    "audit_entry": (
        "UPDATE audit_entry SET text = 'nothing was found' WHERE number = 1",
        "DELETE FROM audit_entry WHERE number = 2",
        "DELETE FROM audit_entry",
        f"INSERT INTO audit_entry ({ENTRY_COLUMNS}) {COPY.format(number=9)} WHERE number = 1",
        f"INSERT INTO audit_entry ({ENTRY_COLUMNS}) {COPY.format(number='NULL')} WHERE number = 1",
    ),
    "audit_text": (
        "UPDATE audit_text SET text = 'nothing'",
        "DELETE FROM audit_text",
        "INSERT INTO audit_text SELECT id, salt, 'nothing' FROM audit_text",
    ),
}
OVER = {
    "sqlite": {
        "audit_entry": (
            f"INSERT OR REPLACE INTO audit_entry ({ENTRY_COLUMNS}) SELECT {ENTRY_COLUMNS} FROM audit_entry",
            f"REPLACE INTO audit_entry ({ENTRY_COLUMNS}) {COPY.format(number=1)} WHERE number = 2",
        ),
        "audit_text": ("INSERT OR REPLACE INTO audit_text SELECT id, salt, 'nothing' FROM audit_text",),
    },
    "postgresql": {
        "audit_entry": ("TRUNCATE audit_entry CASCADE",),
        "audit_text": (
            "TRUNCATE audit_text",
            "INSERT INTO audit_text SELECT id, salt, 'x' FROM audit_text ON CONFLICT (id) DO UPDATE SET text = 'x'",
        ),
    },
}


def recorded(databases: Databases, folder: Path) -> str:
    """The address of a registry with a case of two entries, the first of them confidential."""
    city = evidence(databases, folder)
    city.auditor.made("/v1/audit-cases", CASE)
    for body in ({"kind": "LEAD", "text": "线索", "confidential": True}, {"kind": "OUTCOME", "text": "移交"}):
        assert city.auditor.post("/v1/audit-cases/c/entries", body).status_code == 201
    return city.registry.url


def rows(url: str) -> list[tuple[object, ...]]:
    with opened(url) as connection:
        return [
            tuple(row)
            for table in ("audit_entry", "audit_text")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")
        ]


def test_nobody_changes_removes_or_slips_in_a_row(databases: Databases, tmp_path: Path) -> None:
    url = recorded(databases, tmp_path)
    before = rows(url)
    assert len(before) == 3
    for table, statements in TAMPERING.items():
        for statement in (*statements, *OVER[databases.kind][table]):
            with pytest.raises(exc.DBAPIError, match="append-only"), opened(url) as connection:
                connection.exec_driver_sql(statement)
    assert rows(url) == before


@pytest.mark.parametrize("table", ["audit_entry", "audit_text"])
@pytest.mark.parametrize("how", ["never_updated", "never_deleted", "appended"])
def test_a_record_that_has_lost_one_of_its_triggers_is_not_served(databases: Databases, table: str, how: str) -> None:
    url = databases.migrated()
    with opened(url) as connection:
        of = f" ON {table}" if databases.kind == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {table}_is_{how}{of}")
    with pytest.raises(alembic_migrations.Unprotected, match=table):
        alembic_migrations.upgrade(url)


REFUSING = {
    "sqlite": "CREATE TRIGGER refusing BEFORE INSERT ON audit_text BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "CREATE OR REPLACE FUNCTION refuse_in_audit_text() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'no'; END $$",
}


def test_a_defect_that_is_logged_tells_no_text(
    databases: Databases, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    city = evidence(databases, tmp_path)
    city.auditor.made("/v1/audit-cases", CASE)
    with opened(city.registry.url) as connection:
        connection.exec_driver_sql(REFUSING[databases.kind])
    lead = {"kind": "LEAD", "text": "绝密线索", "confidential": True}
    answer = city.auditor.post("/v1/audit-cases/c/entries", lead)
    assert (answer.status_code, reason(answer)) == (500, "internal")
    assert "audit_text" in caplog.text  # the statement is
    assert "绝密线索" not in caplog.text
    assert city.auditor.get("/v1/audit-entries").json == []


def test_a_migration_down_and_up_again_leaves_the_record_defended(databases: Databases) -> None:
    url = databases.migrated()
    alembic_migrations.downgrade(url, "base")
    alembic_migrations.upgrade(url)
    with opened(url) as connection:
        assert sa.inspect(connection).has_table("audit_text")
        # the texts' foreign key would refuse as well; so only the trigger's own words count
        with pytest.raises(exc.DBAPIError, match="append-only"):
            connection.exec_driver_sql(
                "INSERT INTO audit_entry (id, version, audit_case, number, kind, recorded_by, confidential, documents)"
                " VALUES ('c/7', 1, 'c', 7, 'LEAD', 'k', true, '[]')"
            )
