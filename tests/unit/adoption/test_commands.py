"""Reconcile names what was altered by hand, rebuild mends it; both say plainly when they cannot tell."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.adoption.awaiting import PAUSE_S
from tests.fakes.influx_points import StoredPoints
from tests.fakes.influx_server import InfluxServer, serving
from tests.unit.adoption import oracle_strips
from tests.unit.adoption.commands import ALTERED, LAMP, Operator, operator, plain_records
from tests.unit.adoption.oracle import day_of
from tests.unit.adoption.ticking import Ticking
from tests.unit.adoption.withdrawals import FIRST

FAR_FUTURE = 4_000_000_000_000


@pytest.fixture
def influx() -> Iterator[InfluxServer]:
    server = InfluxServer("1.6.7")
    with serving(server):
        yield server


@pytest.fixture
def ours(
    tmp_path: Path, influx: InfluxServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    points = StoredPoints()
    influx.ask = points.series
    with operator(tmp_path, points.write, influx.url, monkeypatch, capsys) as made:
        yield made


def test_facts_and_points_of_one_stream_agree_and_what_was_compared_is_counted(ours: Operator) -> None:
    assert ours.reconcile() == 0
    device_days, minutes = compared(ours)
    assert f"compared {device_days} device-days, {minutes} minutes" in ours.said
    assert "0 device-days differ" in ours.said


def compared(ours: Operator) -> tuple[int, int]:
    """Device-days of the range that have a record, or were ever seen; and the minutes seen as they stand."""
    told = ours.journal.told
    days = [FIRST + timedelta(days=n) for n in range(-1, 3)]
    spoken_of = {(record["device"], day_of(record["ts"])) for record in told}
    minutes = 0
    for device in {record["device"] for record in told}:
        for day in days:
            seen = [oracle_strips.state(told, device, day, day + timedelta(days=n)).get("seen") for n in range(12)]
            minutes += len(seen[-1] or ())
            if any(seen):
                spoken_of.add((device, day))
    return len([key for key in spoken_of if key[1] in days]), minutes


@pytest.mark.parametrize("altered", ALTERED)
def test_what_was_altered_by_hand_is_named_and_a_rebuild_mends_it(ours: Operator, altered: str) -> None:
    statement, named = ALTERED[altered]
    before = ours.dump()
    assert ours.sql(statement) > 0
    assert ours.reconcile() == 1
    lines = ours.said.splitlines()[:-1]
    for site, device, day, what in named:
        assert [line for line in lines if f"{site} acme/{device} {day} {what}" in line], (what, lines)
    assert {line.split(" ")[1] for line in lines} == {f"acme/{device}" for _, device, _, _ in named}
    assert ours.rebuild() == 0
    assert all(f"acme/{device} {day}" in ours.said for _, device, day, _ in named)
    assert ours.dump() == before
    assert ours.reconcile() == 0
    assert ours.rebuild() == 0
    assert " 0 mended" in ours.said


def test_a_rebuild_of_one_site_leaves_the_others_alone(ours: Operator) -> None:
    statement, _ = ALTERED["a session's seconds"]
    ours.sql(statement)
    altered = ours.dump()
    assert ours.rebuild("--site", "xili") == 0
    assert ours.dump() == altered
    assert ours.reconcile("--site", "xili") == 0
    assert ours.reconcile("--site", "museum") == 1
    assert ours.rebuild("--site", "museum") == 0
    assert ours.reconcile() == 0


def test_where_a_worker_lags_nothing_is_judged_whatever_its_clock_says(
    ours: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Ticking()
    monkeypatch.setattr("services.adoption.__main__.time", clock)
    ours.sql(f"UPDATE strip SET seen = x'' WHERE device = {LAMP}")
    ours.sql("UPDATE watermark SET batch = batch - 1, received_before_ms = ?", FAR_FUTURE)
    assert ours.reconcile() == 2
    assert 0.5 <= clock.waited_s <= 0.5 + PAUSE_S  # the deadline asked for
    ours.sql("UPDATE watermark SET batch = batch + 1, received_before_ms = 1")
    assert ours.reconcile() == 1
    ours.sql("DELETE FROM watermark")
    assert ours.reconcile() == 2


def test_what_waits_to_be_refolded_is_no_difference_yet(ours: Operator) -> None:
    ours.sql(f"UPDATE strip SET seen = x'' WHERE device = {LAMP}")
    ours.sql(f"UPDATE refold SET marked = marked + 1, held = 1 WHERE device = {LAMP}")
    assert ours.reconcile() == 2
    assert ours.rebuild() == 0
    assert ours.reconcile() == 0


def test_a_part_that_is_away_is_named(ours: Operator, influx: InfluxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ours.journal.away = True
    assert ours.rebuild() == 2
    monkeypatch.setenv("INFLUX_URL", "http://user:pw@127.0.0.1:9/pilotlight")
    assert ours.reconcile() == 2


def test_an_answer_of_the_journal_that_broke_off_changes_nothing(ours: Operator) -> None:
    before = ours.dump()
    for cut_after in (0, 1, 3):
        ours.journal.cut_after = cut_after
        assert ours.rebuild() == 2
        assert ours.run("scan", "--day", str(FIRST)) == 2
    ours.journal.cut_after = None
    assert ours.dump() == before


def test_a_scan_lists_conflicts_once_and_repeated_changes_nothing(ours: Operator) -> None:
    ours.sql("DELETE FROM conflict")
    day = str(FIRST)
    assert ours.run("scan", "--day", day) == 0
    contents: dict[object, set[str]] = {}
    for record in ours.journal.told:
        key = record["device"], record["kind"], record["ts"], record["seq"]
        if day_of(record["ts"]) == FIRST:
            contents.setdefault(key, set()).add(record["sha"])
    expected = {(*key, len(of)) for key, of in contents.items() if len(of) > 1}  # type: ignore[misc]
    with sqlite3.connect(ours.path) as connection:
        listed = set(connection.execute("SELECT device, kind, ts, seq, contents FROM conflict"))
        marks_before = connection.execute("SELECT * FROM refold").fetchall()
        assert listed == expected
        assert f"{len(expected)} conflicts" in ours.said
        assert ours.run("scan", "--day", day) == 0
        assert "0 of them new" in ours.said
        assert connection.execute("SELECT * FROM refold").fetchall() == marks_before
    connection.close()


def test_days_that_are_none_and_settings_that_are_missing_are_said(
    ours: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ours.run("rebuild", "--from", str(FIRST), "--to", str(FIRST)) == 2
    monkeypatch.delenv("TELEMETRY_URL")
    with pytest.raises(SystemExit) as end:
        ours.rebuild()
    assert end.value.code == 78
    assert len(plain_records()) == 8
