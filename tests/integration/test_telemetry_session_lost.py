"""On real servers: a broker that lost our session is an outage of ours, one that restarted and kept it is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.programs import BROKERS
from deploy.local.stack import Stack
from tests.fakes.published_registry import PublishedRegistry, serving
from tests.integration.telemetry_under_test import EventTap, TelemetryUnderTest, now_ms
from tests.system.polling import until


@pytest.fixture
def telemetry(make_stack: Callable[[], Stack], tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    """On servers of its own: others' sessions must not be lost with ours."""
    stack = make_stack()
    stack.start(only=BROKERS)
    registry = PublishedRegistry()
    with serving(registry):
        made = TelemetryUnderTest(stack, registry, tmp_path)
        made.register_sites()
        made.start()
        yield made
        made.stop()
    stack.stop()


def test_only_a_session_that_the_broker_has_lost_is_an_outage(telemetry: TelemetryUnderTest) -> None:
    stack = telemetry.stack
    with EventTap(stack, telemetry.vendor) as tap:
        stack.stop_program("mosquitto")
        stack.start_program("mosquitto")
        telemetry.wait_ready()
        down_from = now_ms()
        stack.stop_program("mosquitto")
        for database in stack.folders.data_of("mosquitto").glob("*.db"):  # the sessions; not the accounts
            database.unlink()
        stack.start_program("mosquitto")
        up_again = now_ms()
        (outage,) = until(lambda: tap.told("outage"), bool)
        telemetry.wait_ready()
        telemetry.until_drained()
        assert len(tap.told("outage")) == 1
    assert (outage["worker"], outage["reason"]) == ("telemetry-1", "session_lost")
    assert down_from - 2_500 <= outage["from_ms"] <= outage["to_ms"]
    assert outage["from_ms"] <= up_again <= outage["to_ms"] + 5_000
    assert telemetry.counter("telemetry_sessions_lost_total") == 1
