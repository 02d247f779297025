"""The scan of a day: conflicts across messages are listed, and their device-days refolded.

Usage events carry no content's hash, so folding cannot see their conflicts; the journal can.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.adoption.canonical import Identity
from services.adoption.receipts import Receipts
from services.adoption.refolding import Journal
from shared.contracts.civil_time import day_of, start_of


class Conflict(NamedTuple):
    """An identity that was received with several contents, test records among them."""

    device: str
    identity: Identity
    contents: int


class Scans(Protocol):
    """What scans are kept in; every method raises Unavailable if the database is away."""

    def devices_on(self, day: int) -> Mapping[str, Sequence[Sequence[str]]]:
        """The devices that facts speak of on a day: each vendor's, in groups whose records fit into memory."""

    def keep(self, day: int, vendor: str, devices: Sequence[str], conflicts: Sequence[Conflict]) -> int:
        """These are all conflicts of these devices on a day; marks what is news, and says how many were."""

    def due(self, today: int) -> list[int]:
        """The days of which anything was received before ``today`` that no scan has seen."""

    def arrivals(self, day: int, today: int) -> list[tuple[int, int]]:
        """What was received of a day before ``today``, to be told to :meth:`scanned` after the scan."""

    def scanned(self, day: int, arrivals: Sequence[tuple[int, int]]) -> None:
        """A scan of a day has seen these arrivals."""


class Scanned(NamedTuple):
    """What a scan of one day found; ``news``: conflicts that no scan had found before."""

    day: int
    conflicts: int
    news: int


def scan_due(now_ms: int, scan_at_ms: int, scans: Scans, journal: Journal) -> Iterator[Scanned]:
    """Scan the days of which anything came before today, once the time of day ``scan_at_ms`` has come.

    A night that was missed is made up for at the next opportunity.

    :raises Unavailable: if the journal or the database is away; what was not scanned stays due
    """
    today = day_of(now_ms)
    if now_ms < start_of(today) + scan_at_ms:
        return
    for day in scans.due(today):
        arrivals = scans.arrivals(day, today)  # before the journal is read: what comes meanwhile makes it due again
        yield scan(day, scans, journal)
        scans.scanned(day, arrivals)


def scan(day: int, scans: Scans, journal: Journal) -> Scanned:
    """List a day's conflicts. Repeated, it changes nothing.

    :raises Unavailable: if the journal or the database is away
    """
    found = news = 0
    for vendor, groups in scans.devices_on(day).items():
        for devices, lines in zip(groups, journal.of_groups(day, vendor, groups), strict=True):
            receipts = Receipts(vendor)
            receipts.add(lines)
            conflicts = list(conflicts_of(receipts))
            news += scans.keep(day, vendor, devices, conflicts)
            found += len(conflicts)
    return Scanned(day, found, news)


def conflicts_of(receipts: Receipts) -> Iterator[Conflict]:
    """Every identity with more than one content."""
    for device in receipts.devices():
        for identity, contents in receipts.contents(device, tests=True):
            if len(contents) > 1:
                yield Conflict(device, identity, len(contents))
