"""The table of lifecycles is sound, and the README tells it as it is."""

import pytest

from services.registry.collection import Collection
from services.registry.entities import BY_ENTITY, COLLECTIONS
from services.registry.lifecycles import LIFECYCLES, Lifecycle
from services.registry.lifecycles_told import README, told
from shared.contracts.vocabulary import ROLES

of_each = pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=lambda lifecycle: lifecycle.entity)
FOLLOWED = {"pilot": {"UNDER_CONSTRUCTION", "ACCEPTED", "IN_OPERATION"}}  # reached when the phases reach them


def test_the_readme_tells_the_table() -> None:
    text = README.read_text(encoding="utf-8")
    assert told(text) == text, "run: python -m services.registry.lifecycles_told"


@of_each
def test_edges_lead_between_states_by_roles_that_exist_and_each_once(lifecycle: Lifecycle) -> None:
    assert {state for edge in lifecycle.edges for state in (edge.source, edge.target)} <= set(lifecycle.states)
    assert {role for edge in lifecycle.edges for role in edge.roles} <= set(ROLES)
    pairs = [(edge.source, edge.target) for edge in lifecycle.edges]
    assert len(set(pairs)) == len(pairs)
    assert lifecycle.settled <= set(lifecycle.states)


@of_each
def test_every_state_can_be_reached(lifecycle: Lifecycle) -> None:
    reached = {next(iter(lifecycle.states))} | FOLLOWED.get(lifecycle.entity, set())
    for _ in lifecycle.states:
        reached |= {edge.target for edge in lifecycle.edges if edge.source in reached}
    assert reached == set(lifecycle.states)


@of_each
def test_who_registers_is_not_all_it_takes_to_settle(lifecycle: Lifecycle) -> None:
    judged = {(edge.source, edge.target) for edge in lifecycle.edges if edge.other_person}
    into = {
        (edge.source, edge.target)
        for edge in lifecycle.edges
        if edge.target in lifecycle.settled and edge.source not in lifecycle.settled
    }
    assert into <= judged


@of_each
def test_an_entity_holds_its_state_where_the_table_says(lifecycle: Lifecycle) -> None:
    fields = set(BY_ENTITY[lifecycle.entity].kind.__struct_fields__)
    marks = {name for names in lifecycle.marks.values() for name in names}
    assert marks <= fields
    assert bool(marks) != ("state" in fields)


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.path)
def test_what_is_left_open_for_later_may_be_filled_in(collection: Collection) -> None:
    assert set(collection.fills) <= set(collection.amendable)
    assert collection.settled_by is None or LIFECYCLES[collection.settled_by.entity].settled
