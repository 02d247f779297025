"""Amendments: an edit of something approved is proposed, stands beside the version in force, and is put in force.

Only the fields that its collection lets change; what results must pass every rule, when proposed and once more when
another person approves it. One of a thing at a time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple, cast

import msgspec

from services.registry.amending import amended, writable
from services.registry.collection import Collection, Entity
from services.registry.entities import BY_ENTITY, COLLECTIONS
from services.registry.lifecycles import LIFECYCLES
from services.registry.parts import amendments_of
from services.registry.refusal import Refused, fault, pointer
from services.registry.registering import district_of, ground_of
from services.registry.settling import is_settled
from services.registry.store import New, Store
from shared.contracts.registry import EntityName
from shared.contracts.registry_amendment import Amendment, FieldChange
from shared.runtime.auth import Principal

PENDING = "PENDING"
_SETTLING = {entity for entity, lifecycle in LIFECYCLES.items() if lifecycle.settled}
ENTITIES_SETTLED = tuple(  # of which some are approved at some time, themselves or by what they belong to
    collection.entity
    for collection in COLLECTIONS
    if collection.amendable and (collection.settled_by or collection.entity in _SETTLING)
)


class Proposal(NamedTuple):
    """What is to be changed, why, and from which civil day on it is to hold, if that is not the day it is approved."""

    entity: EntityName
    of: str
    changes: Mapping[str, Any]
    reason: str
    effective_from: date | None = None


def propose(store: Store, wanted: Proposal, caller: Principal) -> Amendment:
    """Propose an amendment; the same again changes nothing.

    :raises Rejected: as :func:`services.registry.amending.amend`; ``forbidden`` if the caller's role may not edit it
    :raises Refused: if what would result has faults, nothing would change, it can be edited without an amendment,
        another amendment of it is pending, or it is dated ahead
    """
    collection = BY_ENTITY[wanted.entity]
    before = writable(store, collection, wanted.of, caller)
    with _within("changes"):
        after = amended(store, collection, wanted.of, before.row, wanted.changes, caller)
    if wanted.effective_from is not None and wanted.effective_from > store.today:
        raise Refused([fault(pointer("effective_from"), "invalid_request", "rule.not_ahead", today=store.today)])
    if not is_settled(store, collection, before.row):
        raise Refused([fault(pointer("of"), "conflicting", "rule.not_settled")])
    district = district_of(ground_of(store, collection, [before.row]).sites, collection, before.row)
    assert district is not None
    earlier = amendments_of(store, collection, wanted.of)
    made = Amendment(
        entity=wanted.entity,
        of=wanted.of,
        number=len(earlier) + 1,
        changes=_changes(collection, before.row, after),
        reason=wanted.reason,
        proposed_by=caller.key,
        district=district,
        effective_from=wanted.effective_from,
    )
    for pending in (one for one in earlier if one.state == PENDING):
        if msgspec.structs.replace(made, number=pending.number) == pending:
            return pending
        raise Refused([fault(pointer("of"), "conflicting", "rule.amendment_pending", number=pending.number)])
    if not made.changes:
        raise Refused([fault(pointer("changes"), "invalid_request", "rule.nothing_to_amend")])
    store.add("amendment", [New(f"{wanted.entity}/{wanted.of}/{made.number}", made, district)])
    return made


def put_in_force(store: Store, approved: Entity, caller: Principal) -> Amendment:
    """Put what an amendment says in the place of the version in force.

    :returns: the amendment, with the version it made
    :raises Refused: ``conflicting`` if a field is no longer what it was when the amendment was proposed; or with the
        faults of what would result
    """
    assert isinstance(approved, Amendment)
    collection = BY_ENTITY[cast(EntityName, approved.entity)]
    stored = store.known(collection.entity, {approved.of})[approved.of]
    said = collection.schema().dump(stored.row)
    if stale := [change.field for change in approved.changes if said[change.field] != change.before]:
        raise Refused([fault(pointer(), "conflicting", "rule.amendment_stale", fields=", ".join(stale))])
    changes = {change.field: change.after for change in approved.changes}
    after = amended(store, collection, approved.of, stored.row, changes, caller)
    made = store.replace(collection.entity, approved.of, stored, after)
    return msgspec.structs.replace(approved, made_version=made.version)


@contextmanager
def _within(field: str) -> Iterator[None]:
    """Let faults point below a field of the request."""
    try:
        yield
    except Refused as refused:
        below = [each._replace(pointer=each.pointer.replace("#", f"#/{field}", 1)) for each in refused.faults]
        raise Refused(below) from refused


def _changes(collection: Collection, before: Entity, after: Entity) -> list[FieldChange]:
    schema = collection.schema()
    was, will_be = schema.dump(before), schema.dump(after)
    return [FieldChange(name, was[name], will_be[name]) for name in collection.amendable if was[name] != will_be[name]]
