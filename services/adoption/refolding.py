"""What waits to be refolded: device-days are read from the journal, and their rows become the canonical ones.

Whatever arrives between the reading and the writing has raised the mark, so the device-day waits again: nothing is
missed, in whichever order the steps of folding and refolding fall.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from services.adoption.canonical import StripRow, Withdrawal, canonical, is_settled
from services.adoption.receipts import Receipts, of_device_day
from shared.contracts.journal import JournalRecord


class Journal(Protocol):
    """Telemetry's journal: every receipt of every accepted record, with all that was published before the answer."""

    def records(
        self, day: int, *, vendor: str | None = None, devices: Collection[str] = (), site: str | None = None
    ) -> AbstractContextManager[Iterator[JournalRecord]]:
        """The receipts of records with ``ts`` on a civil day, narrowed to a vendor, some devices of it, a site.

        Raises Unavailable, also inside the block, if the journal is away or breaks off: what came is no answer then.
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
        """Those of one vendor and day, in chunks for one call of the journal."""

    def replace(self, refolded: Sequence[Refolded]) -> int:
        """Replace the rows of some device-days, all or none; how many had other rows before."""


def refold_waiting(refolds: Refolds, journal: Journal) -> int:
    """Refold all that waits now, each device-day at most once; how many were refolded.

    :raises Unavailable: if the journal or the database is away; what was not refolded still waits
    """
    count = 0
    for vendor, day in refolds.groups():
        for chunk in refolds.chunks(vendor, day):
            refolds.replace(refold(chunk, read(chunk, journal)))
            count += len(chunk.waiting)
    return count


def read(chunk: Chunk, journal: Journal) -> Receipts:
    """What the journal has of a chunk: of its day all, of the day before the sessions, which may reach into it.

    :raises Unavailable: if the journal is away
    """
    receipts = Receipts(chunk.vendor)
    devices = [waiting.device for waiting in chunk.waiting]
    with journal.records(chunk.day, vendor=chunk.vendor, devices=devices) as found:
        receipts.add(found)
    with journal.records(chunk.day - 1, vendor=chunk.vendor, devices=devices) as found:
        receipts.add(line for line in found if line.record.__struct_config__.tag == "session")
    return receipts


def refold(chunk: Chunk, receipts: Receipts) -> list[Refolded]:
    """The canonical rows of a chunk."""
    refolded = []
    for waiting in chunk.waiting:
        records = of_device_day(receipts, waiting.device, chunk.day)
        rows = canonical(records, waiting.withdrawals)
        settled = is_settled(chunk.day, records, waiting.withdrawals)
        refolded.append(Refolded(waiting.number, chunk.day, waiting.mark, rows, settled))
    return refolded
