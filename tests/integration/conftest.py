"""The three servers for the integration tests: one set for the whole run; and our services on them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.programs import BROKERS
from deploy.local.stack import Stack
from tests.integration.adoption_under_test import AdoptionUnderTest, adoption_on
from tests.integration.telemetry_under_test import TelemetryUnderTest, telemetry_on
from tests.system.feed import Feed


@pytest.fixture(scope="session")
def brokers(make_stack: Callable[[], Stack]) -> Stack:
    """Mosquitto, RabbitMQ and InfluxDB with their accounts, healthy; none of our services."""
    stack = make_stack()
    stack.start(only=BROKERS)
    return stack


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    """A worker that runs, and knows a lamp."""
    with telemetry_on(brokers, tmp_path, "lamp") as made:
        made.start()
        yield made


@pytest.fixture
def feed(telemetry: TelemetryUnderTest) -> Iterator[Feed]:
    """A gateway of the worker's vendor, which waits for receipts."""
    with telemetry.receiving() as made:
        yield made


@pytest.fixture
def adoption(brokers: Stack, tmp_path: Path) -> Iterator[AdoptionUnderTest]:
    """Adoption with an empty queue and no facts; a test starts its processes."""
    with adoption_on(brokers, tmp_path) as made:
        yield made
