"""What waits to be refolded: device-days are read from the journal, and their rows become the canonical ones.

Whatever arrives between the reading and the writing has raised the mark, so the device-day waits again: nothing is
missed, in whichever order the steps of folding and refolding fall.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from services.adoption.canonical import StripRow, Withdrawal, canonical, is_settled
from services.adoption.receipts import Receipts, of_device_day
from shared.contracts.journal import JournalRecord


class Journal(Protocol):
    """Telemetry's journal: every receipt of every accepted record, with all that was published before the answer."""

    def records(self, day: int, site: str | None = None) -> Iterator[JournalRecord]:
        """The receipts of records with ``ts`` on a civil day, of all sites or of one.

        Raises Unavailable if the journal is away or breaks off: what came is no answer then.
        """

    def of_groups(
        self, day: int, vendor: str, groups: Sequence[Collection[str]], kind: str | None = None
    ) -> Iterator[Iterator[JournalRecord]]:
        """The receipts, on a civil day, of groups of a vendor's devices, group after group; of one kind, if named.

        The journal is read once, after the first group was asked for and before it is given; one group must be gone
        through before the next is asked for. Raises Unavailable, before the first, if it is away or breaks off.
        """


class Waiting(NamedTuple):
    """A device-day that waits to be refolded; ``mark``: what the refold is to have seen."""

    device: str
    number: int
    mark: int
    withdrawals: Sequence[Withdrawal]


class Chunk(NamedTuple):
    """Device-days of one vendor and day."""

    vendor: str
    day: int
    waiting: Sequence[Waiting]


class Refolded(NamedTuple):
    """The rows a device-day is to have; ``settled``: nothing takes bits away, so folding may add to them again."""

    number: int
    day: int
    mark: int
    rows: Sequence[StripRow]
    settled: bool


class Refolds(Protocol):
    """The device-days that wait; every method raises Unavailable if the database is away."""

    def groups(self) -> list[tuple[str, int]]:
        """The vendors and days of those that wait now."""

    def chunks(self, vendor: str, day: int) -> Iterator[Chunk]:
        """Those of one vendor and day, in chunks whose records fit into memory."""

    def replace(self, refolded: Sequence[Refolded]) -> int:
        """Replace the rows of some device-days, all or none; how many had other rows before."""


def refold_waiting(refolds: Refolds, journal: Journal) -> int:
    """Refold all that waits now, each device-day at most once; how many were refolded.

    :raises Unavailable: if the journal or the database is away; what was not refolded still waits
    """
    count = 0
    for vendor, day in refolds.groups():
        chunks = list(refolds.chunks(vendor, day))
        for chunk, receipts in zip(chunks, read(chunks, journal), strict=True):
            refolds.replace(refold(chunk, receipts))
            count += len(chunk.waiting)
    return count


def read(chunks: Sequence[Chunk], journal: Journal) -> Iterator[Receipts]:
    """What the journal has of each chunk, all of one vendor and day: of that day everything, of the day before the
    sessions, which may reach into it.

    :raises Unavailable: before the first, if the journal is away
    """
    if not chunks:
        return
    vendor, day, _ = chunks[0]
    groups = [[waiting.device for waiting in chunk.waiting] for chunk in chunks]
    days = journal.of_groups(day, vendor, groups), journal.of_groups(day - 1, vendor, groups, "session")
    for of_day, of_day_before in zip(*days, strict=True):
        receipts = Receipts(vendor)
        receipts.add(of_day)
        receipts.add(of_day_before)
        yield receipts


def refold(chunk: Chunk, receipts: Receipts) -> list[Refolded]:
    """The canonical rows of a chunk."""
    refolded = []
    for waiting in chunk.waiting:
        records = of_device_day(receipts, waiting.device, chunk.day)
        rows = canonical(records, waiting.withdrawals)
        settled = is_settled(chunk.day, records, waiting.withdrawals)
        refolded.append(Refolded(waiting.number, chunk.day, waiting.mark, rows, settled))
    return refolded
