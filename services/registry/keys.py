"""Keys of machines and people: made once, shown once, kept as a hash, exchanged for tokens, revoked."""

import hashlib
import secrets
from hmac import compare_digest
from typing import NamedTuple

import msgspec

from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.scope import OF_DISTRICTS, OF_VENDORS
from services.registry.store import New, Reading, Store
from shared.contracts.registry import Key
from shared.failures import Rejected
from shared.runtime.auth import Principal


class NewKey(NamedTuple):
    """A key and its secret: 32 random bytes, told this once."""

    key: str
    secret: str


def create(store: Store, name: str, role: str, districts: list[str], vendors: list[str]) -> NewKey:
    """Make a key.

    :raises Refused: if the scope does not fit the role, or names a vendor that is not registered
    """
    if faults := [*_scope_faults(role, districts, vendors), *_unknown_vendors(store, vendors)]:
        raise Refused(faults)
    made = NewKey("k-" + secrets.token_hex(8), secrets.token_urlsafe(32))
    store.add("key", [New(made.key, Key(made.key, name, role, districts, vendors), None)])
    store.keep_secret(made.key, _sha256(made.secret))
    return made


def revoke(store: Store, key: str) -> None:
    """End a key: it gets no more tokens; those it has run out within their quarter of an hour.

    :raises Rejected: ``not_found`` if there is no such key
    :raises Refused: ``conflicting`` if nobody could administer the registry afterwards
    """
    stored = store.known("key", {key}).get(key)
    if stored is None or not isinstance(stored.row, Key):
        raise Rejected("not_found", what=key)
    if not stored.row.active:
        return
    if stored.row.role == "administrator" and store.active_administrators() == 1:
        raise Refused([fault(pointer(), "conflicting", "rule.last_administrator")])
    store.replace("key", key, stored, msgspec.structs.replace(stored.row, active=False))


def owner(reading: Reading, key: str, secret: str) -> Key:
    """The key that this secret opens.

    :raises Rejected: ``bad_credentials`` if there is none, or it was revoked; which of them is not told
    """
    row, sha256 = reading.key_and_secret(key) or (None, "")
    if not compare_digest(sha256, _sha256(secret)) or row is None or not row.active:
        raise Rejected("bad_credentials")
    return row


def principal(key: Key) -> Principal:
    """Who calls with this key, as a token says it."""
    return Principal(key.key, key.name, key.role, tuple(key.districts), tuple(key.vendors))


def _scope_faults(role: str, districts: list[str], vendors: list[str]) -> list[Fault]:
    wrong = []
    for name, given, roles in (("districts", districts, OF_DISTRICTS), ("vendors", vendors, OF_VENDORS)):
        if role in roles and not given:
            wrong.append(fault(pointer(name), "invalid_request", "rule.scope_needed", role=role))
        if role not in roles and given:
            wrong.append(fault(pointer(name), "invalid_request", "rule.scope_unused", role=role))
    return wrong


def _unknown_vendors(store: Store, vendors: list[str]) -> list[Fault]:
    known = store.known("organisation", set(vendors))
    return [
        fault(
            pointer("vendors", position),
            "unknown_reference",
            "detail.unknown_reference",
            entity="organisation",
            id=vendor,
        )
        for position, vendor in enumerate(vendors)
        if vendor not in known
    ]


def _sha256(secret: str) -> str:
    """No slow hash is needed for a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
