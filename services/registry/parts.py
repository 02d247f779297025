"""Who had a part in something, by the change log: whoever registered it, ever changed it, or proposed a change of it;
whoever did by an account that is closed now; and whoever took over the work of one who did.

To judge a thing is no part in it, nor is what follows by itself when something else moves.
"""

import msgspec

from services.registry.collection import Collection, Entity
from services.registry.lifecycles import LIFECYCLES
from services.registry.store import Reading, Store
from shared.contracts.registry_amendment import Amendment
from shared.contracts.registry_people import Person
from shared.runtime.auth import Principal

ACTS_AS = "person:"  # a person's login follows; no slug has a colon, and no key: they are k-…
_OF_THE_STATE = ("state", "state_from", "state_reason", "verified_by")


def had_a_part(store: Store, collection: Collection, key: str, caller: Principal) -> bool:
    """Whether the caller had a part in an entity."""
    proposed = {made.made_version: made.proposed_by for made in amendments_of(store, collection, key)}
    said: Entity | None = None
    parts = parts_of(store, caller.key)
    for version in store.history(collection.entity, key):
        actor = proposed.get(version.version, version.actor)  # a change is whose who proposed it, not who approved it
        if actor in parts and (version.version in proposed or _is_a_part(collection, said, version.row)):
            return True
        said = version.row
    return False


def parts_of(store: Store | Reading, actor: str) -> set[str]:
    """Everybody whose part is also this actor's: himself, all whose work was handed over to him, however far back, and
    the closed accounts of the same people: those that have a subject which one of them has or ever had.

    Nobody signs what he entered (policy, section 5): to leave, and let one's successor sign it, would be the same, and
    so would it be to come back under another login.
    """
    logins: set[str] = set()
    found = {actor.removeprefix(ACTS_AS)} if actor.startswith(ACTS_AS) else set()
    while found:
        logins |= found
        found = (_predecessors(store, found) | _closed_of_same_subjects(store, found)) - logins
    return {actor, *(ACTS_AS + login for login in logins)}


def _predecessors(store: Store | Reading, logins: set[str]) -> set[str]:
    left = store.beside("person", ("handed_over_to",), {(login,) for login in logins})
    return {person.login for person in left if isinstance(person, Person)}


def _closed_of_same_subjects(store: Store | Reading, logins: set[str]) -> set[str]:
    same = store.beside("person", ("oidc_subject",), {(subject,) for subject in store.subjects_of(logins)})
    return {person.login for person in same if isinstance(person, Person) and person.state == "CLOSED"}


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
