"""Whatever people try, in whatever role and order: nobody alone gets anything approved, nor judges his own work."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.adapters.sql_store import SqlStore
from services.registry.amending import amend
from services.registry.app import now_ms
from services.registry.entities import BY_ENTITY
from services.registry.lifecycles import LIFECYCLES
from services.registry.moving import Move, move
from services.registry.proposing import Proposal, propose
from shared.contracts.registry import EntityName
from shared.contracts.registry_amendment import Amendment
from shared.failures import Rejected
from tests.integration.databases import Databases
from tests.integration.lifecycle_city import ITEMS, build, somebody

EXAMPLES = int(os.environ.get("PILOTLIGHT_EXAMPLES", "60"))
ROLES = ("administrator", "district_officer", "district_approver", "programme_manager")
# Read off the policy, as in test_registry_lifecycles: the states that stand for somebody's approval.
APPROVED = {"DISTRICT_CONFIRMED", "NOMINATED", "SELECTED", "EVALUATED", "CLOSED", "SUSPENDED", "APPROVED", "VERIFIED"}
APPROVED_OF: dict[EntityName, set[str]] = {
    "phase": {"ACCEPTED", "IN_OPERATION"},
    "slot": {"RETIRED"},
    "installation": {"IN_SERVICE", "RETIRED"},
}
NAMED: dict[EntityName, str] = {"pilot": "name", "phase": "name", "venue": "name"}
MOVES = [(entity, state) for entity in ITEMS for state in LIFECYCLES[entity].states]


class Try(NamedTuple):
    """What somebody tries: to move something, to edit it, or to propose that."""

    who: str
    role: str
    what: str
    entity: EntityName
    to: str


def tries(*people: str) -> st.SearchStrategy[list[Try]]:
    who, role = st.sampled_from(people), st.sampled_from(ROLES)
    moving = st.builds(lambda who, role, pair: Try(who, role, "move", *pair), who, role, st.sampled_from(MOVES))
    names = st.sampled_from(["甲", "乙", "丙"])
    editing = st.builds(Try, who, role, st.sampled_from(["edit", "propose"]), st.sampled_from(sorted(NAMED)), names)
    # Mostly steps that are possible somewhere: shuffled ways along the edges.
    along = st.sampled_from([(entity, edge) for entity in ITEMS for edge in LIFECYCLES[entity].edges])
    stepping = st.builds(
        lambda who, pair, nth: Try(who, pair[1].roles[nth % len(pair[1].roles)], "move", pair[0], pair[1].target),
        who,
        along,
        st.integers(0, 2),
    )
    return st.lists(st.one_of(moving, editing, stepping, stepping, stepping), max_size=40)


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[SqlDatabase]:
    made = SqlDatabase(databases.migrated(), now_ms)
    yield made
    made.close()


def carried_out(store: SqlStore, one: Try) -> bool:
    caller, key = somebody(one.role, one.who), ITEMS[one.entity]
    store._actor = one.who
    savepoint = store._connection.begin_nested()
    with suppress(Rejected):
        if one.what == "move":
            move(store, BY_ENTITY[one.entity], key, Move(one.to, reason="理由"), caller)
        elif one.what == "edit":
            amend(store, BY_ENTITY[one.entity], key, {NAMED[one.entity]: one.to}, caller)
        else:
            propose(store, Proposal(one.entity, key, {NAMED[one.entity]: one.to}, "更名"), caller)
        savepoint.commit()
        return True
    savepoint.rollback()
    return False


def state_of(store: SqlStore, entity: EntityName, key: str) -> str:
    return LIFECYCLES[entity].state_of(store.known(entity, {key})[key].row)


def is_approved(entity: EntityName, state: str) -> bool:
    return state in APPROVED_OF.get(entity, APPROVED)


class Undo(Exception):
    """Takes everything back."""


settled = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize="PILOTLIGHT_EXAMPLES" not in os.environ,
)


@settled
@given(tried=tries("alone"))
def test_no_path_leads_one_person_to_an_approved_state(database: SqlDatabase, tried: list[Try]) -> None:
    with suppress(Undo), database.writing("alone") as store:
        build(store, somebody("administrator", "alone"), helped=False)
        for one in tried:
            carried_out(store, one)
        reached = {entity: state_of(store, entity, key) for entity, key in ITEMS.items() if entity != "amendment"}
        approved = {entity: state for entity, state in reached.items() if is_approved(entity, state)}
        assert approved == {}
        raise Undo


@settled
@given(tried=tries("first", "second", "third"))
def test_nobody_judges_what_he_had_a_part_in(database: SqlDatabase, tried: list[Try]) -> None:
    parts: dict[EntityName, set[str]] = defaultdict(lambda: {"first"})  # who registered all of it
    with suppress(Undo), database.writing("first") as store:
        build(store, somebody("administrator", "first"))
        for one in tried:
            before = state_of(store, one.entity, ITEMS[one.entity])
            if not carried_out(store, one):
                continue
            after = state_of(store, one.entity, ITEMS[one.entity])
            if one.what == "move" and is_approved(one.entity, after) and not is_approved(one.entity, before):
                assert one.who not in parts[one.entity], one
            elif one.what == "edit" or (one.what == "move" and after == "SUBMITTED"):
                parts[one.entity].add(one.who)
        for entity in ("pilot", "phase", "venue"):
            for made in store.beside("amendment", ("entity",), {(entity,)}):
                assert isinstance(made, Amendment)
                assert made.state != "APPROVED" or made.decided_by != made.proposed_by
        raise Undo
