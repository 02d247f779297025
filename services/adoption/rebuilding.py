"""Rebuilding days from the journal: strips and rows become what the journal says, under live traffic.

A device-day is marked first, so that folding leaves its strips alone and whatever arrives raises the mark; what the
mark shows to have moved while the journal was read is read again.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from services.adoption.facts import Facts
from services.adoption.receipts import Receipts, rows_of
from services.adoption.refolding import Chunk, Journal, Refolded, read, refold

MOST_ROUNDS = 20
Device = tuple[str, str]  # vendor and id


class Changed(NamedTuple):
    """A device-day that was other than the journal has it; ``what``: the tables in which."""

    vendor: str
    device: str
    day: int
    what: Sequence[str]


class Rebuilt(NamedTuple):
    """What one transaction did: what it changed, and which device-days had moved and are as they were."""

    changed: Sequence[Changed]
    moved: Sequence[str]


class Stock(Protocol):
    """The facts as they stand; every method raises Unavailable if the database is away."""

    def devices_on(self, day: int, site: str | None) -> list[Device]:
        """The devices that facts speak of on a day; of a site, those whose rows name it."""

    def mark(self, vendor: str, day: int, devices: Collection[str]) -> Iterator[Chunk]:
        """Mark device-days, in chunks whose records fit into memory."""

    def again(self, vendor: str, day: int, devices: Collection[str]) -> Chunk:
        """Marked device-days with their marks and voids as they are now."""

    def rebuild(self, chunk: Chunk, refolded: Sequence[Refolded], rows: Facts) -> Rebuilt:
        """Replace strips and rows of the device-days whose mark has not moved, all or none."""

    def differing(self, chunk: Chunk, refolded: Sequence[Refolded], rows: Facts) -> list[Changed]:
        """The device-days that are not as the journal has them, and in which tables; nothing is changed."""


class DayRebuilt(NamedTuple):
    """What rebuilding one day came to; ``sites`` names a site of each device the journal has."""

    day: int
    device_days: int
    sites: dict[Device, str]
    changed: list[Changed]
    unsettled: list[Device]


def rebuild_day(day: int, site: str | None, stock: Stock, journal: Journal) -> DayRebuilt:
    """Rebuild the device-days of one civil day, of all sites or of one.

    What a mended void or session changes on other days is left marked, for a refold.

    :raises Unavailable: if the journal or the database is away; repeating it is harmless
    """
    sites = sites_of(day, site, journal)
    devices = sorted({*sites, *stock.devices_on(day, site)})
    done = DayRebuilt(day, len(devices), sites, [], [])
    for vendor in sorted({vendor for vendor, _ in devices}):
        chunks = list(stock.mark(vendor, day, [device for owner, device in devices if owner == vendor]))
        for chunk, receipts in zip(chunks, read(chunks, journal), strict=True):
            for device in _rebuild_chunk(chunk, receipts, stock, journal, done.changed):
                done.unsettled.append((vendor, device))
    return done


def _rebuild_chunk(
    chunk: Chunk, receipts: Receipts, stock: Stock, journal: Journal, changed: list[Changed]
) -> Sequence[str]:
    for _ in range(MOST_ROUNDS):
        rebuilt = stock.rebuild(chunk, refold(chunk, receipts), rows_of(receipts, chunk.day))
        changed += rebuilt.changed
        if not rebuilt.moved:
            return ()
        chunk = stock.again(chunk.vendor, chunk.day, rebuilt.moved)
        (receipts,) = read([chunk], journal)
    return [waiting.device for waiting in chunk.waiting]


def sites_of(day: int, site: str | None, journal: Journal) -> dict[Device, str]:
    """The devices with records on a day, each with the first site that the journal names.

    :raises Unavailable: if the journal is away
    """
    found: dict[Device, str] = {}
    for line in journal.records(day, site):
        found.setdefault((line.vendor, line.device), line.site)
    return found
