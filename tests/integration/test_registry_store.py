"""Many rows are replaced, removed and registered anew in one transaction; the log has each, and its chain holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from services.registry.chain import verify
from services.registry.scope import Reach
from services.registry.store import Amended, Asked, New, Stored
from shared.contracts.registry import Change, Feed, Organisation, Pilot
from shared.runtime.registry_copy import RegistryCopy
from tests.integration.databases import Databases

MANY = 1_500
EVERYTHING = Reach(everything=True)
GARDEN = Pilot("garden", "花园", "nanshan", "PUBLIC_RENTAL", "GOV_INVESTED")


@pytest.fixture
def database(databases: Databases) -> Iterator[SqlDatabase]:
    database = SqlDatabase(databases.migrated(), now_ms)
    yield database
    database.close()


def organisation(number: int, name: str = "甲") -> Organisation:
    return Organisation(f"o-{number:04}", f"code-{number:04}", name, ["VENDOR"])


def added(database: SqlDatabase, many: int) -> None:
    with database.writing("k") as store:
        store.add("organisation", [New(f"o-{number:04}", organisation(number), None) for number in range(many)])


def log(database: SqlDatabase) -> list[Change]:
    with database.reading() as reading:
        changes = list(reading.every_change())
        assert verify(changes) == reading.head()
    return changes


def test_many_rows_are_replaced_and_each_is_logged(database: SqlDatabase) -> None:
    added(database, MANY)
    after = [organisation(number, f"乙{number}") for number in range(MANY)]
    with database.writing("k") as store:
        store.replace_all(
            "organisation",
            [Amended(row.slug, Stored(organisation(number), 1), row) for number, row in enumerate(after)],
        )
        assert store.known("organisation", {"o-0007"}) == {"o-0007": Stored(after[7], 2)}
    changes = log(database)[MANY:]
    assert [(change.id, change.version) for change in changes] == [(row.slug, 2) for row in after]
    assert {((change.before or {})["name"], (change.after or {})["name"]) for change in changes} == {
        ("甲", row.name) for row in after
    }
    with database.reading() as reading:
        assert [row for _, row in reading.page("organisation", EVERYTHING, Asked())] == [
            Stored(row, 2) for row in after
        ]


def test_nothing_replaced_is_nothing_logged(database: SqlDatabase) -> None:
    with database.writing("k") as store:
        store.replace_all("organisation", [])
    assert log(database) == []


def test_what_was_removed_may_come_again_and_its_versions_go_on(database: SqlDatabase, tmp_path: Path) -> None:
    added(database, 2)
    with database.writing("k") as store:
        store.remove("organisation", store.known("organisation", {"o-0000"}))
        assert set(store.known("organisation", {"o-0000", "o-0001"})) == {"o-0001"}
    copy = RegistryCopy(tmp_path / "copy.db")
    copy.apply(log(database))
    assert [key for key, _ in copy.all(Organisation)] == ["o-0001"]

    added(database, 1)
    assert [(change.id, change.version, change.after is None) for change in log(database)] == [
        ("o-0000", 1, False),
        ("o-0001", 1, False),
        ("o-0000", 2, True),
        ("o-0000", 3, False),
    ]
    copy.apply(log(database))
    assert [key for key, _ in copy.all(Organisation)] == ["o-0000", "o-0001"]
    with database.reading() as reading:
        assert reading.one("organisation", "o-0000", EVERYTHING) == Stored(organisation(0), 3)
    with database.writing("k") as store:
        told = store.history("organisation", "o-0000")
        assert [(version.row, version.version) for version in told] == [(organisation(0), 3)]  # of this life


def test_a_day_on_which_something_was_away_does_not_show_it(databases: Databases) -> None:
    clock = iter(range(1_000_000_000_000, 2_000_000_000_000, 86_400_000))
    database = SqlDatabase(databases.migrated(), lambda: next(clock))
    added(database, 1)
    with database.writing("k") as store:
        store.remove("organisation", store.known("organisation", {"o-0000"}))
    added(database, 1)
    times = [change.time for change in log(database)]
    with database.reading() as reading:
        shown = [reading.one("organisation", "o-0000", EVERYTHING, before) for before in (*times, "2100")]
    assert [row and row.version for row in shown] == [None, 1, None, 3]
    database.close()


def test_a_site_that_was_removed_frees_its_slug_and_a_feed_its_sites(database: SqlDatabase) -> None:
    feed = Feed("o-0000", "gw", ["garden"])
    added(database, 1)
    with database.writing("k") as store:
        store.add("pilot", [New("garden", GARDEN, "nanshan")])
        store.add("feed", [New("o-0000/gw", feed, None)])
    with database.writing("k") as store:
        store.remove("feed", {"o-0000/gw": Stored(feed, 1)})
        store.remove("pilot", {"garden": Stored(GARDEN, 1)})
        assert store.sites({"garden"}) == {}
        store.add("pilot", [New("garden", GARDEN, "nanshan")])
        assert store.sites({"garden"})["garden"].district == "nanshan"
    assert [change.after is None for change in log(database)] == [False, False, False, True, True, False]


def test_the_log_is_read_from_one_row_to_another(database: SqlDatabase) -> None:
    added(database, 5)
    with database.writing("k") as store:
        assert [change.sequence for change in store.logged(2, 4)] == [2, 3, 4]
        assert store.head().sequence == 5
