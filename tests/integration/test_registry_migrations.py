"""The schema goes up, down and up again, is what the tables say, and always leaves the log protected."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.registry.adapters import alembic_migrations, sql_append_only
from services.registry.adapters.sql_tables import METADATA
from tests.integration.change_log import drop_trigger, not_refused, opened
from tests.integration.databases import Databases

REVISIONS = [script.revision for script in ScriptDirectory(str(alembic_migrations.SCRIPTS)).walk_revisions()][::-1]
RULES = ["never_updated", "never_deleted", "appended"]
TRIGGERS = [f"{log}_is_{rule}" for log in ("change", "access") for rule in RULES]
FIRST_WITH_ACCESSES = "0010"
FIRST_READ = "INSERT INTO access VALUES (1, '2026-01-01T00:00:00Z', 'k-1', 'auditor', 'x', '/', 'why', 0, '', '', '')"
FIRST_ROW = "INSERT INTO change VALUES (1, '2026-01-01T00:00:00Z', 'k-1', 'pilot', 'garden', 1, NULL, '{}', '0', '1')"


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.empty()


def tables(url: str) -> set[str]:
    with opened(url) as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_migrations_go_up_down_and_up_again_and_the_log_defends_itself_after_each(url: str) -> None:
    def go_up() -> None:
        for revision in REVISIONS:
            alembic_migrations.upgrade(url, revision)
            if revision == REVISIONS[0]:
                with opened(url) as connection:
                    connection.exec_driver_sql(FIRST_ROW)
            assert not_refused(url) == [], revision
            if revision == FIRST_WITH_ACCESSES:
                with opened(url) as connection:
                    connection.exec_driver_sql(FIRST_READ)
            if "access" in tables(url):
                assert not_refused(url, "access") == [], revision
        assert tables(url) == set(METADATA.tables)

    go_up()
    alembic_migrations.upgrade(url)  # once more changes nothing
    for revision in REVISIONS[-2::-1]:
        alembic_migrations.downgrade(url, revision)
        assert not_refused(url) == [], revision
        if "access" in tables(url):
            assert not_refused(url, "access") == [], revision
    alembic_migrations.downgrade(url, "base")
    assert tables(url) == set()
    go_up()


def test_what_is_migrated_is_what_the_tables_say(url: str) -> None:
    alembic_migrations.upgrade(url)
    with opened(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_text_is_compared_by_code_point(url: str) -> None:
    alembic_migrations.upgrade(url)
    with opened(url) as connection:
        inspector = sa.inspect(connection)
        columns = [column["type"] for name in tables(url) for column in inspector.get_columns(name)]
    collations = {type_.collation for type_ in columns if isinstance(type_, sa.Text)}
    assert collations == {"C" if url.startswith("postgresql") else None}


def test_a_migration_that_drops_the_logs_triggers_is_undone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_append_only, "protect", lambda *_: None)
    with pytest.raises(alembic_migrations.Unprotected):
        alembic_migrations.upgrade(url)
    assert tables(url) == set()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_log_that_has_lost_one_of_its_triggers_is_not_served(url: str, trigger: str) -> None:
    alembic_migrations.upgrade(url)
    with opened(url) as connection:
        drop_trigger(connection, trigger)
    with pytest.raises(alembic_migrations.Unprotected):
        alembic_migrations.upgrade(url)


def test_what_is_there_already_is_kept_and_in_its_first_state(url: str) -> None:
    """Rows of before there were states: up to the newest, and down again."""
    alembic_migrations.upgrade(url, "0005")
    with opened(url) as connection:
        for statement in BEFORE_STATES:
            connection.exec_driver_sql(statement)
    alembic_migrations.upgrade(url)
    with opened(url) as connection:
        states = {table: connection.exec_driver_sql(f"SELECT state FROM {table}").scalar_one() for table in FIRST}
        assert states == FIRST
    alembic_migrations.downgrade(url, "0005")
    with opened(url) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM phase").scalar_one() == 1


FIRST = {"pilot": "DRAFT", "phase": "PLANNED", "venue": "DRAFT", "device": "REGISTERED"}
BEFORE_STATES = [
    "INSERT INTO site (slug, entity, district) VALUES ('garden', 'pilot', 'nanshan'), ('hall', 'venue', 'futian')",
    (
        "INSERT INTO pilot (id, version, slug, name, district, housing_type, funding_source)"
        " VALUES ('garden', 1, 'garden', 'x', 'nanshan', 'OTHER', 'MIXED')"
    ),
    (
        "INSERT INTO phase (id, version, pilot, number, name, district)"
        " VALUES ('garden/1', 1, 'garden', 1, 'x', 'nanshan')"
    ),
    (
        "INSERT INTO venue (id, version, slug, name, district, venue_type, funding_source)"
        " VALUES ('hall', 1, 'hall', 'x', 'futian', 'MUSEUM', 'MIXED')"
    ),
    (
        "INSERT INTO zone (id, version, venue, code, name, calendars, district)"
        " VALUES ('hall/a', 1, 'hall', 'a', 'x', '[]', 'futian')"
    ),
    (
        "INSERT INTO organisation (id, version, slug, uscc, name, roles)"
        " VALUES ('acme', 1, 'acme', '91350100M000100Y43', 'x', '[]')"
    ),
    "INSERT INTO device (id, version, vendor, device) VALUES ('acme/lamp', 1, 'acme', 'lamp')",
]
