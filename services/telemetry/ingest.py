"""The walk of a batch of messages, in one page: decode, keep, and only then acknowledge."""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Generic, Protocol, TypeVar

from services.telemetry.decode import decode
from services.telemetry.directory import Directory
from services.telemetry.keeping import kept
from services.telemetry.model import Kept, Message, Outcome
from services.telemetry.parking import within_quota


class Spool(Protocol):
    """Where what is kept is safe."""

    @property
    def names(self) -> Mapping[str, Set[str]]:
        """The value names each vendor has used."""

    def parking_left(self, vendor: str) -> int:
        """Bytes that a vendor may still park."""

    def keep(self, kept: Kept) -> int:
        """Make a batch durable, whole; returns its number.

        :raises Unavailable: if it could not be written; nothing of it was kept then
        """


M = TypeVar("M", bound=Message)


class Ingest(Generic[M]):
    """Takes batches of messages in.

    ``acknowledge`` tells their senders, in the order of receipt, that they are durable and what became of them.
    """

    def __init__(
        self, directory: Directory, spool: Spool, acknowledge: Callable[[Sequence[M], Sequence[Outcome]], None]
    ) -> None:
        self._directory = directory
        self._spool = spool
        self._acknowledge = acknowledge

    def ingest(self, batch: Sequence[M]) -> list[Outcome]:
        """Make a batch durable, then acknowledge it.

        :raises Unavailable: if the spool could not be written; nothing was acknowledged then
        """
        decoded = within_quota(decode(batch, self._directory, self._spool.names), self._spool.parking_left)
        self._spool.keep(kept(batch, decoded))
        self._acknowledge(batch, decoded.outcomes)
        return decoded.outcomes
