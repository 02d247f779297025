"""Keys of machines: made once, shown once, kept as a hash, exchanged for tokens until they expire or are revoked."""

import hashlib
import secrets
from datetime import date, timedelta
from hmac import compare_digest
from typing import NamedTuple

import msgspec

from services.registry.granting import faults_of_leaving, faults_of_scope
from services.registry.refusal import Refused, fault, pointer
from services.registry.store import New, Reading, Store
from shared.contracts.registry import Key
from shared.failures import Rejected
from shared.runtime.auth import Principal

MACHINES = ("service", "vendor")  # a key of any other role expires only if it is asked to
USUAL_DAYS = 365
MOST_DAYS = 400  # a yearly exchange, and a month to be late with it
SOON = timedelta(30)


class NewKey(NamedTuple):
    """A key and its secret: 32 random bytes, told this once."""

    key: str
    secret: str


def create(
    store: Store, name: str, role: str, districts: list[str], vendors: list[str], expires_on: date | None = None
) -> NewKey:
    """Make a key; ``expires_on`` is the last civil day on which it gets a token.

    :raises Refused: if the scope does not fit the role, or names a vendor that is not registered
    """
    if faults := faults_of_scope(store, role, districts, vendors):
        raise Refused(faults)
    made = NewKey("k-" + secrets.token_hex(8), secrets.token_urlsafe(32))
    store.add("key", [New(made.key, Key(made.key, name, role, districts, vendors, expires_on=expires_on), None)])
    store.keep_secret(made.key, sha256_of(made.secret))
    return made


def expiry(role: str, wanted: date | None, today: date) -> date | None:
    """The last day of a key made today: the one that is wanted, or a machine's usual one.

    :raises Refused: if it has passed, or is too far away
    """
    if wanted is None:
        return today + timedelta(USUAL_DAYS) if role in MACHINES else None
    latest = today + timedelta(MOST_DAYS)
    if not today <= wanted <= latest:
        raise Refused(
            [fault(pointer("expires_on"), "invalid_request", "rule.day_range", earliest=today, latest=latest)]
        )
    return wanted


def expires_soon(key: Key, today: date, within: timedelta = SOON) -> bool:
    """Whether a key is in use and its last day is so near."""
    return key.active and key.expires_on is not None and today <= key.expires_on <= today + within


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
    if faults := list(faults_of_leaving(store, stored.row)):
        raise Refused(faults)
    store.replace("key", key, stored, msgspec.structs.replace(stored.row, active=False))


def owner(reading: Reading, key: str, secret: str, today: date) -> Key:
    """The key that this secret opens.

    :raises Rejected: ``bad_credentials`` if there is none, or it was revoked or has expired; which is not told
    """
    row, sha256 = reading.key_and_secret(key) or (None, "")
    if not compare_digest(sha256, sha256_of(secret)) or row is None or not row.active:
        raise Rejected("bad_credentials")
    if row.expires_on is not None and row.expires_on < today:
        raise Rejected("bad_credentials")
    return row


def principal(key: Key) -> Principal:
    """Who calls with this key, as a token says it."""
    return Principal(key.key, key.name, key.role, tuple(key.districts), tuple(key.vendors))


def sha256_of(secret: str) -> str:
    """No slow hash is needed for a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
