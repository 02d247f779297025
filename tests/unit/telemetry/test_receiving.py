"""Which numbers came: the intervals and gaps of a plain set of numbers, in any order, repeated, cut anywhere."""

import random
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st

from services.telemetry.adapters.sql_intervals import SqlIntervals
from services.telemetry.adapters.sql_ledger import connect
from services.telemetry.adapters.sql_ledger_pages import SqlLedgerPages
from services.telemetry.adapters.sqlite_numbers import SqliteNumbers
from services.telemetry.app import build
from services.telemetry.intervals import Interval
from services.telemetry.receiving import Device, Receiving, Run, intervals_of
from shared.contracts.civil_time import DAY_MS, day_of
from shared.failures import Unavailable
from tests.unit.telemetry.mirrored import OneKey, World, bearer
from tests.unit.telemetry.world import NOW, heartbeat, pack

Came = tuple[str, int, int]  # device, boot, seq


def ts_of(seq: int) -> int:
    """Of a device every number has its own time."""
    return NOW - 20 * DAY_MS + seq * 7 * 3_600_000


def by_plain_sets(came: list[Came]) -> tuple[dict[tuple[str, int], list[tuple[int, int]]], dict[int, int]]:
    """Intervals of each device's life, and how many lack, by the day of the next that came."""
    intervals: dict[tuple[str, int], list[tuple[int, int]]] = {}
    lacking: dict[int, int] = {}
    for device, boot in {(device, boot) for device, boot, _ in came}:
        numbers = sorted({seq for d, b, seq in came if (d, b) == (device, boot)})
        runs: list[list[int]] = []
        for seq in numbers:
            if seq - 1 in numbers:
                runs[-1][1] = seq
            else:
                if runs:
                    day = day_of(ts_of(seq))
                    lacking[day] = lacking.get(day, 0) + seq - runs[-1][1] - 1
                runs.append([seq, seq])
        intervals[device, boot] = [(first, last) for first, last in runs]
    return intervals, lacking


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 1), st.integers(0, 25)), max_size=40),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_the_database_has_what_plain_sets_have(came: list[Came], cuts: int, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/t.db")
        kept = SqlIntervals(engine)
        sent = [*came, *came[: len(came) // 2]]
        chance.shuffle(sent)
        for part in (sent[start::cuts] for start in range(cuts)):
            flat: dict[str, list[int]] = {}
            for device, boot, seq in part:
                flat.setdefault(device, []).extend((boot, seq, ts_of(seq)))
            kept.add(intervals_of([{"acme": flat}]))
            kept.add(intervals_of([{"acme": flat}]))  # as after a crash before the cursor moved
        wanted, lacking = by_plain_sets(came)
        found = {
            (device, boot): [(i.first, i.last) for i in some]
            for device in ("a", "b")
            for boot, some in kept.of_device("acme", device).items()
        }
        assert found == wanted
        totals = SqlLedgerPages(engine).state(0, 40_000, None).totals
        counted = {day: counts["missing"] for (_, day), counts in totals.items() if counts["missing"]}
        assert counted == lacking
        engine.dispose()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def client(world: World) -> FlaskClient:
    return build(world.engine, lambda _from, _to: world.stored, OneKey()).test_client()


def take_over(world: World) -> None:
    receiving = Receiving(SqliteNumbers(world.spool.file), SqlIntervals(world.engine))
    while receiving.step(NOW + 10_000):
        pass


def test_a_feed_asks_which_of_its_numbers_are_durable(world: World, client: FlaskClient) -> None:
    world.receive(pack(*(heartbeat(device="lamp", seq=seq, ts=NOW - 60_000 + seq) for seq in (0, 1, 2, 5))))
    take_over(world)
    answer = client.get("/v1/received?vendor=acme&device=lamp", headers=bearer("vendor", "acme"))
    assert answer.get_json() == {
        "vendor": "acme",
        "device": "lamp",
        "boots": [{"boot": 0, "intervals": [[0, 2], [5, 5]], "missing": 2}],
    }
    nobody = client.get("/v1/received?vendor=acme&device=nobody", headers=bearer("auditor"))
    assert nobody.get_json()["boots"] == []
    other = client.get("/v1/received?vendor=acme&device=lamp", headers=bearer("vendor", "bolt"))
    assert other.status_code == 403
    assert client.get("/v1/received?vendor=acme", headers=bearer("auditor")).status_code == 422


def test_a_gap_that_closes_is_missing_no_more(world: World) -> None:
    for seq in (0, 3, 1, 2):
        world.receive(pack(heartbeat(device="lamp", seq=seq, ts=NOW - 60_000 + seq)))
        take_over(world)
    world.write()
    world.mirror()
    assert [row.missing for row in world.ledger().rows] == [0]
    kept = SqlIntervals(world.engine).of_device("acme", "lamp")
    assert kept == {0: [Interval(0, 3, NOW - 60_000)]}


def test_a_jump_of_numbers_is_no_loss_and_ends_nothing(world: World) -> None:
    """The greatest numbers a record may carry, of two devices at once and again: their sum has no room in a column."""
    most = 2**63 - 1
    for seqs in ((0, most), (3,), (most - 1,)):
        for device in ("lamp", "hmd"):
            world.receive(pack(*(heartbeat(device=device, seq=seq, ts=NOW - 60_000) for seq in seqs)))
        take_over(world)
    world.write()
    world.mirror()
    assert [row.missing for row in world.ledger().rows] == [4]  # 1 and 2, of both


def test_a_run_says_when_its_batches_were_received_and_is_none_once_it_was_taken(world: World) -> None:
    for later_ms in (0, 40):
        world.receive(pack(heartbeat(device="lamp", seq=later_ms), received_ms=NOW + later_ms))
    numbers = SqliteNumbers(world.spool.file)
    run = numbers.numbered()
    assert run is not None
    assert (run.upto, run.more, run.first_ms, run.last_ms) == (2, False, NOW, NOW + 40)
    take_over(world)
    assert numbers.numbered() is None


class OneRun:
    """A spool with one run of numbers, and a database that may be away; ``cursor`` is where the spool's stands."""

    def __init__(self, first_ms: int, last_ms: int, *, more: bool = False, away: bool = False) -> None:
        self.run = Run(7, more, first_ms, last_ms, [{"acme": {"lamp": [0, 1, NOW]}}])
        self.away = away
        self.cursor = 0
        self.kept: dict[Device, Sequence[Interval]] = {}

    def numbered(self) -> Run | None:
        return self.run if self.cursor < self.run.upto else None

    def received(self, upto: int) -> None:
        self.cursor = upto

    def add(self, received: Mapping[Device, Sequence[Interval]]) -> None:
        if self.away:
            raise Unavailable("database")
        self.kept |= received


@pytest.mark.parametrize(
    ("first_ms", "last_ms", "more", "is_taken"),
    [
        (NOW, NOW, False, False),
        (NOW, NOW, True, True),  # there is enough for a run: nothing is waited for
        (NOW - 499, NOW - 499, False, False),
        (NOW - 500, NOW - 500, False, True),
        (NOW - 4_999, NOW, False, False),
        (NOW - 5_000, NOW, False, True),
        (NOW + 499, NOW + 499, False, False),  # a clock that was set back
        (NOW + 500, NOW + 500, False, True),
        (NOW + 4_999, NOW, False, False),
        (NOW + 5_000, NOW, False, True),
    ],
)
def test_a_run_is_taken_when_it_is_full_quiet_or_old_whatever_way_the_clock_was_set(
    first_ms: int, last_ms: int, more: bool, is_taken: bool
) -> None:
    both = OneRun(first_ms, last_ms, more=more)
    assert Receiving(both, both).step(NOW) == more
    assert (both.cursor, len(both.kept)) == ((7, 1) if is_taken else (0, 0))


def test_the_cursor_moves_only_once_the_database_has_the_numbers() -> None:
    both = OneRun(NOW - 500, NOW - 500, away=True)
    with pytest.raises(Unavailable):
        Receiving(both, both).step(NOW)
    assert both.cursor == 0
    both.away = False
    Receiving(both, both).step(NOW)
    assert (both.cursor, both.kept) == (7, {Device("acme", "lamp", 0): [Interval(1, 1, NOW)]})


def test_two_devices_of_one_name_are_two() -> None:
    found = intervals_of([{"acme": {"x": [0, 1, 5]}, "bolt": {"x": [0, 3, 6]}}])
    assert found == {Device("acme", "x", 0): [Interval(1, 1, 5)], Device("bolt", "x", 0): [Interval(3, 3, 6)]}
