"""Which numbers of which devices have come: from the spool to telemetry's own database, many batches at a time.

Feeds that cannot be sent a receipt ask there; the ledger takes ``missing`` from there. Doing it again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.telemetry.intervals import Interval, of_records

QUIET_MS = 500  # since the last batch: nothing more gathers
WAITED_MS = 5_000  # since the first one: it has waited long enough, though more keep coming

Numbered = Mapping[str, Mapping[str, Sequence[int]]]  # by vendor and device: boot, seq, ts, boot, seq, ts, …


class Device(NamedTuple):
    """One life of a device: its ``seq`` counts from its restart on."""

    vendor: str
    device: str
    boot: int


class Run(NamedTuple):
    """The numbers of the batches after the cursor, up to ``upto``; ``more`` follow; when the first and the last
    of them were received."""

    upto: int
    more: bool
    first_ms: int
    last_ms: int
    numbered: Sequence[Numbered]


class Spool(Protocol):
    """What the database still has to get."""

    def numbered(self) -> Run | None:
        """The next run, None if it has all.

        :raises Unavailable: if the spool cannot be read
        """

    def received(self, upto: int) -> None:
        """Move the cursor.

        :raises Unavailable: if the spool cannot be written
        """


class Database(Protocol):
    """Where the intervals are kept."""

    def add(self, received: Mapping[Device, Sequence[Interval]]) -> None:
        """Join intervals to those kept, in one transaction.

        :raises Unavailable: if the database is away; nothing was kept then
        """


class Receiving:
    """Takes one worker's numbers over."""

    def __init__(self, spool: Spool, database: Database) -> None:
        self._spool = spool
        self._database = database

    def step(self, now_ms: int) -> bool:
        """Take over what has gathered, if it is worth while or old enough; returns whether there is more.

        :raises Unavailable: if the spool or the database is away; the cursor has not moved then
        """
        run = self._spool.numbered()
        if run is None:
            return False
        quiet, waited = abs(now_ms - run.last_ms) >= QUIET_MS, abs(now_ms - run.first_ms) >= WAITED_MS
        if not (run.more or quiet or waited):
            return False
        self._database.add(intervals_of(run.numbered))
        self._spool.received(run.upto)
        return run.more


def intervals_of(batches: Iterable[Numbered]) -> dict[Device, list[Interval]]:
    """The intervals of each device's numbers."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for batch in batches:
        for vendor, devices in batch.items():
            for device, flat in devices.items():
                known = numbers.get((vendor, device))
                if known is None:
                    numbers[vendor, device] = list(flat)
                else:
                    known += flat
    return {
        Device(vendor, device, boot): of_records(some)
        for (vendor, device), flat in numbers.items()
        for boot, some in _by_boot(flat)
    }


def _by_boot(flat: Sequence[int]) -> Iterator[tuple[int, Iterable[tuple[int, int]]]]:
    """The (seq, ts) of each boot; nearly always there is one."""
    boots, told = flat[::3], list(zip(flat[1::3], flat[2::3], strict=True))
    for boot in set(boots):
        yield (
            boot,
            told
            if boots.count(boot) == len(boots)
            else [one for one, of in zip(told, boots, strict=True) if of == boot],
        )
