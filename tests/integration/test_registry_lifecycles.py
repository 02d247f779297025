"""Every lifecycle, state by state: exactly the declared edges can be taken, by exactly the roles they name."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.adapters.sql_store import SqlStore
from services.registry.app import now_ms
from services.registry.entities import BY_ENTITY
from services.registry.lifecycles import LIFECYCLES
from services.registry.moving import Move, move
from services.registry.refusal import Refused
from shared.contracts.registry import EntityName
from shared.contracts.vocabulary import ROLES
from shared.failures import Rejected
from tests.integration.databases import Databases
from tests.integration.lifecycle_city import ITEMS, bring, build, somebody

FOUNDER = somebody("administrator", "founder")
STATES = [(entity, state) for entity, lifecycle in LIFECYCLES.items() if entity in ITEMS for state in lifecycle.states]
# Read off the policy (sections 3.4 and 7.2) and ARCHITECTURE section 7, not off the table.
TAKE_TWO = {
    "pilot": {"DISTRICT_CONFIRMED", "NOMINATED", "SELECTED", "EVALUATED", "CLOSED"},
    "phase": {"ACCEPTED"},
    "slot": {"RETIRED"},
    "venue": {"APPROVED", "CLOSED"},
    "installation": {"IN_SERVICE", "RETIRED"},
    "selection": {"VERIFIED"},
    "legal_basis": {"VERIFIED"},
    "standard_reference": {"VERIFIED"},
    "funding": {"VERIFIED"},
    "outage": {"APPROVED", "REJECTED"},
    "device": {"REGISTERED"},
    "swap": {"CONFIRMED", "REJECTED"},
    "maintenance": {"APPROVED", "REJECTED"},
    "scene": {"IN_OPERATION", "CLOSED"},
    "amendment": {"APPROVED", "REJECTED"},
    "document": {"VERIFIED"},
    "audit_case": {"CLOSED"},
}


class Undo(Exception):
    """Takes everything back."""


@pytest.fixture(scope="module")
def city(databases: Databases) -> Iterator[SqlStore]:
    """A city built by its founder, in a transaction that is not kept."""
    database = SqlDatabase(databases.migrated(), now_ms)
    with suppress(Undo), database.writing("founder") as store:
        build(store, FOUNDER)
        yield store
        raise Undo
    database.close()


@contextmanager
def undone(store: SqlStore) -> Iterator[SqlStore]:
    """What is done inside is not done afterwards."""
    savepoint = store._connection.begin_nested()
    try:
        yield store
    finally:
        savepoint.rollback()


@pytest.mark.parametrize(("entity", "state"), STATES, ids=lambda word: word)
def test_from_a_state_lead_exactly_the_declared_edges_for_exactly_their_roles(
    city: SqlStore, entity: EntityName, state: str
) -> None:
    lifecycle = LIFECYCLES[entity]
    with undone(city) as store:
        bring(store, entity, state)
        before = store.known(entity, {ITEMS[entity]})[ITEMS[entity]]
        assert lifecycle.state_of(before.row) == state
        for target in lifecycle.states:
            edge = lifecycle.edge(state, target)
            for role in ROLES:
                wanted = Move(target, reason="理由")
                if edge is not None and role in edge.roles:
                    with undone(store):
                        moved = move(store, BY_ENTITY[entity], ITEMS[entity], wanted, somebody(role, "newcomer"))
                        assert lifecycle.state_of(moved.row) == target
                    continue
                with pytest.raises(Rejected) as refused:
                    move(store, BY_ENTITY[entity], ITEMS[entity], wanted, somebody(role, "newcomer"))
                expected = {"forbidden", "not_found"} if edge else {"conflicting", "forbidden", "not_found"}
                assert refused.value.reason in expected, (target, role)


def test_every_approved_state_is_reached_by_another_person_only() -> None:
    for entity, states in TAKE_TWO.items():
        lifecycle = LIFECYCLES[entity]  # type: ignore[index]
        into = [edge for edge in lifecycle.edges if edge.target in states]
        assert {edge.target for edge in into} == states
        assert [edge for edge in into if not edge.other_person] == []
        assert lifecycle.settled <= states | {"UNDER_CONSTRUCTION", "SUSPENDED", "IN_OPERATION", "ACCEPTED"}


@pytest.mark.parametrize("entity", TAKE_TWO)
def test_who_registered_it_does_not_judge_it_in_any_role(city: SqlStore, entity: EntityName) -> None:
    lifecycle = LIFECYCLES[entity]
    for edge in (edge for edge in lifecycle.edges if edge.other_person):
        with undone(city) as store:
            bring(store, entity, edge.source)
            for role in edge.roles:
                with pytest.raises(Refused) as refused:
                    move(
                        store,
                        BY_ENTITY[entity],
                        ITEMS[entity],
                        Move(edge.target, reason="理由"),
                        somebody(role, "founder"),
                    )
                assert refused.value.reason == "same_person", (edge, role)


@pytest.mark.parametrize("entity", TAKE_TWO)
def test_a_step_that_needs_a_reason_is_not_taken_without_one(city: SqlStore, entity: EntityName) -> None:
    for edge in (edge for edge in LIFECYCLES[entity].edges if edge.needs_reason):
        with undone(city) as store:
            bring(store, entity, edge.source)
            with pytest.raises(Refused) as refused:
                move(store, BY_ENTITY[entity], ITEMS[entity], Move(edge.target), somebody(edge.roles[0], "newcomer"))
            assert [each.pointer for each in refused.value.faults] == ["#/reason"]
