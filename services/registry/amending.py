"""Amend one entity: only the fields its collection lets change; what results must pass every rule of a new one."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import msgspec

from services.registry.entities import Collection, Entity, vendor_of
from services.registry.refusal import Fault, Refused, fault, flatten, pointer
from services.registry.registering import district_of
from services.registry.rules import Row, faults_between
from services.registry.scope import reaches
from services.registry.store import Store, Stored
from shared.failures import Rejected
from shared.runtime.auth import Principal


def amend(
    store: Store, collection: Collection, key: str, patch: Mapping[str, Any], caller: Principal
) -> tuple[Stored, Entity]:
    """Change fields of an entity; a patch that changes nothing leaves no row in the log.

    :returns: the entity as it stood and as it stands
    :raises Rejected: ``not_found`` if there is no such entity, or none in the caller's reach
    :raises Refused: if the patch, or what results from it, has faults
    """
    before = store.known(collection.entity, {key}).get(key)
    if before is None or not _in_reach(store, collection, before.row, caller):
        raise Rejected("not_found", what=key)
    after = _merged(collection, before.row, patch)
    if faults := list(faults_between(store, collection, [Row((), key, after)])):
        raise Refused(faults)
    if after != before.row:
        store.replace(collection.entity, key, before, after)
    return before, after


def _in_reach(store: Store, collection: Collection, row: Entity, caller: Principal) -> bool:
    sites = store.sites({collection.site(row)}) if collection.site else {}
    return reaches(caller, district=district_of(sites, collection, row), vendor=vendor_of(row))


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
    schema = collection.schema()
    try:
        return msgspec.convert(schema.load({**schema.dump(row), **patch}), collection.kind)
    except ma.ValidationError as error:
        raise Refused(list(flatten(error.messages))) from error
