"""The three servers for the integration tests: one set for the whole run."""

from collections.abc import Callable

import pytest

from deploy.local.programs import BROKERS
from deploy.local.stack import Stack


@pytest.fixture(scope="session")
def brokers(make_stack: Callable[[], Stack]) -> Stack:
    """Mosquitto, RabbitMQ and InfluxDB with their accounts, healthy; none of our services."""
    stack = make_stack()
    stack.start(only=BROKERS)
    return stack
