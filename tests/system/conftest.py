"""The whole stack for the system tests: one for the whole run, and one of its own for a test that needs it."""

from collections.abc import Callable, Iterator

import pytest

from deploy.local.stack import Stack
from tests.system.city import City


@pytest.fixture(scope="session")
def stack(make_stack: Callable[[], Stack]) -> Stack:
    """The three servers and all our processes, healthy."""
    made = make_stack()
    made.start()
    return made


@pytest.fixture
def own_stack(make_stack: Callable[[], Stack]) -> Iterator[Stack]:
    """A whole stack for one test, stopped when that is over."""
    made = make_stack()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def city(stack: Stack, request: pytest.FixtureRequest) -> City:
    """A small city of this module's own, registered on the stack."""
    return City(request.module.__name__.rpartition("test_")[2].replace("_", "-"), stack)
