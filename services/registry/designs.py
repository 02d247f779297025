"""A design changes as a whole, and a dwelling's design is told once; pure."""

import msgspec

from services.registry.collection import Entity
from services.registry.refusal import Refused, fault, pointer
from shared.contracts.registry import Dwelling
from shared.contracts.registry_city import Layout


def amended(before: Entity, after: Layout) -> Layout:
    """The layout after a patch: other slots are the next version of the design."""
    assert isinstance(before, Layout)
    if before.slots == after.slots:
        return after
    return msgspec.structs.replace(after, design_version=before.design_version + 1)


def check(before: Entity, after: Dwelling) -> None:
    """A dwelling that has a layout keeps it: its slots were made by it.

    :raises Refused: if it is to have another, or none
    """
    assert isinstance(before, Dwelling)
    if before.layout not in (None, after.layout):
        raise Refused([fault(pointer("layout"), "conflicting", "rule.layout_stays", layout=before.layout)])
