"""What is read from the facts, of rows written here by hand."""

import sqlite3
from pathlib import Path

import pytest

from deploy.demo.observing import marked_minutes
from services.adoption.adapters.sqlite_schema import SCHEMA
from tests.under_load import stored
from tests.under_load.stored import holding_in

DAY = 20_000
FIRST_MINUTE = DAY * 1440 - 480  # Shenzhen is eight hours ahead


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "adoption.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO device VALUES (?, ?, ?)", [(1, "a", "lamp"), (2, "b", "lamp")])
        bits = bytes([0b101, 0b1]) + bytes(178)  # minutes 0, 2 and 8
        rows = [(device, DAY, DAY + 1, 2_932_896, bits, b"", bytes([1]) + bytes(179), b"", b"") for device in (1, 2)]
        connection.executemany("INSERT INTO strip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        sessions = [(1, 5, 0, b"x" * 32, 9, DAY, "v", 60), (1, 5, 0, b"y" * 32, 9, DAY, "v", 60)]
        connection.executemany("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", sessions)
    connection.close()
    return path


def test_a_bit_of_a_strip_is_a_minute_of_its_civil_day(facts: Path) -> None:
    wanted = {("a", "lamp", FIRST_MINUTE + minute) for minute in (0, 2, 8)}

    assert marked_minutes(facts, "seen", "a") == wanted
    assert marked_minutes(facts, "smart", "a") == {("a", "lamp", FIRST_MINUTE)}
    assert marked_minutes(facts, "local") == set()
    assert len(marked_minutes(facts, "seen")) == 6


def test_one_vendors_holding_has_all_its_strips_and_says_what_is_there_twice(
    facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [{"tags": {"site": "s", "device": "lamp"}, "values": [[7, 0], [8, 1], [8, 1]]}]
    monkeypatch.setattr(stored, "query", lambda _url, asked: answers if "FROM usage " in asked else [])

    held = holding_in("http://unused", facts, "a")

    assert held.points == {("usage", "s", "lamp", 7, 0), ("usage", "s", "lamp", 8, 1)}
    assert held.minutes == {("smart", "lamp", FIRST_MINUTE)} | {
        ("seen", "lamp", FIRST_MINUTE + minute) for minute in (0, 2, 8)
    }
    assert held.sessions == {("lamp", 5, 0, 60)}
    assert held.twice == {"points": 1, "session": 1}
