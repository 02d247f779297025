"""Register rows of one collection: all of them, or none and every fault of every row."""

from collections.abc import Mapping, Sequence

from services.registry.entities import Collection, Entity, vendor_of
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.rules import Row, faults_between
from services.registry.scope import reaches
from services.registry.store import New, Site, Store
from shared.runtime.auth import Principal


def register(
    store: Store, collection: Collection, rows: Sequence[Row], caller: Principal, faults: Sequence[Fault] = ()
) -> list[Row]:
    """Register rows; a row that is there already with the same content changes nothing.

    ``faults`` are those already found in other rows of the same request.

    :returns: the rows that were new
    :raises Refused: if any row of the request has a fault
    """
    sites = store.sites({collection.site(row.row) for row in rows} if collection.site else set())
    districts = [district_of(sites, collection, row.row) for row in rows]
    out_of_reach = [
        fault(pointer(*row.path), "forbidden", "rule.out_of_reach", scope=district or vendor_of(row.row))
        for row, district in zip(rows, districts, strict=True)
        if not _may_write(collection, row.row, district, caller)
    ]
    new, taken = _new(store, collection, rows)
    between = faults_between(store, collection, [row for row, _ in new])
    if found := [*faults, *out_of_reach, *taken, *between]:
        raise Refused(found)
    store.add(collection.entity, [New(row.id, row.row, districts[position]) for row, position in new])
    return [row for row, _ in new]


def district_of(sites: Mapping[str, Site], collection: Collection, row: Entity) -> str | None:
    """The district an entity belongs to, or will belong to; None if to none, or if its site does not exist."""
    if collection.site is None:
        return None
    own: str | None = getattr(row, "district", None)
    site = sites.get(collection.site(row))
    return own or (site.district if site else None)


def _may_write(collection: Collection, row: Entity, district: str | None, caller: Principal) -> bool:
    if collection.site is not None and district is None:
        return True  # its site does not exist, which is a fault of its own
    return reaches(caller, district=district, vendor=vendor_of(row))


def _new(store: Store, collection: Collection, rows: Sequence[Row]) -> tuple[list[tuple[Row, int]], list[Fault]]:
    """The rows not registered yet, each once and with its position; and the faults of those whose id is taken."""
    content = {key: stored.row for key, stored in store.known(collection.entity, {row.id for row in rows}).items()}
    new: list[tuple[Row, int]] = []
    taken: list[Fault] = []
    for position, row in enumerate(rows):
        if row.id not in content:
            content[row.id] = row.row
            new.append((row, position))
        elif content[row.id] != row.row:
            place = pointer(*row.path, collection.key[-1])
            taken.append(fault(place, "already_exists", "detail.already_exists", entity=collection.entity, id=row.id))
    return new, taken
