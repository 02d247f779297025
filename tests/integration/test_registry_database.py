"""What the registry makes of its database's errors: what waiting mends is unavailable, anything else is a defect."""

from pathlib import Path

import pytest
from sqlalchemy import exc

from services.registry.adapters import alembic_migrations
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from shared.failures import Unavailable


@pytest.fixture
def database(tmp_path: Path) -> SqlDatabase:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    alembic_migrations.upgrade(url)
    return SqlDatabase(url, now_ms)


@pytest.mark.parametrize("kind", [exc.OperationalError, exc.InterfaceError])
def test_a_database_that_is_away_is_unavailable(database: SqlDatabase, kind: type[exc.DBAPIError]) -> None:
    with pytest.raises(Unavailable, match="database"), database.reading():
        raise kind("SELECT 1", {}, Exception("away"))


@pytest.mark.parametrize(
    "kind", [exc.ProgrammingError, exc.IntegrityError, exc.InternalError, exc.NotSupportedError, exc.DBAPIError]
)
def test_a_statement_that_is_wrong_is_a_defect(database: SqlDatabase, kind: type[exc.DBAPIError]) -> None:
    with pytest.raises(kind), database.reading():
        raise kind("SELEKT 1", {}, Exception("no such word"))


def test_a_database_that_was_not_migrated_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="database"):
        SqlDatabase(f"sqlite:///{tmp_path / 'empty.db'}", now_ms).check()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "damaged.db").write_bytes(b"damaged " * 1_000)
    with pytest.raises(Unavailable, match="database"):
        SqlDatabase(f"sqlite:///{tmp_path / 'damaged.db'}", now_ms).check()
