"""Transactions, and what the registry makes of its database's errors: what waiting mends is unavailable."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import exc

from services.registry.adapters import sql_dialects
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from shared.failures import Unavailable
from tests.integration.change_log import change_something, length
from tests.integration.databases import Databases


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.migrated()


@pytest.fixture
def database(url: str) -> Iterator[SqlDatabase]:
    made = SqlDatabase(url, now_ms)
    yield made
    made.close()


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


def test_a_database_that_was_not_migrated_is_unavailable(databases: Databases) -> None:
    empty = SqlDatabase(databases.empty(), now_ms)
    with pytest.raises(Unavailable, match="database"):
        empty.check()
    with pytest.raises(Unavailable, match="database"), empty.writing("k-1") as store:
        change_something(store)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "damaged.db").write_bytes(b"damaged " * 1_000)
    with pytest.raises(Unavailable, match="database"):
        SqlDatabase(f"sqlite:///{tmp_path / 'damaged.db'}", now_ms).check()


def test_a_reader_sees_one_snapshot_whatever_is_written_meanwhile(database: SqlDatabase) -> None:
    with database.reading() as reading:
        before = reading.head()
        with database.writing("k-1") as store:
            change_something(store)
        assert reading.head() == before
        assert reading.keys() == []
    assert length(database) == 1


def test_a_writer_that_waited_sees_what_the_one_before_it_wrote(database: SqlDatabase) -> None:
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with database.writing("k-2") as store:
            change_something(store)

    with ThreadPoolExecutor() as pool:
        with database.writing("k-1") as store:
            writing = pool.submit(second)
            assert begun.wait(10)
            change_something(store)
        writing.result(10)
    assert length(database) == 2


def test_a_writer_that_waits_too_long_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_dialects, "_LONGEST_WAIT_MS", 200)
    database = SqlDatabase(url, now_ms)
    with database.writing("k-1") as store:
        with pytest.raises(Unavailable, match="database"), database.writing("k-2"):
            pass
        change_something(store)
    assert length(database) == 1


def test_a_block_that_raises_leaves_nothing(database: SqlDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.writing("k-1") as store:
        change_something(store)
        raise ZeroDivisionError
    assert length(database) == 0
