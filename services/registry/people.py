"""Accounts of people: invited, opened with a one-time code, reset, locked, closed, and their work handed over.

A code is 256 random bits, told once and kept as a hash; a fresh one ends the one before it and the password too, so
that an account never has two ways in by a word. An administrator's steps are in
:mod:`services.registry.lifecycles`; here is what they ask for and do besides.
"""

import secrets
from collections.abc import Iterator
from hmac import compare_digest
from typing import NamedTuple

import msgspec

from services.registry.amending import IsMeant, writable
from services.registry.entities import BY_ENTITY
from services.registry.granting import faults_of_leaving, faults_of_scope
from services.registry.keys import sha256_of
from services.registry.parts import ACTS_AS
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import register
from services.registry.rules import Row
from services.registry.store import Reading, SignIn, Store, Stored
from shared.contracts.civil_time import rfc3339
from shared.contracts.registry_people import Person
from shared.failures import Rejected
from shared.runtime.auth import Principal

PEOPLE = BY_ENTITY["person"]
INVITED, ACTIVE, CLOSED = "INVITED", "ACTIVE", "CLOSED"
CODE_LASTS_MS = 7 * 86_400_000


class Invitation(NamedTuple):
    """A way in that is told once: ``until`` is RFC 3339."""

    login: str
    code: str
    until: str


def actor_of(login: str) -> str:
    """How an account stands in the log, and in its tokens."""
    return ACTS_AS + login


def principal(person: Person) -> Principal:
    """Who calls with this account, as a token says it."""
    return Principal(actor_of(person.login), person.post, person.role, tuple(person.districts), tuple(person.vendors))


def invite(store: Store, person: Person, caller: Principal, now_ms: int) -> Invitation:
    """Make an account that can be opened with a code, told this once.

    :raises Refused: if there is one of that login, or its scope does not fit its role, or its subject has another
    """
    faults = faults_of_scope(store, person.role, person.districts, person.vendors)
    if store.known("person", {person.login}):  # also the same again: its code was told once
        place = pointer("login")
        faults.append(fault(place, "already_exists", "rule.login_taken", login=person.login))
    if faults:
        raise Refused(faults)
    register(store, PEOPLE, [Row((), person.login, _in_state(store, person, INVITED))], caller)
    return _fresh_code(store, person.login, now_ms)


def reset(store: Store, login: str, caller: Principal, is_meant: IsMeant, now_ms: int) -> Invitation:
    """End an account's password and give it a fresh code; it is INVITED again until that is used.

    :raises Rejected: as :func:`services.registry.amending.writable`
    :raises Refused: ``conflicting`` if it is closed, or the last administrator's
    """
    before, person = _writable(store, login, caller, is_meant)
    if person.state == CLOSED:
        raise Refused([fault(pointer(), "conflicting", "rule.person_closed", login=login)])
    if faults := list(faults_of_leaving(store, person)):
        raise Refused(faults)
    store.replace("person", login, before, _in_state(store, person, INVITED))
    return _fresh_code(store, login, now_ms)


def check_code(reading: Reading, login: str, code: str, now_ms: int) -> None:
    """:raises Rejected: ``bad_credentials`` if an account is not to be opened with this code now; why is not told"""
    person, kept = reading.person_and_sign_in(login) or (None, SignIn())
    if person is None or not _opens(person, kept, code, now_ms):
        raise Rejected("bad_credentials")


def open_with(store: Store, login: str, code: str, password_hash: str, now_ms: int) -> None:
    """Give an account the password of whoever has its code, which is used up.

    :raises Rejected: as :func:`check_code`
    """
    before = store.known("person", {login}).get(login)
    if before is None or not isinstance(before.row, Person):
        raise Rejected("bad_credentials")
    if not _opens(before.row, store.sign_in(login), code, now_ms):
        raise Rejected("bad_credentials")
    store.replace("person", login, before, _in_state(store, before.row, ACTIVE))
    store.keep_sign_in(login, SignIn(password_hash))


def can_be_unlocked(store: Store, person: Person) -> Iterator[Fault]:
    """Why an account cannot be ACTIVE again: it was locked before it was opened, and its code ended then."""
    if store.sign_in(person.login).password_hash is None:
        yield fault(pointer("state"), "conflicting", "rule.no_password_yet", login=person.login)


def lock(store: Store, person: Person, _caller: Principal) -> Person:
    """End a code that was not used yet; the password waits."""
    store.keep_sign_in(person.login, SignIn(store.sign_in(person.login).password_hash))
    return person


def close(store: Store, person: Person, _caller: Principal) -> Person:
    """End whatever opened the account."""
    store.keep_sign_in(person.login, SignIn())
    return person


def hand_over(store: Store, login: str, to: str, caller: Principal, is_meant: IsMeant) -> Stored:
    """Close an account and let another have its part in its work: in the same role, and reaching as far.

    :returns: the account as it stands afterwards
    :raises Rejected: as :func:`services.registry.amending.writable`
    :raises Refused: if the other cannot take it over, or it was handed over already, or is the last administrator's
    """
    before, person = _writable(store, login, caller, is_meant)
    if person.handed_over_to is not None:
        raise Refused([fault(pointer(), "conflicting", "rule.handed_over", to=person.handed_over_to)])
    if faults := [*_unfit_to_succeed(store, person, to), *faults_of_leaving(store, person)]:
        raise Refused(faults)
    closed = person if person.state == CLOSED else _in_state(store, person, CLOSED)
    store.keep_sign_in(login, SignIn())
    return store.replace("person", login, before, msgspec.structs.replace(closed, handed_over_to=to))


def _unfit_to_succeed(store: Store, person: Person, to: str) -> Iterator[Fault]:
    found = store.known("person", {to}).get(to)
    place = pointer("to")
    if found is None or not isinstance(found.row, Person):
        yield fault(place, "unknown_reference", "detail.unknown_reference", entity="person", id=to)
        return
    heir = found.row
    if to == person.login or heir.state != ACTIVE:
        yield fault(place, "conflicting", "rule.heir_not_active", login=to)
    if heir.role != person.role:
        yield fault(place, "conflicting", "rule.heir_role", login=to, role=person.role)
    if missing := [*{*person.districts} - {*heir.districts}, *{*person.vendors} - {*heir.vendors}]:
        yield fault(place, "conflicting", "rule.heir_scope", login=to, missing=", ".join(sorted(missing)))


def _writable(store: Store, login: str, caller: Principal, is_meant: IsMeant) -> tuple[Stored, Person]:
    before = writable(store, PEOPLE, login, caller, is_meant)
    assert isinstance(before.row, Person)
    return before, before.row


def _opens(person: Person, kept: SignIn, code: str, now_ms: int) -> bool:
    if person.state != INVITED or kept.code_sha256 is None or kept.code_until_ms is None:
        return False
    return now_ms < kept.code_until_ms and compare_digest(kept.code_sha256, sha256_of(code))


def _fresh_code(store: Store, login: str, now_ms: int) -> Invitation:
    code, until_ms = secrets.token_urlsafe(32), now_ms + CODE_LASTS_MS
    store.keep_sign_in(login, SignIn(None, sha256_of(code), until_ms))
    return Invitation(login, code, rfc3339(until_ms))


def _in_state(store: Store, person: Person, state: str) -> Person:
    return msgspec.structs.replace(person, state=state, state_from=store.today, state_reason=None)
