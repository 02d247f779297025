"""A verified paper that is made to hold longer, or to say something else, is to be verified again; pure."""

from datetime import date

import msgspec

from services.registry.collection import Entity
from shared.contracts.registry_city import Funding, StandardReference
from shared.contracts.registry_evidence import LegalBasis, Selection

Paper = Selection | LegalBasis | StandardReference | Funding


def amended(before: Entity, after: Paper) -> Paper:
    """The paper after a patch: an end that comes earlier leaves it verified, everything else does not."""
    return msgspec.structs.replace(after, verified_by=None) if _says_more(before, after) else after


def _says_more(before: Entity, after: Paper) -> bool:
    match before, after:
        case LegalBasis(), LegalBasis():
            return (after.valid_to or date.max) > (before.valid_to or date.max)
        case Selection(), Selection():
            return (after.withdrawn_on or date.max) > (before.withdrawn_on or date.max)
    return before != after
