"""The walk of a batch of messages, in one page: decode, keep, and only then acknowledge."""

from collections.abc import Mapping, Sequence, Set
from typing import Protocol

from services.telemetry.decode import decode
from services.telemetry.directory import Directory
from services.telemetry.keeping import kept
from services.telemetry.model import Kept, Message, Outcome


class Acknowledgeable(Message, Protocol):
    """A message whose sender waits to hear that it is durable."""

    def acknowledge(self, outcome: Outcome) -> None:
        """Say so: PUBACK, and a receipt where one was asked for."""


class Spool(Protocol):
    """Where what is kept is safe."""

    @property
    def names(self) -> Mapping[str, Set[str]]:
        """The value names each vendor has used."""

    def keep(self, kept: Kept) -> int:
        """Make a batch durable, whole; returns its number.

        :raises Unavailable: if it could not be written; nothing of it was kept then
        """


class Ingest:
    """Takes batches of messages in."""

    def __init__(self, directory: Directory, spool: Spool) -> None:
        self._directory = directory
        self._spool = spool

    def ingest(self, batch: Sequence[Acknowledgeable]) -> list[Outcome]:
        """Make a batch durable, then acknowledge it.

        :raises Unavailable: if the spool could not be written; nothing was acknowledged then
        """
        decoded = decode(batch, self._directory, self._spool.names)
        self._spool.keep(kept(batch, decoded))
        for message, outcome in zip(batch, decoded.outcomes, strict=True):
            message.acknowledge(outcome)
        return decoded.outcomes
