"""Who may change what of an outage that is still a draft, and what it takes to be approved."""

from collections.abc import Iterator

import msgspec

from services.registry.collection import Entity
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.registry_evidence import Outage
from shared.runtime.auth import Principal

DRAFT, APPROVED = "DRAFT", "APPROVED"
EVIDENCE = ("evidence_title", "evidence_sha256")
_ONLY = {"service": ("to_ms",), "vendor": EVIDENCE}  # a machine tells when it ended; a vendor what it was


def amended(before: Entity, after: Outage, caller: Principal) -> Outage:
    """The outage after a patch; who gave the evidence is noted.

    :raises Refused: if it has been decided, or the caller may not change such a field
    """
    assert isinstance(before, Outage)
    if before.state != DRAFT:
        raise Refused([fault(pointer(), "conflicting", "rule.decided", state=before.state)])
    changed = [name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)]
    allowed = _ONLY.get(caller.role)
    if allowed is not None and (beyond := [name for name in changed if name not in allowed]):
        fields = ", ".join(allowed)
        raise Refused([fault(pointer(name), "forbidden", "rule.not_amendable", fields=fields) for name in beyond])
    if any(name in changed for name in EVIDENCE):
        return msgspec.structs.replace(after, evidenced_by=caller.key)
    return after


def is_decidable(store: Store, outage: Outage) -> Iterator[Fault]:
    """Why an outage cannot be approved as it stands: it lacks its end or its evidence, or overlaps with another."""
    lacking = [name for name in ("to_ms", *EVIDENCE) if getattr(outage, name) is None]
    for name in lacking:
        yield fault(pointer(name), "conflicting", "rule.not_yet_decidable")
    if lacking:
        return
    for other in store.beside("outage", ("vendor", "feed"), {(outage.vendor, outage.feed)}):
        if isinstance(other, Outage) and other.state == APPROVED and _overlap(outage, other):
            told = {"from_ms": other.from_ms, "to_ms": other.to_ms}
            yield fault(pointer(), "conflicting", "rule.outage_overlaps", **told)


def _overlap(one: Outage, other: Outage) -> bool:
    assert one.to_ms is not None and other.to_ms is not None
    return one.from_ms < other.to_ms and other.from_ms < one.to_ms
