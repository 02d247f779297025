"""On real servers: a feed that falls silent while others go on has an outage drafted, ended when it speaks again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms, telemetry_on
from tests.system.polling import until


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    with telemetry_on(brokers, tmp_path, "lamp") as made:
        made.register_feed("gw", heartbeat_interval_s=1)
        made.start()
        yield made


@contextmanager
def traffic(telemetry: TelemetryUnderTest) -> Iterator[None]:
    """Another feed sends thirty messages a second, so that the worker is never idle for long."""
    stop = threading.Event()

    def send() -> None:
        with telemetry.feed("busy") as feed:
            topic = telemetry.topic(device="lamp", feed="busy")
            while not stop.wait(0.03):
                feed.publish(topic, json.dumps({"kind": "heartbeat", "ts": now_ms()}).encode())

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def test_a_silent_feed_has_an_outage_drafted_and_ended(telemetry: TelemetryUnderTest) -> None:
    topic = f"feeds/v1/{telemetry.vendor}/gw"
    outages = telemetry.registry.outages
    telemetry.registry.refuses = 1  # that says nothing of the outage: it is told again
    with telemetry.receiving() as feed, traffic(telemetry):
        first = now_ms()
        assert feed.send(topic, json.dumps({"ts": first}).encode())["accepted"] == 1
        key = f"{telemetry.vendor}/gw/{first}"
        drafted = until(lambda: dict(outages.get(key, {})), bool)
        assert drafted.keys() == {"vendor", "feed", "from_ms", "cause"}
        again = now_ms()
        refused = feed.send(topic, json.dumps([{"ts": again}, {"ts": again + 3_600_000}]).encode())
        assert refused["rejected"] == [{"index": 1, "reason": "future_ts"}]
        until(lambda: outages[key].get("to_ms"), lambda to_ms: to_ms == again)
    assert list(outages)[:1] == [key]
    assert telemetry.counter("telemetry_records_total") > 0
    assert telemetry.stop() == 0
