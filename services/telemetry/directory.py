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
        self._names: dict[str, set[str]] = {}  # by vendor: what its devices are called
        self._devices: dict[str, set[str]] = {}
        self._aliases: dict[str, dict[str, str]] = {}  # by vendor, then by id
        self.consent = Consent()
        self.feeds: dict[str, Feed] = {}  # by id

    def site(self, slug: str) -> Site | None:
        """The site, if the registry has it."""
        return self._sites.get(slug)

    def devices(self, vendor: str) -> set[str] | frozenset[str]:
        """The devices this vendor has registered, by every name of theirs."""
        return self._names.get(vendor, _NONE)

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
        self._names.setdefault(vendor, set()).add(device)

    def add_alias(self, vendor: str, key: str, alias: str) -> None:
        """A device has another name; its records are kept under it, whenever they were sent."""
        self._aliases.setdefault(vendor, {})[key] = alias
        self._names.setdefault(vendor, set()).add(alias)

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
            elif change.entity == "device_alias":
                self._take_alias(change, arrived)
                self.consent.take(change)
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
            self._forget(vendor, device)
            return
        if device not in self.devices(vendor):
            arrived.devices.add((vendor, device))
        self.add_device(vendor, device)

    def _take_alias(self, change: Change, arrived: Arrived) -> None:
        vendor, alias, _ = change.id.split("/")
        if change.after is None:
            self._aliases.get(vendor, {}).pop(change.id, None)
            self._forget(vendor, alias)
            return
        if alias not in self.devices(vendor):
            arrived.devices.add((vendor, alias))
        self.add_alias(vendor, change.id, alias)

    def _forget(self, vendor: str, name: str) -> None:
        """Nobody is called so, unless by another row."""
        if name not in self._devices.get(vendor, _NONE) and name not in self._aliases.get(vendor, {}).values():
            self._names.get(vendor, set()).discard(name)
