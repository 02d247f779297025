"""What only a server can do to the registry: end, come back, be a standby, keep silent, have other habits."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.registry.adapters import alembic_migrations, sql_dialects
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from shared.failures import Unavailable
from tests.integration.change_log import change_something, length, opened
from tests.integration.databases import PostgresqlDatabases
from tests.integration.postgresql_server import PostgresqlServer, serving_postgresql
from tests.system.polling import until


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    return PostgresqlDatabases(postgresql).migrated()


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresqlServer]:
    """A server that a test may kill."""
    with serving_postgresql() as server:
        yield server


def waiting_for_the_lock(url: str) -> int:
    with opened(url) as connection:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return int(connection.exec_driver_sql(query).scalar_one())


def test_a_server_that_is_killed_is_unavailable_until_it_is_back_and_keeps_what_was_committed(
    mortal: PostgresqlServer,
) -> None:
    url = mortal.create("mortal")
    alembic_migrations.upgrade(url)
    database = SqlDatabase(url, now_ms)
    with database.writing("k-1") as store:
        change_something(store)

    def write_while_it_dies() -> None:
        with database.writing("k-1") as store:
            change_something(store)
            mortal.kill()

    with pytest.raises(Unavailable, match="database"):
        write_while_it_dies()
    with pytest.raises(Unavailable, match="database"):
        database.check()
    mortal.start()
    database.check()
    assert length(database) == 1
    with database.writing("k-1") as store:
        change_something(store)
    assert length(database) == 2


def test_connections_that_the_server_ended_are_made_anew_without_anybodys_noticing(
    postgresql: PostgresqlServer, url: str
) -> None:
    database = SqlDatabase(url, now_ms)
    database.check()
    postgresql.hang_up()
    with database.writing("k-1") as store:
        change_something(store)
    assert length(database) == 1


def test_a_standby_is_read_and_unavailable_to_writers(url: str) -> None:
    database = SqlDatabase(f"{url}&options=-c default_transaction_read_only=on", now_ms)
    database.check()
    with pytest.raises(Unavailable, match="standby"), database.writing("k-1") as store:
        change_something(store)


def test_an_address_where_nobody_answers_is_unavailable_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_dialects, "_CONNECT_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connected by the kernel, never accepted
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable, match="timeout"):
            SqlDatabase(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none", now_ms).check()


def test_a_writer_that_falls_silent_loses_the_lock_and_its_changes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_dialects, "_LONGEST_PAUSE_MS", 200)
    database = SqlDatabase(url, now_ms)

    def write_and_fall_silent() -> None:
        with database.writing("silent") as store:
            change_something(store)
            with database.writing("next") as following:  # waits for the lock until it is free
                change_something(following)

    with pytest.raises(Unavailable, match="database"):
        write_and_fall_silent()
    with database.reading() as reading:
        assert [change.actor for change in reading.every_change()] == ["next"]


@pytest.mark.parametrize("habit", ["serializable", "repeatable\\ read"])
def test_a_servers_own_idea_of_isolation_does_not_break_the_log(url: str, habit: str) -> None:
    """A writer that saw what was there before it waited would take a sequence that is taken."""
    database = SqlDatabase(f"{url}&options=-c default_transaction_isolation={habit}", now_ms)

    def second() -> None:
        with database.writing("k-2") as store:
            change_something(store)

    with ThreadPoolExecutor() as pool:
        with database.writing("k-1") as store:
            writing = pool.submit(second)
            until(lambda: waiting_for_the_lock(url), bool, within_s=10)
            change_something(store)
        writing.result(10)
    assert length(database) == 2


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE change DISABLE TRIGGER change_is_never_updated", "DROP TRIGGER change_is_never_truncated ON change"],
)
def test_a_log_without_one_of_its_triggers_or_with_one_switched_off_is_not_served(url: str, statement: str) -> None:
    with opened(url) as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(alembic_migrations.Unprotected):
        alembic_migrations.upgrade(url)
