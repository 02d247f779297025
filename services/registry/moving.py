"""Move something along its lifecycle: only where an edge leads, by whom it names, with what the new state asks for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.registry import audit_cases, devices, documents, maintenance, outages, people, pilots
from services.registry.amending import IsMeant, any_version, revalidated, writable
from services.registry.collection import Collection, Entity
from services.registry.granting import faults_of_leaving
from services.registry.lifecycles import LIFECYCLES, Edge, Lifecycle
from services.registry.parts import had_a_part
from services.registry.proposing import put_in_force
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.replacing import carry_out
from services.registry.store import Store, Stored
from shared.contracts.registry import EntityName
from shared.runtime.auth import Principal


class Move(NamedTuple):
    """Where to, from which civil day on (today, where it is not said), and why."""

    state: str
    on: date | None = None
    reason: str | None = None


def move(
    store: Store, collection: Collection, key: str, wanted: Move, caller: Principal, is_meant: IsMeant = any_version
) -> Stored:
    """Move an entity to another state.

    :returns: the entity as it stands afterwards
    :raises Rejected: ``not_found`` if there is no such entity, or none the caller sees; ``forbidden`` if it is not in
        his reach; ``changed_meanwhile`` if it is at another version by now
    :raises Refused: ``conflicting`` if no edge leads there, or something is still lacking; ``forbidden`` if the edge is
        not for the caller's role; ``same_person`` if it is for somebody who had no part in it; ``invalid_request`` if
        the day or the reason is not acceptable
    """
    before = writable(store, collection, key, caller, is_meant)
    lifecycle = LIFECYCLES[collection.entity]
    edge = _edge(lifecycle, before.row, wanted.state)
    faults = [*_not_his(edge, caller), *_without_day(lifecycle, before.row, wanted)]
    wanted = wanted._replace(on=wanted.on or store.today)
    if faults := [*faults, *_unacceptable(lifecycle, before.row, edge, wanted, store.today)]:
        raise Refused(faults)
    if edge.other_person and had_a_part(store, collection, key, caller):
        raise Refused([fault(pointer(), "same_person", "rule.same_person")])
    condition = _CONDITIONS.get((collection.entity, wanted.state))
    if condition and (faults := list(condition(store, before.row))):
        raise Refused(faults)
    after = revalidated(collection, _arrived(lifecycle, before.row, edge, wanted, caller))
    effect = _EFFECTS.get((collection.entity, wanted.state))
    stored = store.replace(collection.entity, key, before, effect(store, after, caller) if effect else after)
    if collection.entity in ("pilot", "phase"):
        pilots.follow(store, {key.partition("/")[0]})
    return stored


def _edge(lifecycle: Lifecycle, row: Entity, target: str) -> Edge:
    source = lifecycle.state_of(row)
    if (edge := lifecycle.edge(source, target)) is None:
        further = ", ".join(lifecycle.targets(source)) or "–"
        raise Refused([fault(pointer("state"), "conflicting", "rule.no_such_step", state=source, further=further)])
    return edge


def _not_his(edge: Edge, caller: Principal) -> Iterator[Fault]:
    if caller.role not in edge.roles:
        yield fault(pointer("state"), "forbidden", "rule.not_your_step", roles=", ".join(edge.roles))


def _without_day(lifecycle: Lifecycle, row: Entity, wanted: Move) -> Iterator[Fault]:
    """A day that would be kept nowhere is not taken."""
    dated = hasattr(row, "state_from") or any(name.endswith("_on") for name in lifecycle.marks.get(wanted.state, ()))
    if wanted.on is not None and not dated:
        yield fault(pointer("on"), "invalid_request", "rule.step_without_day")


def _unacceptable(lifecycle: Lifecycle, row: Entity, edge: Edge, wanted: Move, today: date) -> Iterator[Fault]:
    assert wanted.on is not None
    if edge.needs_reason and wanted.reason is None:
        yield fault(pointer("reason"), "invalid_request", "rule.step_needs_reason")
    days = [getattr(row, name) for fields in lifecycle.marks.values() for name in fields if name.endswith("_on")]
    since = max((day for day in (*days, getattr(row, "state_from", None)) if day is not None), default=date.min)
    if not since <= wanted.on <= today:
        first = "…" if since == date.min else since
        yield fault(pointer("on"), "invalid_request", "rule.step_day", first=first, last=today)


def _arrived(lifecycle: Lifecycle, row: Entity, edge: Edge, wanted: Move, caller: Principal) -> Entity:
    noted: dict[str, Any] = {"state": edge.target, "state_from": wanted.on, "state_reason": wanted.reason}
    noted["decision_reason"] = wanted.reason
    if edge.other_person:
        noted["decided_by"] = caller.key
    for name in lifecycle.marks.get(edge.target, ()):
        noted[name] = caller.key if name.endswith("_by") else wanted.on
    return msgspec.structs.replace(row, **{name: noted[name] for name in row.__struct_fields__ if name in noted})


Condition = Callable[[Store, Any], Iterator[Fault]]
_CONDITIONS: Mapping[tuple[EntityName, str], Condition] = {
    ("pilot", "SUBMITTED"): pilots.is_complete,
    ("pilot", "SELECTED"): pilots.has_a_selection,
    ("outage", "APPROVED"): outages.is_decidable,
    ("person", "LOCKED"): faults_of_leaving,
    ("person", "CLOSED"): faults_of_leaving,
    ("person", "ACTIVE"): people.can_be_unlocked,
    ("maintenance", "APPROVED"): maintenance.does_not_overlap,
    ("document", "REMOVED"): documents.standing_on,
}
Effect = Callable[[Store, Any, Principal], Entity]
_EFFECTS: Mapping[tuple[EntityName, str], Effect] = {  # what else happens; they return what is stored
    ("amendment", "APPROVED"): put_in_force,
    ("person", "LOCKED"): people.lock,
    ("person", "CLOSED"): people.close,
    ("swap", "CONFIRMED"): carry_out,
    ("device", "RETIRED"): devices.retire,
    ("document", "VERIFIED"): documents.verified,
    ("audit_case", "FIELDWORK"): audit_cases.moved,
    ("audit_case", "REPORTED"): audit_cases.moved,
    ("audit_case", "CLOSED"): audit_cases.closed,
}
