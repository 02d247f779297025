"""On real servers: a moment is told only after what was received before it is in both stores; totals add up."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.integration.event_tap import EventTap
from tests.integration.records import pack, usage
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms, telemetry_on
from tests.system.polling import until

DAY_MS = 86_400_000


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    with telemetry_on(brokers, tmp_path, "lamp") as made:
        yield made


def until_past(tap: EventTap, moment: int) -> None:
    until(lambda: max((data["received_before_ms"] for data in tap.told("watermark")), default=0), moment.__le__)


def test_what_was_received_before_a_watermark_was_stored_and_published_before_it(
    telemetry: TelemetryUnderTest,
) -> None:
    ts = now_ms()
    telemetry.start()
    with EventTap(telemetry.stack, telemetry.vendor) as tap, telemetry.feed() as feed:
        for seq in range(200):
            feed.publish(telemetry.topic(), pack(usage(ts, seq)))
        until(telemetry.health, lambda health: health["head"] > 0)
        until_past(tap, now_ms() + 1_000)
        assert len(telemetry.points()) == 200
        assert {event["data"]["seq"] for event in tap.of("usage")} == set(range(200))
        head = telemetry.health()["head"]
        totals = until(lambda: tap.told("ledger"), lambda told: bool(told) and told[-1]["counts"].get("written") == 200)
    assert totals[-1]["counts"] == {"received": 200, "accepted": 200, "written": 200}
    assert [data["revision"] for data in totals] == sorted(data["revision"] for data in totals)
    told = [(data["received_before_ms"], data["batch"]) for data in tap.told("watermark")]
    assert told == sorted(told)
    assert told[-1][1] == head


def test_a_trial_moves_receipt_by_a_day_and_the_watermark_with_it(telemetry: TelemetryUnderTest) -> None:
    clock = telemetry.folder / "clock.json"
    start = now_ms() - 30 * DAY_MS
    telemetry.spawn(TRIAL="1", TRIAL_CLOCK=str(clock))
    telemetry.wait_ready()
    with EventTap(telemetry.stack, telemetry.vendor) as tap, telemetry.feed() as feed:
        for count, moment in enumerate((start, start + DAY_MS), 1):
            clock.write_text(json.dumps({"now_ms": moment}))
            until_past(tap, moment)
            feed.publish(telemetry.topic(), pack(usage(moment, 0)))
            until(lambda: len(tap.of("usage")), count.__eq__)
        events = tap.of("usage")
    assert [event["data"]["ts"] for event in events] == [start, start + DAY_MS]
    assert len({event["time"][:10] for event in events}) == 2  # times of receipt
