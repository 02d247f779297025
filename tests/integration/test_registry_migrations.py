"""The schema goes up, down and up again, is what the tables say, and always leaves the log protected."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.registry.adapters import alembic_migrations, sql_dialects
from services.registry.adapters.sql_tables import METADATA


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'registry.db'}"


def tables(url: str) -> set[str]:
    return set(sa.inspect(sa.create_engine(url)).get_table_names()) - {"alembic_version"}


def test_the_migrations_go_up_down_and_up_again(url: str) -> None:
    alembic_migrations.upgrade(url)
    assert tables(url) == set(METADATA.tables)
    alembic_migrations.downgrade(url, "base")
    assert tables(url) == set()
    alembic_migrations.upgrade(url)
    assert tables(url) == set(METADATA.tables)
    alembic_migrations.upgrade(url)  # once more changes nothing


def test_what_is_migrated_is_what_the_tables_say(url: str) -> None:
    alembic_migrations.upgrade(url)
    with sa.create_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_migration_that_drops_the_logs_triggers_is_undone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_dialects, "protect_change_log", lambda _: None)
    with pytest.raises(alembic_migrations.Unprotected):
        alembic_migrations.upgrade(url)
    assert tables(url) == set()
