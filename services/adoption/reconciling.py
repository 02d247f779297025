"""Two paths to one figure: every difference between the facts and InfluxDB's points, under live traffic.

What differs is read a second time, after all that was received by then has reached both; what differs the same way
twice is a difference. Where a device-day has a conflict, InfluxDB may hold either content: there the journal is asked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

from services.adoption import strips
from services.adoption.awaiting import Clock, Heads, Reached, await_watermarks
from services.adoption.canonical import unpacked
from services.adoption.facts import SEEN, days_touched
from services.adoption.pictures import NOTHING, Difference, Picture, differences
from services.adoption.rebuilding import Device, Stock
from services.adoption.receipts import Receipts, rows_of
from services.adoption.refolding import Journal, read, refold
from services.adoption.scanning import conflicts_of

MOST_DEVICES = 100  # of one question to InfluxDB, or chunk of the journal: their day is held in memory
DeviceDay = tuple[str, str, int]  # vendor, device, civil day


class Depicted(Reached, Protocol):
    """What facts say; every method raises Unavailable if the database is away."""

    def pictures(self, vendor: str, day: int, devices: Collection[str]) -> Mapping[str, Picture]:
        """What facts say of each device on a day."""

    def in_conflict(self, vendor: str, day: int, devices: Collection[str]) -> set[str]:
        """The devices that have an identity with several contents that may touch the day."""

    def is_waiting(self, vendor: str, device: str, day: int) -> bool:
        """Whether a device-day waits to be refolded."""

    def site_of(self, vendor: str, device: str) -> str | None:
        """A site that a row of the device names, if there is any."""


class Points(Protocol):
    """InfluxDB's points; every method raises Unavailable if it is away."""

    def devices(self, day: int, site: str | None) -> Mapping[Device, str]:
        """The devices with any point on a day, each with a site of it."""

    def pictures(self, vendor: str, day: int, devices: Collection[str]) -> Mapping[str, Picture]:
        """What points say of each device on a day."""


class HeadedJournal(Journal, Heads, Protocol):
    """The journal, and how far it is."""


class Paths(NamedTuple):
    """The two paths, and the journal that decides where one of them cannot know."""

    stock: Stock
    facts: Depicted
    points: Points
    journal: HeadedJournal


class Outcome(NamedTuple):
    """What was compared, and what differs; ``unsettled``: device-days that wait to be refolded, so not judged."""

    device_days: int
    minutes: int
    sessions: int
    by_journal: int
    sites: Mapping[DeviceDay, str]
    differing: Mapping[DeviceDay, frozenset[Difference]]
    unsettled: Sequence[DeviceDay]


class _Reading:
    """One reading of some device-days on both paths."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self.minutes = self.sessions = self.device_days = self.by_journal = 0
        self.differing: dict[DeviceDay, frozenset[Difference]] = {}

    def compare(self, day: int, devices: Collection[Device]) -> None:
        """Read device-days of one civil day."""
        for vendor, of_vendor in groupby(sorted(devices), key=lambda pair: pair[0]):
            names = [device for _, device in of_vendor]
            in_conflict = [each for some in _groups(names) for each in self._compare_some(vendor, day, some)]
            self.by_journal += len(in_conflict)
            self._ask_journal(vendor, day, in_conflict)

    def _compare_some(self, vendor: str, day: int, devices: Sequence[str]) -> Collection[str]:
        """Count some device-days and compare those without a conflict; which have one."""
        self.device_days += len(devices)
        in_conflict = self._paths.facts.in_conflict(vendor, day, devices)
        facts = self._paths.facts.pictures(vendor, day, devices)
        points = self._paths.points.pictures(vendor, day, [name for name in devices if name not in in_conflict])
        for device in devices:
            ours, theirs = facts.get(device, NOTHING), points.get(device, NOTHING)
            self.minutes += strips.count(unpacked(ours.bits)[SEEN])
            self.sessions += len(ours.sessions)
            if device not in in_conflict and (found := differences(ours, theirs)):
                self.differing[vendor, device, day] = found
        return in_conflict

    def ask_about_conflicts(self) -> None:
        """Ask the journal about what differs, and judge by it where it shows a conflict that no scan has seen yet."""
        for (vendor, day), keys in groupby(sorted(self.differing, key=_vendor_and_day), key=_vendor_and_day):
            self._ask_journal(vendor, day, [device for _, device, _ in keys], only_in_conflict=True)

    def _ask_journal(self, vendor: str, day: int, devices: list[str], *, only_in_conflict: bool = False) -> None:
        chunks = [self._paths.stock.again(vendor, day, some) for some in _groups(devices)]
        for chunk, receipts in zip(chunks, read(chunks, self._paths.journal), strict=True):
            asked = {waiting.device for waiting in chunk.waiting}
            judged = _in_conflict(receipts, day) if only_in_conflict else asked
            for device in judged:
                self.differing.pop((vendor, device, day), None)
            for found in self._paths.stock.differing(chunk, refold(chunk, receipts), rows_of(receipts, day)):
                if found.device in judged:
                    said = frozenset(Difference(table, in_facts=False, item=()) for table in found.what)
                    self.differing[vendor, found.device, day] = said


def reconcile(days: Sequence[int], site: str | None, paths: Paths, clock: Clock) -> Outcome:
    """Compare every device-day of some civil days, of all sites or of one.

    :raises TooLate: if the workers' watermarks do not pass in time
    :raises Unavailable: if a part is away
    """
    await_watermarks(paths.journal, paths.facts, clock)
    first = _Reading(paths)
    sites: dict[DeviceDay, str] = {}
    for day in days:
        seen = paths.points.devices(day, site)
        sites.update({(*device, day): at for device, at in seen.items()})
        first.compare(day, {*seen, *paths.stock.devices_on(day, site)})
    second = _Reading(paths)
    if first.differing:
        await_watermarks(paths.journal, paths.facts, clock)
        for day, keys in groupby(sorted(first.differing, key=_day), key=_day):
            second.compare(day, {key[:2] for key in keys})
        second.ask_about_conflicts()
    twice = dict(_twice(first.differing, second.differing))
    unsettled = sorted(key for key in twice if paths.facts.is_waiting(*key))
    for vendor, device, day in twice:
        sites.setdefault((vendor, device, day), paths.facts.site_of(vendor, device) or site or "-")
    differing = {key: twice[key] for key in sorted(twice) if key not in unsettled}
    counts = first.device_days, first.minutes, first.sessions, first.by_journal
    return Outcome(*counts, sites, differing, unsettled)


def _twice(
    first: Mapping[DeviceDay, frozenset[Difference]], second: Mapping[DeviceDay, frozenset[Difference]]
) -> Iterator[tuple[DeviceDay, frozenset[Difference]]]:
    for key, said in second.items():
        by_journal = any(difference.item == () for difference in said)
        if same := said if by_journal else said & first[key]:
            yield key, same


def _groups(devices: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (devices[first : first + MOST_DEVICES] for first in range(0, len(devices), MOST_DEVICES))


def _day(key: DeviceDay) -> int:
    return key[2]


def _vendor_and_day(key: DeviceDay) -> tuple[str, int]:
    return key[0], key[2]


def _in_conflict(receipts: Receipts, day: int) -> set[str]:
    return {
        found.device
        for found in conflicts_of(receipts)
        if found.identity[0] == "void" or day in days_touched(found.identity[0], found.identity[1])
    }
