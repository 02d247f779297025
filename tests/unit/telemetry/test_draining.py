"""Sending: the cursor moves after the store has it, a refusal is halved down to its lines, an outage moves nothing."""

import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from services.telemetry.bodies import Body
from services.telemetry.draining import keep_up, publish_events, refused_lines, write_points
from services.telemetry.model import RefusedEntry
from shared.contracts.civil_time import day_of
from shared.failures import Rejected, Unavailable
from tests.unit.telemetry.world import NOW, Spooled, heartbeat, kept_of, pack, usage


class Store:
    """Keeps lines as a set; refuses a write with a bad line in it, though it may have stored the others."""

    def __init__(self, bad: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.bad = bad
        self.lines: set[str] = set()
        self.writes = 0

    def write(self, text: str) -> None:
        self.writes += 1
        lines = set(text.split("\n"))
        if lines & self.bad:
            raise Rejected("refused_by_store")
        self.lines |= lines


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_every_good_line_is_written_and_every_bad_one_named(goods: list[bool]) -> None:
    lines = [f"line {number}" for number in range(len(goods))]
    bad = {line for line, good in zip(lines, goods, strict=True) if not good}
    store = Store(bad)
    assert refused_lines(store.write, "\n".join(lines)) == [line for line in lines if line in bad]
    assert store.lines == set(lines) - bad


def test_one_bad_line_in_10000_costs_few_writes() -> None:
    store = Store({"line 7777"})
    refused_lines(store.write, "\n".join(f"line {number}" for number in range(10_000)))
    assert store.writes <= 2 * 15


def test_a_refused_point_is_set_aside_for_good_and_the_cursor_moves(tmp_path: Path) -> None:
    spool = Spooled(tmp_path / "spool.db")
    spool.taking_in.keep(kept_of(pack(usage(seq=1), usage(seq=2))))
    lines = spool.giving_out.lines(10)
    assert lines is not None
    first, second = lines.text.split("\n")
    store = Store({first})
    assert write_points(spool.giving_out, store.write, lambda: NOW + 5) is False
    snapshot = spool.mirroring.changes(0, 10)
    assert store.lines == {second}
    assert spool.counts() == {"accepted": 2, "received": 2, "rejected:refused_by_store": 1, "written": 2}
    assert [(r.vendor, r.reason, r.raw.decode()) for _, rows in snapshot.rejected for r in rows] == [
        ("acme", "refused_by_store", first)
    ]
    assert [row.day for row in snapshot.counted if row.what.startswith("rejected")] == [day_of(NOW)]
    *_, (n, entries) = spool.giving_out.entries(10)
    assert (n, entries) == (2, [RefusedEntry(NOW + 5, "influxdb", first)])
    assert spool.giving_out.cursors() == (2, {"influxdb": 1, "rabbitmq": 0, "database": 0, "received": 0})


def test_an_outage_moves_no_cursor(tmp_path: Path) -> None:
    spool = Spooled(tmp_path / "spool.db")
    spool.taking_in.keep(kept_of(pack(usage())))

    def away(_: object) -> None:
        raise Unavailable("store")

    with pytest.raises(Unavailable):
        write_points(spool.giving_out, away, lambda: NOW)
    with pytest.raises(Unavailable):
        publish_events(spool.giving_out, away, "w")
    assert spool.giving_out.cursors()[1] == {"influxdb": 0, "rabbitmq": 0, "database": 0, "received": 0}


def test_a_step_takes_many_batches_and_says_whether_more_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.telemetry.draining.POINTS_AT_ONCE", 2)
    monkeypatch.setattr("services.telemetry.draining.EVENTS_AT_ONCE", 2)
    spool = Spooled(tmp_path / "spool.db")
    for seq in range(3):
        spool.taking_in.keep(kept_of(pack(usage(seq=seq), heartbeat(seq=seq, test=True))))
    store, published = Store(), list[Body]()
    assert [write_points(spool.giving_out, store.write, lambda: NOW) for _ in range(4)] == [True, True, False, False]
    assert [publish_events(spool.giving_out, published.extend, "w") for _ in range(3)] == [True, False, False]
    assert len(store.lines) == 6
    assert len(published) == 2


def test_keeping_up_ends_when_asked_and_waits_while_there_is_nothing_to_do() -> None:
    stop, wake, idled = threading.Event(), threading.Event(), threading.Event()
    left = [True, True, False]

    def step() -> bool:
        return left.pop(0) if left else False

    thread = threading.Thread(target=keep_up, args=(step, stop, wake), kwargs={"gather_s": 0, "idle": idled.set})
    thread.start()
    assert idled.wait(10)
    stop.set()
    wake.set()
    thread.join(10)
    assert not thread.is_alive()
    assert left == []
