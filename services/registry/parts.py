"""Who had a part in something, by the change log: whoever registered it, ever changed it, or proposed a change of it.

To judge a thing is no part in it, nor is what follows by itself when something else moves.
"""

import msgspec

from services.registry.collection import Collection, Entity
from services.registry.lifecycles import LIFECYCLES
from services.registry.store import Store
from shared.contracts.registry_amendment import Amendment
from shared.runtime.auth import Principal

_OF_THE_STATE = ("state", "state_from", "state_reason", "verified_by")


def had_a_part(store: Store, collection: Collection, key: str, caller: Principal) -> bool:
    """Whether the caller had a part in an entity."""
    proposed = {made.made_version: made.proposed_by for made in amendments_of(store, collection, key)}
    said: Entity | None = None
    for number, version in enumerate(store.history(collection.entity, key), start=1):
        actor = proposed.get(number, version.actor)  # the change is whose who proposed it, not who approved it
        if actor == caller.key and (number in proposed or _is_a_part(collection, said, version.row)):
            return True
        said = version.row
    return False


def amendments_of(store: Store, collection: Collection, key: str) -> list[Amendment]:
    """Every amendment of an entity, decided or not."""
    found = store.beside("amendment", ("entity", "of"), {(collection.entity, key)})
    return [row for row in found if isinstance(row, Amendment)]


def _is_a_part(collection: Collection, before: Entity | None, after: Entity) -> bool:
    if before is None or collection.entity not in LIFECYCLES:
        return before != after
    lifecycle = LIFECYCLES[collection.entity]
    source, target = lifecycle.state_of(before), lifecycle.state_of(after)
    if source == target:
        return before != after
    edge = lifecycle.edge(source, target)
    return not edge.other_person if edge else _content(before) != _content(after)


def _content(row: Entity) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(row).items() if name not in _OF_THE_STATE}
