"""What the worker tells of itself: a moment only when both stores have all before it; totals that are absolute."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from services.telemetry.adapters.sqlite_totals import SqliteTotals
from services.telemetry.announcing import Announcing
from services.telemetry.bodies import Body
from services.telemetry.watermark import Mark, Watermark
from shared.failures import Unavailable
from tests.unit.telemetry.world import HOME, NOW, Json, Spooled, kept_of, pack, usage


class Telling:
    """A worker's spool, a RabbitMQ that may be away, and a clock the test moves."""

    def __init__(self, folder: Path) -> None:
        self.spool = Spooled(folder / "spool.db")
        self.watermark = Watermark()
        self.bodies: list[Body] = []
        self.away = False
        self.now_s = 1_000.0
        self.restart()

    def restart(self) -> None:
        totals = SqliteTotals(self.spool.file)
        self.announcing = Announcing("w1", self.spool.giving_out, totals, self.watermark, self.publish)

    def receive(self, *messages: Json) -> None:
        self.spool.taking_in.keep(kept_of(*(pack(message) for message in messages)))

    def keep_mark(self, ms: int) -> None:
        self.watermark.kept(Mark(ms, self.spool.giving_out.cursors()[0]))

    def drain(self) -> None:
        head = self.spool.giving_out.cursors()[0]
        self.spool.giving_out.lines_written(head, None)
        self.spool.giving_out.events_published(head)

    def publish(self, bodies: Sequence[Body]) -> None:
        if self.away:
            raise Unavailable("rabbitmq")
        self.bodies += bodies

    def step(self, later_s: float = 0.0) -> None:
        self.now_s += later_s
        self.announcing.step(self.now_s)

    def told(self, kind: str) -> list[Json]:
        events = [
            event for body in self.bodies if body.routing_key == f"ops.{kind}" for event in json.loads(body.content)
        ]
        return [event["data"] for event in events]

    def moments(self) -> list[tuple[int, int]]:
        return [(data["received_before_ms"], data["batch"]) for data in self.told("watermark")]


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    return Telling(tmp_path)


def test_a_moment_is_told_once_both_stores_have_all_before_it(telling: Telling) -> None:
    telling.receive(usage())
    telling.keep_mark(NOW)
    telling.step()
    telling.spool.giving_out.events_published(1)
    telling.step(10)
    assert telling.bodies == []
    telling.spool.giving_out.lines_written(1, None)
    telling.step(10)
    assert telling.moments() == [(NOW, 1)]
    (body,) = [body for body in telling.bodies if body.routing_key == "ops.watermark"]
    (event,) = json.loads(body.content)
    assert (event["type"], event["source"]) == ("pilotlight.watermark.v1", "/workers/w1")
    assert (event["time"], event["id"]) == ("2025-11-24T16:00:00.000Z", f"w1/watermark/1/{NOW}")


def test_it_is_told_once_a_second_while_something_moves_and_every_5_s_when_quiet(telling: Telling) -> None:
    for tick in range(100):  # ten seconds of traffic
        telling.receive(usage(seq=tick))
        telling.keep_mark(NOW + tick * 100)
        telling.drain()
        telling.step(0.1)
    assert 9 <= len(telling.moments()) <= 11
    telling.bodies.clear()
    for tick in range(200):  # twenty of silence
        telling.keep_mark(NOW + 10_000 + tick * 100)
        telling.step(0.1)
    assert 4 <= len(telling.moments()) <= 5


def test_a_clock_moved_by_a_day_is_told_soon(telling: Telling) -> None:
    telling.keep_mark(NOW)
    telling.step()
    telling.keep_mark(NOW + 86_400_000)
    telling.step(1)
    assert telling.moments() == [(NOW, 0), (NOW + 86_400_000, 0)]


def test_a_clock_set_back_holds_no_batch_up_and_of_the_same_batch_says_nothing(telling: Telling) -> None:
    """Who reads compares batches: a batch that is told only once the clock has caught up is one he waits for."""
    for hour, messages in ((0, [usage()]), (-24, [usage()]), (-25, []), (-23, [usage()])):
        for message in messages:
            telling.receive(message)
        telling.drain()
        telling.keep_mark(NOW + hour * 3_600_000)
        telling.step(10)
    assert telling.moments() == [(NOW, 1), (NOW - 86_400_000, 2), (NOW - 82_800_000, 3)]


def test_while_rabbitmq_is_away_nothing_counts_as_told(telling: Telling) -> None:
    telling.receive(usage())
    telling.drain()
    telling.keep_mark(NOW)
    telling.away = True
    with pytest.raises(Unavailable):
        telling.step()
    telling.away = False
    telling.step()
    assert (len(telling.moments()), len(telling.told("ledger"))) == (1, 1)


@given(
    st.lists(st.tuples(st.sampled_from(["keep", "quiet", "back", "influxdb", "rabbitmq", "ask"]), st.integers(0, 3)))
)
def test_no_moment_is_reached_before_its_batch_and_the_last_always_is(steps: list[tuple[str, int]]) -> None:
    watermark, marks = Watermark(), [Mark(0, 0)]
    cursors = {"influxdb": 0, "rabbitmq": 0}
    watermark.kept(marks[0])
    for what, by in steps:
        if what in ("keep", "quiet", "back"):  # "back": something is kept while the clock is set back
            moved_ms = -25 if what == "back" else 10
            marks.append(Mark(marks[-1].received_before_ms + moved_ms, marks[-1].batch + (what != "quiet")))
            watermark.kept(marks[-1])
        elif what == "ask":
            reached = watermark.reached(cursors)
            assert reached is None or (reached in marks and reached.batch <= min(cursors.values()))
        else:
            cursors[what] = min(cursors[what] + by, marks[-1].batch)
    everything = {"influxdb": marks[-1].batch, "rabbitmq": marks[-1].batch}
    assert watermark.reached(everything) == marks[-1]


def test_totals_are_told_by_vendor_and_day_when_they_change(telling: Telling) -> None:
    day = 86_400_000
    other = HOME.replace("acme", "other")
    telling.spool.taking_in.keep(
        kept_of(pack(usage(), usage(ts=NOW - day), usage(ts=None)), pack(usage(), topic=other))
    )
    telling.drain()
    telling.keep_mark(NOW)
    telling.step()
    found = {(data["vendor"], data["day"]): data["counts"] for data in telling.told("ledger")}
    assert found == {
        ("acme", "2025-11-24"): {"received": 1, "accepted": 1, "written": 1},
        ("acme", "2025-11-25"): {"received": 2, "accepted": 1, "written": 1, "rejected:bad_record": 1},
        ("other", "2025-11-25"): {"received": 1, "parked:unknown_device": 1},
    }
    assert {data["worker"] for data in telling.told("ledger")} == {"w1"}


def test_only_what_changed_is_told_again_with_a_greater_revision_every_3_s_at_most(telling: Telling) -> None:
    telling.receive(usage(ts=NOW - 86_400_000), usage())
    telling.drain()
    telling.keep_mark(NOW)
    telling.step()
    first = telling.told("ledger")
    telling.bodies.clear()
    telling.receive(usage(seq=1))
    telling.step(2.9)
    assert telling.told("ledger") == []
    telling.step(0.2)
    (again,) = telling.told("ledger")
    assert (again["day"], again["counts"]["received"]) == ("2025-11-25", 2)
    assert again["revision"] > max(data["revision"] for data in first)
    telling.bodies.clear()
    telling.restart()
    telling.step(10)
    assert telling.told("ledger") == []
