"""Whose an audit case is, what it touches and holds, and who may close it."""

from services.registry.collection import Entity
from services.registry.parts import parts_of
from services.registry.refusal import Refused, fault, pointer
from services.registry.store import Store
from shared.contracts.registry_audit import AuditCase, AuditEntry
from shared.runtime.auth import Principal

CLOSED = "CLOSED"


def amended(store: Store, before: Entity, after: AuditCase, caller: Principal) -> AuditCase:
    """The case after a patch by its lead or somebody named; so nobody names himself.

    :raises Refused: if it is closed; ``forbidden`` to anybody else
    """
    assert isinstance(before, AuditCase)
    check_open(before)
    check_his(store, before, caller)
    return after


def check_open(case: AuditCase) -> None:
    """:raises Refused: if the case is closed"""
    if case.state == CLOSED:
        raise Refused([fault(pointer(), "conflicting", "rule.case_closed")])


def check_his(store: Store, case: AuditCase, caller: Principal) -> None:
    """:raises Refused: ``forbidden`` if the caller is neither the case's lead nor named in it"""
    if not is_named(case, parts_of(store, caller.key)):
        raise Refused([fault(pointer(), "forbidden", "rule.not_named")])


def moved(store: Store, case: Entity, caller: Principal) -> Entity:
    """A case that its lead or somebody named moves.

    :raises Refused: as :func:`check_his`
    """
    assert isinstance(case, AuditCase)
    check_his(store, case, caller)
    return case


def closed(store: Store, case: Entity, caller: Principal) -> Entity:
    """A case that somebody closes who recorded nothing in it: a review (复核) is of others' work.

    :raises Refused: ``same_person`` if he did
    """
    assert isinstance(case, AuditCase)
    entries, parts = store.beside("audit_entry", ("audit_case",), {(case.code,)}), parts_of(store, caller.key)
    if any(isinstance(entry, AuditEntry) and entry.recorded_by in parts for entry in entries):
        raise Refused([fault(pointer(), "same_person", "rule.same_person")])
    return case


def districts_of(store: Store, case: AuditCase) -> set[str]:
    """The districts that the scope of a case touches."""
    return {site.district for site in store.sites(case.sites).values()}.union(case.districts)


def is_named(case: AuditCase, parts: set[str]) -> bool:
    """Whether one who has these parts is a case's lead or named in it, and so reads what is confidential in it."""
    return not parts.isdisjoint((case.lead, *case.named))


def holds(case: AuditCase, site: str | None, district: str | None) -> bool:
    """Whether nothing of a site may be deleted because of a case; what is of no district is held by every hold."""
    if not case.legal_hold or case.state == CLOSED:
        return False
    if site is None and district is None:
        return True
    return site in case.sites or district in case.districts


def holding(store: Store) -> list[AuditCase]:
    """The cases in whose scope nothing may be deleted."""
    found = store.beside("audit_case", ("legal_hold",), {(True,)})
    return [case for case in found if isinstance(case, AuditCase) and case.state != CLOSED]
