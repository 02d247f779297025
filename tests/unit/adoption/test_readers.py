"""Whoever only reads facts waits for no writer."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.adapters.sqlite_pictures import SqlitePictures
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.adapters.sqlite_stock import SqliteStock


def refolding(path: Path) -> int:
    with SqliteKnownFacts(path).at_once() as known:
        return known.refolding()


READS: dict[str, Callable[[Path], Any]] = {
    "what waits": lambda path: [*SqliteRefolds(path).groups(), *SqliteRefolds(path).chunks("acme", 1)],
    "how many wait": lambda path: SqliteRefolds(path).count_waiting(),
    "the status": refolding,
    "what is due": lambda path: [*SqliteScans(path).due(2), *SqliteScans(path).arrivals(1, 2)],
    "whose day it is": lambda path: [*SqliteScans(path).devices_on(1), *SqliteStock(path).devices_on(1, "xili")],
    "a picture": lambda path: SqlitePictures(path).pictures("acme", 1, ["lamp-1"]),
    "what is in conflict": lambda path: SqlitePictures(path).in_conflict("acme", 1, ["lamp-1"]),
    "whether it waits": lambda path: SqlitePictures(path).is_waiting("acme", "lamp-1", 1),
}


@pytest.mark.parametrize("what", READS)
def test_a_read_waits_for_no_writer(tmp_path: Path, what: str) -> None:
    path = tmp_path / "adoption.db"
    SqliteFacts(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert not READS[what](path)
