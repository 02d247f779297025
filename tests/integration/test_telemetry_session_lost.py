"""A broker that lost our session, on real servers of this file's own: others' sessions must not be lost with ours."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from deploy.local.programs import BROKERS
from deploy.local.stack import Stack
from tests.integration.event_tap import EventTap
from tests.integration.outages import down, forget_sessions
from tests.integration.processes import paused
from tests.integration.records import pack, usage
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms, telemetry_on
from tests.system.feed import Feed
from tests.system.polling import until


@pytest.fixture
def stack(make_stack: Callable[[], Stack]) -> Iterator[Stack]:
    made = make_stack()
    made.start(only=BROKERS)
    yield made
    made.stop()


@pytest.fixture
def telemetry(stack: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    with telemetry_on(stack, tmp_path, "lamp") as made:
        made.start()
        yield made


def test_only_a_session_that_the_broker_has_lost_is_an_outage(stack: Stack, telemetry: TelemetryUnderTest) -> None:
    with EventTap(stack, telemetry.vendor) as tap:
        with down(stack, "mosquitto"):
            pass  # it keeps its sessions
        telemetry.wait_ready()
        down_from = now_ms()
        with down(stack, "mosquitto"):
            forget_sessions(stack)
        up_again = now_ms()
        (outage,) = until(lambda: tap.told("outage"), bool)
        telemetry.wait_ready()
        telemetry.until_drained()
        assert len(tap.told("outage")) == 1
    assert (outage["worker"], outage["reason"]) == ("telemetry-1", "session_lost")
    assert down_from - 2_500 <= outage["from_ms"] <= outage["to_ms"]
    assert outage["from_ms"] <= up_again <= outage["to_ms"] + 5_000
    assert telemetry.counter("telemetry_sessions_lost_total") == 1


def test_a_broker_that_forgot_the_session_loses_no_message_to_an_old_acknowledgement(
    stack: Stack, telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    """Packet ids begin again at 1 then, so a stale acknowledgement would remove a new message unread."""
    ts = now_ms()
    assert feed.send(telemetry.topic(), pack(usage(ts, 0)))["accepted"] == 1
    connections = partial(telemetry.counter, "telemetry_connections_total")
    before = connections()
    assert telemetry.process is not None
    for round_ in range(1, 4):
        name, topic = f"gw{round_}", telemetry.topic(feed=f"gw{round_}")
        with paused(telemetry.process):
            with telemetry.feed(name) as fresh:
                for seq in range(5):  # on their way to the worker, unacknowledged, when the broker forgets them
                    fresh.publish(topic, pack(usage(ts, round_ * 100 + seq)))
            with down(stack, "mosquitto"):
                forget_sessions(stack)
        until(connections, (before + round_).__le__)
        telemetry.wait_ready()
        with telemetry.receiving(name) as fresh:
            for seq in range(30):
                assert fresh.send(topic, pack(usage(ts, round_ * 100 + seq)))["accepted"] == 1
    ledger = telemetry.settled()
    assert sum(row.stored for row in ledger.rows) == 91
