"""A verified paper that is made to hold longer than was verified is to be verified again; pure."""

from datetime import date

import msgspec

from services.registry.collection import Entity
from shared.contracts.registry_evidence import LegalBasis, Selection


def amended(before: Entity, after: LegalBasis | Selection) -> LegalBasis | Selection:
    """The paper after a patch: an end that comes earlier leaves it verified, a later one does not."""
    assert isinstance(before, LegalBasis | Selection)
    return msgspec.structs.replace(after, verified_by=None) if _end(after) > _end(before) else after


def _end(paper: LegalBasis | Selection) -> date:
    return (paper.valid_to if isinstance(paper, LegalBasis) else paper.withdrawn_on) or date.max
