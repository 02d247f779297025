"""Register rows of one collection: all of them, or none and every fault of every row."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from services.registry import devices, pilots, swaps
from services.registry.collection import Collection, Entity, joined, vendor_of
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.rules import Row, faults_between
from services.registry.scope import OF_VENDORS, reach, reaches
from services.registry.store import New, Site, Store
from shared.contracts.registry import Feed, Phase
from shared.runtime.auth import Principal

_FEED = ("vendor", "feed")


class Ground(NamedTuple):
    """The pilots and venues that entities belong to or serve, and the feeds they belong to; those that exist."""

    sites: Mapping[str, Site]
    feeds: Mapping[str, Feed]


def register(
    store: Store, collection: Collection, rows: Sequence[Row], caller: Principal, faults: Sequence[Fault] = ()
) -> list[Row]:
    """Register rows; a row that is there already with the same content changes nothing.

    ``faults`` are those already found in other rows of the same request. Of a row out of the caller's reach only that
    is told.

    :returns: the rows that were new
    :raises Refused: if any row of the request has a fault
    """
    rows = _as_entered(store, collection, rows, caller)
    ground = ground_of(store, collection, [row.row for row in rows])
    beyond = [out_of_reach(ground, collection, row, caller) for row in rows]
    own = [row for row, found in zip(rows, beyond, strict=True) if not found]  # of others' rows nothing more is told
    new, taken = _new(store, collection, own)
    between = faults_between(store, collection, new)
    if found := [*faults, *chain.from_iterable(beyond), *taken, *between]:
        raise Refused(found)
    store.add(collection.entity, [New(row.id, row.row, district_of(ground.sites, collection, row.row)) for row in new])
    if collection.entity == "binding":
        devices.register_bound(store, new)
    if collection.entity == "phase":
        pilots.follow(store, {row.row.pilot for row in new if isinstance(row.row, Phase)})
    return new


def _as_entered(store: Store, collection: Collection, rows: Sequence[Row], caller: Principal) -> Sequence[Row]:
    """The rows with what the registry says of them, where that is more than who enters them."""
    match collection.entity:
        case "device":
            return devices.as_entered(rows, caller)
        case "swap":
            return swaps.placed(store, rows)
    return rows


def ground_of(store: Store, collection: Collection, rows: Sequence[Entity]) -> Ground:
    """What decides who may write these entities."""
    slugs = {slug for row in rows if collection.site and (slug := collection.site(row)) is not None}
    served = [row for row in rows if isinstance(row, Feed)]
    feeds: dict[str, Feed] = {}
    if collection.of_feed:
        found = store.known("feed", {joined(row, _FEED) for row in rows})
        feeds = {key: stored.row for key, stored in found.items() if isinstance(stored.row, Feed)}
    return Ground(store.sites(slugs.union(*(feed.sites for feed in (*served, *feeds.values())))), feeds)


def district_of(sites: Mapping[str, Site], collection: Collection, row: Entity) -> str | None:
    """The district an entity belongs to, or will belong to; None if to none, or if its site does not exist."""
    own: str | None = getattr(row, "district", None)
    if own is not None or collection.site is None:
        return own
    site = sites.get(collection.site(row) or "")
    return site.district if site else None


def out_of_reach(ground: Ground, collection: Collection, row: Row, caller: Principal) -> list[Fault]:
    """Why a row is not the caller's to write, if it is not; that its site or feed does not exist is another fault."""
    if isinstance(row.row, Feed):
        return list(_feed_out_of_reach(ground.sites, row.path, row.row, caller))
    if collection.of_feed:
        return _of_feed_out_of_reach(ground, row, caller)
    district = district_of(ground.sites, collection, row.row)
    named = collection.site is not None and collection.site(row.row) is not None
    if named and district is None and caller.role not in OF_VENDORS:
        return []
    if reaches(caller, district=district, vendor=vendor_of(row.row)):
        return []
    return [fault(pointer(*row.path), "forbidden", "rule.out_of_reach", scope=district or vendor_of(row.row))]


def _of_feed_out_of_reach(ground: Ground, row: Row, caller: Principal) -> list[Fault]:
    """What belongs to a feed is its vendor's, and of a district as the feed is."""
    name = joined(row.row, _FEED)
    feed = ground.feeds.get(name)
    own = reaches(caller, district=None, vendor=vendor_of(row.row))
    if own or feed is None or not list(_feed_out_of_reach(ground.sites, row.path, feed, caller)):
        return []
    return [fault(pointer(*row.path, "feed"), "forbidden", "rule.out_of_reach", scope=name)]


def _feed_out_of_reach(
    sites: Mapping[str, Site], path: tuple[int, ...], feed: Feed, caller: Principal
) -> Iterator[Fault]:
    """A feed is a district's if all its sites are; a vendor's cloud, and a feed without sites, are the city's."""
    if reach(caller).everything:
        return
    if feed.vendor_cloud or not feed.sites:
        field = "vendor_cloud" if feed.vendor_cloud else "sites"
        yield fault(pointer(*path, field), "forbidden", "rule.feed_of_the_city")
    for position, slug in enumerate(feed.sites):
        if slug in sites and not reaches(caller, district=sites[slug].district, vendor=None):
            yield fault(pointer(*path, "sites", position), "forbidden", "rule.out_of_reach", scope=slug)


def _new(store: Store, collection: Collection, rows: Sequence[Row]) -> tuple[list[Row], list[Fault]]:
    """The rows not registered yet, each once; and the faults of those whose id is taken."""
    content = {key: stored.row for key, stored in store.known(collection.entity, {row.id for row in rows}).items()}
    new: list[Row] = []
    taken: list[Fault] = []
    for row in rows:
        if row.id not in content:
            content[row.id] = row.row
            new.append(row)
        elif not _says_the_same(collection, content[row.id], row.row):
            place = pointer(*row.path, collection.key[-1])
            taken.append(fault(place, "already_exists", "detail.already_exists", entity=collection.entity, id=row.id))
    return new, taken


def _says_the_same(collection: Collection, registered: Entity, row: Entity) -> bool:
    if not collection.same:
        return registered == row
    return all(getattr(registered, name) == getattr(row, name) for name in collection.same)
