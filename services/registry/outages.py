"""Who may change what of an outage that is still a draft; pure."""

import msgspec

from services.registry.collection import Entity
from services.registry.refusal import Refused, fault, pointer
from shared.contracts.registry_evidence import Outage
from shared.runtime.auth import Principal

DRAFT, APPROVED, REJECTED = "DRAFT", "APPROVED", "REJECTED"
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
