"""Amend one entity: only the fields its collection lets change; what results must pass every rule of a new one."""

from collections.abc import Callable, Mapping
from typing import Any

import marshmallow as ma
import msgspec

from services.registry import audit_cases, designs, maintenance, outages, swaps, tenancies
from services.registry.collection import Collection, Entity, id_of
from services.registry.lifecycles import LIFECYCLES
from services.registry.refusal import Fault, Refused, fault, flatten, pointer
from services.registry.registering import ground_of, out_of_reach
from services.registry.rules import Row, faults_between
from services.registry.scope import reaches
from services.registry.settling import judged_state, takes_a_second_person
from services.registry.store import Store, Stored
from shared.contracts.registry_audit import AuditCase
from shared.contracts.registry_city import Layout
from shared.contracts.registry_devices import Maintenance, Swap
from shared.contracts.registry_evidence import Outage, Tenancy
from shared.contracts.registry_sites import Dwelling
from shared.failures import Rejected
from shared.runtime.auth import Principal

IsMeant = Callable[[int], bool]


def any_version(_version: int) -> bool:
    """Whatever version it is at by now."""
    return True


def amend(
    store: Store,
    collection: Collection,
    key: str,
    patch: Mapping[str, Any],
    caller: Principal,
    is_meant: IsMeant = any_version,
) -> Stored:
    """Change fields of an entity; a patch that changes nothing leaves no row in the log.

    :returns: the entity as it stands afterwards
    :raises Rejected: as :func:`repeat`
    :raises Refused: if the patch, or what results from it, has faults; ``conflicting`` if it takes an amendment
    """
    before = writable(store, collection, key, caller, is_meant)
    after = amended(store, collection, key, before.row, patch, caller)
    if takes_a_second_person(store, collection, before.row, after):
        raise Refused([fault(pointer(), "conflicting", "rule.settled")])
    if state := judged_state(collection, before.row, after):
        raise Refused([fault(pointer(), "conflicting", "rule.by_move", state=state)])
    return before if after == before.row else store.replace(collection.entity, key, before, after)


def amended(
    store: Store, collection: Collection, key: str, row: Entity, patch: Mapping[str, Any], caller: Principal
) -> Entity:
    """What an entity would be after a patch; nothing is written.

    :raises Refused: if the patch, or what results from it, has faults
    """
    merged = _merged(collection, row, tenancies.completed(row, patch))
    after = Row((), key, _checked(store, collection, row, merged, caller))
    ground = ground_of(store, collection, [after.row])
    if faults := out_of_reach(ground, collection, after, caller) or list(faults_between(store, collection, [after])):
        raise Refused(faults)
    return after.row


def repeat(
    store: Store, collection: Collection, key: str, caller: Principal, is_meant: IsMeant = any_version
) -> Stored:
    """Log an entity once more as it stands, because something changed that belongs to it and may not be in the log.

    :raises Rejected: ``not_found`` if there is no such entity, or none the caller sees; ``forbidden`` if it is not
        the caller's to write; ``changed_meanwhile`` if it is at another version by now
    """
    stored = writable(store, collection, key, caller, is_meant)
    return store.replace(collection.entity, key, stored, stored.row)


def writable(
    store: Store, collection: Collection, key: str, caller: Principal, is_meant: IsMeant = any_version
) -> Stored:
    """An entity that is the caller's to change; ``is_meant`` says of its version whether it is the one he read.

    :raises Rejected: as :func:`repeat`
    """
    stored = store.known(collection.entity, {key}).get(key)
    if stored is None:
        raise Rejected("not_found", what=key)
    ground = ground_of(store, collection, [stored.row])
    if out_of_reach(ground, collection, Row((), key, stored.row), caller):
        # A district sees a feed that serves a site of its own, though it serves another's too.
        seen = any(reaches(caller, district=site.district, vendor=None) for site in ground.sites.values())
        raise Rejected("forbidden") if seen else Rejected("not_found", what=key)
    if not is_meant(stored.version):
        raise Rejected("changed_meanwhile", what=key, version=stored.version)
    return stored


def _checked(store: Store, collection: Collection, before: Entity, after: Entity, caller: Principal) -> Entity:
    """What results, where it depends on what was there."""
    match after:
        case Tenancy():
            tenancies.check(
                before, after, [version.row for version in store.history(collection.entity, id_of(collection, before))]
            )
        case Outage():
            return outages.amended(before, after, caller)
        case Layout():
            return designs.amended(before, after)
        case Swap():
            return swaps.amended(before, after)
        case Maintenance():
            return maintenance.amended(before, after)
        case Dwelling():
            designs.check(before, after)
        case AuditCase():
            return audit_cases.amended(store, before, after, caller)
    return after


def _merged(collection: Collection, row: Entity, patch: Mapping[str, Any]) -> Entity:
    faults: list[Fault] = [
        fault(pointer(name), "invalid_request", "rule.not_amendable", fields=", ".join(collection.amendable))
        for name in patch
        if name not in collection.amendable
    ]
    if not patch:
        faults.append(fault(pointer(), "invalid_request", "rule.nothing_to_amend"))
    if faults:
        raise Refused(faults)
    return revalidated(collection, row, patch)


def revalidated(collection: Collection, row: Entity, patch: Mapping[str, Any] | None = None) -> Entity:
    """An entity with a patch, as its schema understands it.

    :raises Refused: if it has faults
    """
    schema = collection.schema()
    said = {name: value for name, value in schema.dump(row).items() if name in schema.load_fields}
    try:
        loaded = schema.load({**said, **(patch or {})})
        result: Entity = msgspec.convert({**msgspec.structs.asdict(row), **loaded}, collection.kind)
    except ma.ValidationError as error:
        raise Refused(list(flatten(error.messages))) from error
    lifecycle = LIFECYCLES.get(collection.entity)
    if lifecycle and (found := lifecycle.out_of_order(result)):
        name, day, before = found
        raise Refused([fault(pointer(name), "conflicting", "rule.not_after", day=day, before=before)])
    return result
