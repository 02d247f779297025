"""Which edits take a second person: those of what was approved, except to fill in what was left open for later."""

from services.registry.collection import Collection, Entity, joined
from services.registry.lifecycles import LIFECYCLES
from services.registry.store import Store
from shared.contracts.registry import Slot


def takes_a_second_person(store: Store, collection: Collection, before: Entity, after: Entity) -> bool:
    """Whether this edit is one of something settled."""
    changed = [name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)]
    if all(_fills_in(collection, before, name) for name in changed):
        return False
    return is_settled(store, collection, before)


def judged_state(collection: Collection, before: Entity, after: Entity) -> str | None:
    """The state that an edit would reach, if one gets there only by another person's judgement."""
    if not (lifecycle := LIFECYCLES.get(collection.entity)) or not lifecycle.marks:
        return None
    target = lifecycle.state_of(after)
    judged = any(edge.other_person for edge in lifecycle.edges if edge.target == target)
    if target == lifecycle.state_of(before) or not judged:
        return None
    marks = lifecycle.marks.get(target, ())
    return None if all(_fills_in(collection, before, name) for name in marks) else target


def is_settled(store: Store, collection: Collection, row: Entity) -> bool:
    """Whether an entity, or what it belongs to, has been approved."""
    if (own := LIFECYCLES.get(collection.entity)) and own.settled:
        return own.state_of(row) in own.settled
    if (parent := collection.settled_by) is None:
        return False
    found = store.known(parent.entity, {joined(row, parent.fields)})
    lifecycle = LIFECYCLES[parent.entity]
    return any(lifecycle.state_of(stored.row) in lifecycle.settled for stored in found.values())


def _fills_in(collection: Collection, before: Entity, name: str) -> bool:
    if getattr(before, name) is not None:
        return False
    # A required slot retires only by an approved design change.
    return name in collection.fills or (name == "retired_on" and isinstance(before, Slot) and not before.required)
