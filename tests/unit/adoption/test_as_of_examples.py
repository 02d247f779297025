"""Figures as known on a day, one fact at a time: not before it became known, and not from the day it was taken back."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import LONG_AGO, bound, heartbeat, lived_in, usage
from tests.unit.adoption.venues import DAY as OPEN_DAY, NINE, of_session, session, venue, void
from tests.unit.adoption.world import Json, body, city_of, fold_batches, measure

EPOCH = date(1970, 1, 1)
DAY = date(2024, 2, 29)
MIDNIGHT = midnight_ms(DAY)
ARRIVED, TAKEN_BACK = date(2024, 3, 5), date(2024, 3, 8)
ON = [date(2024, 3, 1), date(2024, 3, 4), ARRIVED, date(2024, 3, 7), TAKEN_BACK]


def number(day: date) -> int:
    return (day - EPOCH).days


def late(record: Json) -> Json:
    return record | {"received_ms": midnight_ms(ARRIVED) + 1}


def fold(path: Path, *records: Json, taken_back: str | None = None) -> SqliteKnownFacts:
    """Facts of these records; a table's late rows are taken back on a day."""
    fold_batches(path, [[body(records)]])
    if taken_back:
        with sqlite3.connect(path) as connection:
            connection.execute(
                f"UPDATE {taken_back} SET until = ? WHERE known = ?", (number(TAKEN_BACK), number(ARRIVED))
            )
        connection.close()
    return SqliteKnownFacts(path)


def counts(metric: str, city: Json, facts: SqliteKnownFacts, day: date = DAY, apart: str = "") -> list[int]:
    """The numerator, or what is shown apart, as known on each day."""
    found = []
    for on in ON:
        with facts.at_once(number(on) + 1) as known:
            window = day, date.fromordinal(day.toordinal() + 1)
            figure = measure(metric, "programme", window, city_of(city), known).figure
            found.append(figure.apart[apart] if apart else figure.conservative.numerator)
    return found


@pytest.mark.parametrize(("metric", "count"), [("H4", 1), ("H6", 30), ("H7", 1), ("H7a", 1)])
def test_a_late_usage_counts_from_the_day_it_came_until_it_is_taken_back(
    tmp_path: Path, metric: str, count: int
) -> None:
    facts = fold(tmp_path / "a.db", late(usage(MIDNIGHT, trigger="app")), taken_back="strip")
    assert counts(metric, lived_in(bound("lamp", LONG_AGO)), facts) == [0, 0, count, count, 0]


def fault(ts: int, sha: str = "1" * 64) -> Json:
    record = {"kind": "fault", "vendor": "acme", "site": "xili", "device": "lamp", "ts": ts, "seq": 0}
    return record | {"code": "e-1", "active": True, "received_ms": ts, "sha": sha}


def test_a_late_fault_makes_minutes_unhealthy_from_the_day_it_came_until_it_is_taken_back(tmp_path: Path) -> None:
    before = late(fault(MIDNIGHT - 3_600_000))  # what it marks itself is the day before, and past within half an hour
    facts = fold(tmp_path / "a.db", heartbeat("lamp", MIDNIGHT), before, taken_back="fault")
    city = lived_in(bound("lamp", LONG_AGO))
    assert counts("H6", city, facts) == [30] * 5
    assert counts("H6", city, facts, apart="healthy") == [30, 30, 0, 0, 30]


def test_a_late_void_gives_a_fault_back_to_health_from_the_day_it_came_until_it_is_taken_back(tmp_path: Path) -> None:
    began = fault(MIDNIGHT - 3_600_000)
    gone = void({"kind": "fault", "ts": began["ts"], "seq": 0}) | {"site": "xili", "device": "lamp"}
    facts = fold(tmp_path / "a.db", heartbeat("lamp", MIDNIGHT), began, late(gone), taken_back="void")
    assert counts("H6", lived_in(bound("lamp", LONG_AGO)), facts, apart="healthy") == [0, 0, 30, 30, 0]


def test_a_late_session_is_a_use_from_the_day_it_came_until_it_is_taken_back(tmp_path: Path) -> None:
    punctual = session(NINE + 3_600_000, 100)
    facts = fold(tmp_path / "a.db", punctual, late(session(NINE, 300)), taken_back="session")
    assert counts("V2", venue(), facts, OPEN_DAY) == [0, 1, 2, 2, 1]
    assert counts("V5", venue(), facts, OPEN_DAY) == [0, 100, 400, 400, 100]


def test_a_late_void_takes_a_use_from_the_day_it_came_until_it_is_taken_back(tmp_path: Path) -> None:
    used = session(NINE, 300)
    facts = fold(tmp_path / "a.db", used, late(void(of_session(used))), taken_back="void")
    assert counts("V2", venue(), facts, OPEN_DAY) == [0, 1, 0, 0, 1]


def test_a_greater_void_that_came_late_gives_the_use_back_until_it_is_taken_back(tmp_path: Path) -> None:
    used = session(NINE, 300)
    lesser = void(of_session(used), "1" * 64)
    greater = late(void({"kind": "session", "ts": 1, "seq": 0}, "2" * 64))
    facts = fold(tmp_path / "a.db", used, lesser, greater, taken_back="void")
    assert counts("V2", venue(), facts, OPEN_DAY) == [0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("strip", late(session(NINE, 300))),
        ("session", late(session(NINE, 300))),
        ("void", late(void({"kind": "session", "ts": NINE, "seq": 0}))),
    ],
)
def test_a_change_is_told_only_of_the_days_before_the_moment_and_after_the_one_asked_for(
    tmp_path: Path, table: str, record: Json
) -> None:
    facts = fold(tmp_path / "a.db", record, taken_back=table)
    day, came, went = map(number, (OPEN_DAY, ARRIVED, TAKEN_BACK))

    def told(before: int, after: int) -> set[int]:
        with facts.at_once(before) as known:
            changes = known.changes("acme", "hmd", day, day + 1, after)
            assert {changed for changed, _ in changes} <= {day}
            return {on for _, on in changes}

    assert told(came, 0) == set()
    assert told(came + 1, 0) == told(went, 0) == {came}
    assert told(went + 1, 0) == told(went + 1, came - 1) == {came, went}
    assert told(went + 1, came) == told(went + 1, went - 1) == {went}
    assert told(went + 1, went) == set()
