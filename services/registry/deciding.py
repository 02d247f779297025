"""What takes a second person: a paper is verified, an outage decided, by somebody who had no part in it.

Who had a part stands in the change log: whoever registered or ever changed it, though others changed it since.
"""

import msgspec

from services.registry.amending import IsMeant, any_version, writable
from services.registry.collection import Collection, Entity
from services.registry.entities import BY_ENTITY
from services.registry.outages import APPROVED, DRAFT, REJECTED
from services.registry.papers import Paper
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Store, Stored
from shared.contracts.registry import EntityName
from shared.contracts.registry_evidence import Outage
from shared.runtime.auth import Principal


def verify(
    store: Store, collection: Collection, key: str, caller: Principal, is_meant: IsMeant = any_version
) -> Stored:
    """Verify a paper.

    :returns: the paper as it stands afterwards
    :raises Rejected: ``not_found`` if there is no such paper, or none the caller sees; ``forbidden`` if it is another's
    :raises Refused: ``same_person`` if the caller had a part in it; ``conflicting`` if it is verified already
    """
    before = writable(store, collection, key, caller, is_meant)
    assert isinstance(before.row, Paper)
    if before.row.verified_by is not None:
        raise Refused([fault(pointer(), "conflicting", "rule.verified_already", by=before.row.verified_by)])
    if faults := _own_work(store, collection.entity, key, caller):
        raise Refused(faults)
    after = msgspec.structs.replace(before.row, verified_by=caller.key)
    return store.replace(collection.entity, key, before, after)


def decide(
    store: Store, key: str, caller: Principal, is_meant: IsMeant = any_version, *, approved: bool, reason: str
) -> Stored:
    """Approve or reject an outage; once.

    :returns: the outage as it stands afterwards
    :raises Rejected: ``not_found`` or ``forbidden``, as :func:`verify`
    :raises Refused: ``same_person`` if the caller had a part in it; ``conflicting`` if it is decided, or, to be
        approved, lacks its end or its evidence or overlaps with another that is approved
    """
    before = writable(store, BY_ENTITY["outage"], key, caller, is_meant)
    outage = before.row
    assert isinstance(outage, Outage)
    if outage.state != DRAFT:
        raise Refused([fault(pointer(), "conflicting", "rule.decided", state=outage.state)])
    if faults := _own_work(store, "outage", key, caller) or (_not_yet(store, outage) if approved else []):
        raise Refused(faults)
    state = APPROVED if approved else REJECTED
    after = msgspec.structs.replace(outage, state=state, decided_by=caller.key, decision_reason=reason)
    return store.replace("outage", key, before, after)


def _own_work(store: Store, entity: EntityName, key: str, caller: Principal) -> list[Fault]:
    own = False
    said: Entity | None = None
    for version in store.history(entity, key):
        row = version.row
        if isinstance(row, Paper):
            row = msgspec.structs.replace(row, verified_by=None)  # to have verified it before is no part in it
        own |= version.actor == caller.key and row != said
        said = row
    return [fault(pointer(), "same_person", "rule.same_person")] if own else []


def _not_yet(store: Store, outage: Outage) -> list[Fault]:
    """Why an outage cannot be approved as it stands."""
    lacking = [name for name in ("to_ms", "evidence_title", "evidence_sha256") if getattr(outage, name) is None]
    if lacking:
        return [fault(pointer(name), "conflicting", "rule.not_yet_decidable") for name in lacking]
    return [
        fault(pointer(), "conflicting", "rule.outage_overlaps", from_ms=other.from_ms, to_ms=other.to_ms)
        for other in store.beside("outage", ("vendor", "feed"), {(outage.vendor, outage.feed)})
        if isinstance(other, Outage) and other.state == APPROVED and _overlap(outage, other)
    ]


def _overlap(one: Outage, other: Outage) -> bool:
    assert one.to_ms is not None and other.to_ms is not None
    return one.from_ms < other.to_ms and other.from_ms < one.to_ms
