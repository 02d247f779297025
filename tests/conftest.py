"""Stacks of real servers for tests, on free loopback ports, in temporary folders.

A server that is not installed fails the test, with the command that installs it: nothing is skipped.
"""

from collections.abc import Callable, Iterator

import pytest

from deploy.local.ports import free_ports
from deploy.local.stack import Stack

MakeStack = Callable[[], Stack]


@pytest.fixture(scope="session")
def make_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeStack]:
    """Make a stack that has not been started; it is stopped at the end, and dies with pytest in any case."""
    made: list[Stack] = []

    def make() -> Stack:
        folder = tmp_path_factory.mktemp("试点")  # not ASCII: every server must bear the folder names people use here
        made.append(Stack(folder, free_ports(), die_with_parent=True))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()
