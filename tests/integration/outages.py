"""What tests do to the servers: one is down while a block lasts and up after it, whatever happened meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.stack import Stack


@contextmanager
def down(stack: Stack, server: str) -> Iterator[None]:
    """Stop one server; start it again at the end, and wait until it is healthy."""
    try:
        stack.stop_program(server)
        yield
    finally:
        stack.start_program(server)


def forget_sessions(stack: Stack) -> None:
    """While Mosquitto is down: it comes up again without its sessions, but with the accounts it had."""
    for database in stack.folders.data_of("mosquitto").glob("mosquitto.db*"):
        database.unlink()
