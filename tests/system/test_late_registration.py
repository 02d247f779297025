"""A device registered a week after it began to send: nothing of it is lost, and it counts from its effective date.

Days pass under a trial's clock of receipt, so each record is received on its own day, long before the registration.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.demo.observing import influx_points, marked_minutes
from deploy.demo.registering import register
from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.system.city import administrator
from tests.system.feed import Feed
from tests.system.polling import until
from tests.system.small_city import small_city

FIRST = date(2026, 3, 2)
WEEK = [FIRST + timedelta(days=n) for n in range(7)]
EFFECTIVE = WEEK[3]
LATE = ("lamp",)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A trial's stack of its own."""
    made = Stack(tmp_path, free_ports(), die_with_parent=True, trial=True)
    set_clock(made, FIRST)
    made.start()
    yield made
    made.stop()


def noon_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()) * 1000


def set_clock(stack: Stack, day: date) -> None:
    """Receipt now happens at one in the afternoon of a day."""
    clock = stack.trial_clock
    clock.parent.mkdir(parents=True, exist_ok=True)
    fresh = clock.with_suffix(".new")
    fresh.write_text(json.dumps({"now_ms": noon_ms(day) + 3_600_000}))
    os.replace(fresh, clock)  # noqa: PTH105 – in one step


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_it_counts_from_its_effective_date(stack: Stack) -> None:
    bodies = small_city("late", str(FIRST - timedelta(days=30)))
    late = {name: [row for row in bodies[name] if row["device"] in LATE] for name in ("devices", "bindings")}
    early = bodies | {name: [row for row in bodies[name] if row["device"] not in LATE] for name in late}
    api = administrator(stack)
    passwords = register(api, stack.urls["registry"], early, lambda _: None)

    def record(device: str, day: date) -> bytes:
        return json.dumps({"kind": "heartbeat", "ts": noon_ms(day), "device": device}).encode()

    def figure(metric: str, day: date, **asked: str) -> dict[str, Any]:
        window = {"from": str(day), "to": str(day + timedelta(days=1)), "scope": "slot:late-home/ref-00000001/lamp"}
        found: dict[str, Any] = api.get(f"{stack.urls['adoption']}/v1/figures/{metric}", **window, **asked)
        return found

    topic = "telemetry/v1/late/gw/late-home"
    with Feed("127.0.0.1", stack.ports.mqtt, "late.gw", passwords["late.gw"]) as feed:
        feed.subscribe("ack/v1/late/gw/#")
        for day in WEEK:
            set_clock(stack, day)
            # the lock is registered: once it is accepted, the worker follows both the clock and the registry
            until(lambda: feed.send(topic, record("lock", day)), lambda told: told["accepted"] == 1)  # noqa: B023
            assert feed.send(topic, record("lamp", day)) == {"accepted": 0, "parked": 1, "rejected": []}
        set_clock(stack, WEEK[-1] + timedelta(days=1))

        assert figure("H4", WEEK[-1])["numerator"] == 0
        api.post(f"{stack.urls['registry']}/v1/devices", late["devices"])
        effective = [row | {"valid_from": str(EFFECTIVE)} for row in late["bindings"]]
        api.post(f"{stack.urls['registry']}/v1/bindings", effective)

        facts = stack.folders.data_of("adoption") / "adoption.db"
        wanted = {("late", "lamp", noon_ms(day) // 60_000) for day in WEEK}
        until(lambda: {one for one in marked_minutes(facts, "seen") if one[1] == "lamp"}, lambda seen: seen == wanted)

    points = influx_points(stack.influx_url("adoption"))
    assert points["heartbeat", "late", "late-home", "lamp"] == len(WEEK)
    until(lambda: figure("H4", WEEK[-1])["numerator"], lambda count: count == 1)
    online = {day: figure("H6", day)["numerator"] > 0 for day in WEEK}
    assert online == {day: day >= EFFECTIVE for day in WEEK}
    # received on its own day, it was known on the day after it, though nobody could count it yet
    assert figure("H6", WEEK[4], as_of=str(WEEK[5]))["numerator"] > 0
    assert figure("H6", WEEK[4], as_of=str(WEEK[4]))["numerator"] == 0
    window = {"from": str(FIRST), "to": str(WEEK[-1] + timedelta(days=1))}
    url = f"{stack.urls['telemetry']}/v1/ledger"
    ledger = until(lambda: api.get(url, vendor="late", **window), lambda found: bool(found["settled"]))
    aside = sum((Counter(row["set_aside"]) for row in ledger["rows"]), Counter[str]())
    assert aside.keys() <= {"future_ts"}  # the lock's, when the worker did not follow the clock yet
