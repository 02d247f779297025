"""Which sites and devices there are: a copy in memory, as fast as a dict, kept up to date by the change feed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from services.telemetry.consent import Consent, Days
from shared.contracts.events import SiteKind
from shared.contracts.registry import Change, Feed

_KIND_OF_SITE: dict[str, SiteKind] = {"pilot": "home", "venue": "vr"}
MISSED = 3  # heartbeats of a feed: then it is silent
DEFAULT_INTERVAL_S = 60
_NONE: frozenset[str] = frozenset()
_NOBODY: Mapping[str, Sequence[Days]] = {}


class Site(NamedTuple):
    """A site's kind and district; both are fixed for life."""

    kind: SiteKind
    district: str


class Arrived(NamedTuple):
    """What a page of changes brought that was not there: site slugs, and devices as (vendor, device)."""

    sites: set[str]
    devices: set[tuple[str, str]]


class Directory:
    """Sites by slug and devices by vendor. Belongs to ingest's thread: what it parks and what arrives cannot cross."""

    def __init__(self) -> None:
        self._sites: dict[str, Site] = {}
        self._devices: dict[str, set[str]] = {}
        self.consent = Consent()
        self.feeds: dict[str, Feed] = {}  # by id

    def site(self, slug: str) -> Site | None:
        """The site, if the registry has it."""
        return self._sites.get(slug)

    def devices(self, vendor: str) -> set[str] | frozenset[str]:
        """The devices this vendor has registered."""
        return self._devices.get(vendor, _NONE)

    def longest_pause_ms(self, vendor: str, feed: str) -> int:
        """The longest pause between a feed's heartbeats that is no silence."""
        known = self.feeds.get(f"{vendor}/{feed}")
        return MISSED * 1000 * (known.heartbeat_interval_s if known else DEFAULT_INTERVAL_S)

    def refusals(self, vendor: str) -> Mapping[str, Sequence[Days]]:
        """The civil days on which nothing of a device may be kept, by device of this vendor."""
        return self.consent.refusals.get(vendor, _NOBODY)

    def add_site(self, kind: SiteKind, slug: str, district: str) -> None:
        """A site is there."""
        self._sites[slug] = Site(kind, district)

    def add_device(self, vendor: str, device: str) -> None:
        """A device is there."""
        self._devices.setdefault(vendor, set()).add(device)

    def take(self, changes: Iterable[Change]) -> Arrived:
        """Take changes of the registry over, and say what they brought."""
        arrived = Arrived(set(), set())
        for change in changes:
            if change.entity in _KIND_OF_SITE:
                self._take_site(change, arrived)
            elif change.entity == "device":
                self._take_device(change, arrived)
            elif change.entity == "feed":
                self._take_feed(change)
            else:
                self.consent.take(change)
        self.consent.settle()
        return arrived

    def _take_feed(self, change: Change) -> None:
        self.feeds.pop(change.id, None)
        if change.after is not None:
            self.feeds[change.id] = msgspec.convert(change.after, Feed)

    def _take_site(self, change: Change, arrived: Arrived) -> None:
        if change.after is None:
            self._sites.pop(change.id, None)
            return
        if change.id not in self._sites:
            arrived.sites.add(change.id)
        self.add_site(_KIND_OF_SITE[change.entity], change.id, change.after["district"])

    def _take_device(self, change: Change, arrived: Arrived) -> None:
        vendor, _, device = change.id.partition("/")
        if change.after is None:
            self._devices.get(vendor, set()).discard(device)
        elif device not in self.devices(vendor):
            arrived.devices.add((vendor, device))
            self.add_device(vendor, device)
