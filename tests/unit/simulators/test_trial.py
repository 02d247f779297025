"""Day by day under a trial clock, with outboxes that answer themselves and no broker."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from simulators.civil import DAY_MS, HOUR_MS, day_of, start_ms
from simulators.messages import Message
from simulators.outbox import Outbox, Tally
from simulators.trial import Trial, drained, set_clock

FIRST = date(2026, 11, 16)
MIDNIGHT = start_ms(FIRST)


def message(due_ms: int) -> Message:
    record = {"device": "d", "kind": "heartbeat", "ts": due_ms}
    return Message("v.f", "v", "telemetry/v1/v/f/s", due_ms, (record,), ())


class Days:
    """The services of a test: their clock, what reached them when, and whether they have drained."""

    def __init__(self, dues: list[int]) -> None:
        self.now_ms = 0
        self.clocks: list[int] = []
        self.heard: list[tuple[int, int]] = []
        self.asked_before_receipts = False
        self.box = Outbox([message(due) for due in sorted(dues)], Tally(), window=2, again_after_s=10)
        self.looks_until_drained = 2

    def clock(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.clocks.append(now_ms)
        self.looks_until_drained = 2

    def empty(self, _since_s: float) -> bool:
        self.asked_before_receipts |= self.box.overdue(self.now_ms)
        self.looks_until_drained -= 1
        return self.looks_until_drained <= 0

    def serve(self, horizon: Callable[[float], float], finished: Callable[[], bool]) -> bool:
        while not finished():
            for parcel in list(self.box.take(0, horizon(0))):
                self.heard.append((self.now_ms, parcel.message.due_ms))
                self.box.receipt(parcel.number, b'{"accepted": 1, "parked": 0, "rejected": []}', 0)
        return True


def test_each_day_s_messages_go_out_under_the_next_day_s_first_minutes() -> None:
    days = Days([MIDNIGHT + hour * HOUR_MS for hour in range(1, 72, 5)])

    assert Trial(FIRST, days.clock, days.empty).run([days.box], days.serve)

    assert days.clocks == [MIDNIGHT + n * DAY_MS + 5 * 60_000 for n in (1, 2, 3)]
    assert len(days.heard) == 15
    for now_ms, due_ms in days.heard:
        assert (day_of(now_ms) - day_of(due_ms)).days == 1
    assert not days.asked_before_receipts


def test_what_is_late_goes_out_on_the_day_it_is_due_also_after_the_last_event_day() -> None:
    days = Days([MIDNIGHT + HOUR_MS, MIDNIGHT + 3 * DAY_MS + HOUR_MS])

    assert Trial(FIRST, days.clock, days.empty).run([days.box], days.serve)

    assert [(day_of(now) - FIRST).days for now, _ in days.heard] == [1, 4]
    assert [(day_of(clock) - FIRST).days for clock in days.clocks] == [1, 2, 3, 4]


def test_a_day_that_does_not_end_ends_the_trial() -> None:
    days = Days([MIDNIGHT + HOUR_MS, MIDNIGHT + DAY_MS + HOUR_MS])

    assert not Trial(FIRST, days.clock, days.empty).run([days.box], lambda _, __: False)

    assert len(days.clocks) == 1
    assert days.heard == []


def test_the_clock_file_is_replaced_whole(tmp_path: Path) -> None:
    clock = tmp_path / "clock.json"
    set_clock(clock, 1)
    reader = clock.open(encoding="utf-8")

    set_clock(clock, 2)

    assert json.loads(clock.read_text(encoding="utf-8")) == {"now_ms": 2}
    assert json.loads(reader.read()) == {"now_ms": 1}  # who had it open still has the old one, whole
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]
    reader.close()


@pytest.mark.parametrize(
    ("said", "age_s", "empty"),
    [
        ({"ready": True, "head": 7, "cursors": {"influxdb": 7, "rabbitmq": 7, "database": 7}}, 0, True),
        ({"ready": True, "head": 7, "cursors": {"influxdb": 7, "rabbitmq": 6, "database": 7}}, 0, False),
        ({"ready": False, "head": 7, "cursors": {"influxdb": 7, "rabbitmq": 7, "database": 7}}, 0, False),
        ({"ready": True, "head": 7, "cursors": {"influxdb": 7, "rabbitmq": 7, "database": 7}}, 20, False),
    ],
)
def test_drained_is_what_was_written_since_and_has_every_cursor_at_the_head(
    tmp_path: Path, said: dict[str, object], age_s: int, empty: bool
) -> None:
    health = tmp_path / "health.json"
    health.write_text(json.dumps(said), encoding="utf-8")
    os.utime(health, (1_000_010 - age_s, 1_000_010 - age_s))

    assert drained([health], since_s=1_000_000) is empty


def test_a_worker_that_has_written_nothing_yet_has_not_drained(tmp_path: Path) -> None:
    assert not drained([tmp_path / "health.json"], since_s=0)
