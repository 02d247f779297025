"""Draw a case's sample: its population as it stands, by district, vendor and category."""

from collections.abc import Iterator, Sequence

from services.registry import sampling
from services.registry.collection import Entity, id_of
from services.registry.entities import BY_ENTITY
from services.registry.refusal import Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.registry import Binding, EntityName, Installation, Pilot, Slot, Venue
from shared.contracts.registry_audit import AuditCase, Sample, Stratum

NOTHING = "-"  # a place without a device has no vendor
Place = Slot | Installation


def sample_of(
    store: Store, case: AuditCase, *, seed: str, size: int, entity: EntityName, stratify_by: Sequence[str]
) -> Sample:
    """A sample of the places in a case's scope that stood on a day of its period.

    A place's vendor is that of its last device bound before the period's end. A stratum's name is its parts, joined by
    slashes in the order asked for.

    :raises Refused: if there is nothing to draw from
    """
    districts = _districts(store, case)
    places = {id_of(BY_ENTITY[entity], place): place for place in _places(store, case, entity, districts)}
    vendors = _vendors(store, case, set(districts.values()))
    population = {
        key: "/".join(_parts(key, place, districts, vendors)[name] for name in stratify_by)
        for key, place in places.items()
    }
    if not population:
        raise Refused([fault(pointer(), "conflicting", "rule.nothing_to_draw")])
    drawn = sampling.draw(seed, size, population)
    return Sample(
        method=sampling.METHOD,
        seed=seed,
        entity=entity,
        stratify_by=list(stratify_by),
        population=len(population),
        population_sha256=drawn.population_sha256,
        strata=[Stratum(name, total, len(keys)) for name, (total, keys) in drawn.strata.items()],
        drawn=sorted(key for _, keys in drawn.strata.values() for key in keys),
    )


def _districts(store: Store, case: AuditCase) -> dict[str, str]:
    """The sites in scope and their districts."""
    own = {slug: site.district for slug, site in store.sites(case.sites).items()}
    wanted = {(district,) for district in case.districts}
    within = [*store.beside("pilot", ("district",), wanted), *store.beside("venue", ("district",), wanted)]
    return own | {site.slug: site.district for site in within if isinstance(site, Pilot | Venue)}


def _places(store: Store, case: AuditCase, entity: EntityName, districts: dict[str, str]) -> Iterator[Place]:
    field = "pilot" if entity == "slot" else "venue"
    for place in store.beside(entity, (field,), {(slug,) for slug in districts}):
        assert isinstance(place, Slot | Installation)
        installed, retired = place.installed_on, place.retired_on
        if installed and installed < case.period_to and (retired is None or retired > case.period_from):
            yield place


def _vendors(store: Store, case: AuditCase, districts: set[str]) -> dict[str, str]:
    """The vendor of the last device that was bound to each place before the end of the period."""
    found: list[Entity] = store.beside("binding", ("district",), {(district,) for district in districts})
    bindings = [row for row in found if isinstance(row, Binding) and row.valid_from < case.period_to]
    bindings.sort(key=lambda binding: binding.valid_from)
    return {binding.slot or binding.installation or "": binding.vendor for binding in bindings}


def _parts(key: str, place: Place, districts: dict[str, str], vendors: dict[str, str]) -> dict[str, str]:
    match place:
        case Slot():
            site, category = place.pilot, place.category
        case Installation():
            site, category = place.venue, place.vr_device_kind
    return {"district": districts[site], "vendor": vendors.get(key, NOTHING), "category": category}
