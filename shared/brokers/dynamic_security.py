"""Mosquitto's dynamic security: what its JSON file holds, and what the accounts of our own machines may do there.

The form is that of the plugin of Mosquitto 2.0 (``plugin_opt_config_file``); ``$CONTROL/dynamic-security/v1`` uses the
same words. A password stands in it as PBKDF2 with SHA-512; there is no command that sets a hash, only this file.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

# The broker hashes in its only thread whenever somebody connects. A feed's password has 192 random bits, so nothing
# slows a guess further, and after an outage all of them come back at once: the plugin's own number.
ITERATIONS_OF_FEEDS = 101
ITERATIONS = 10_000  # of our machines' accounts, whose passwords somebody may have chosen
_SALT_BYTES = 12  # 2.0.11 reads no other length
_CONTROL = "$CONTROL/dynamic-security/#"
_HEARD = ("telemetry/v1/#", "feeds/v1/#")
_WORKER = re.compile(r"telemetry-[0-9]+")

DEFAULT_ACCESS = {
    "publishClientSend": False,
    "publishClientReceive": False,
    "subscribe": False,
    "unsubscribe": True,
}


class Acl(NamedTuple):
    """One thing a role may do."""

    acltype: str
    topic: str
    priority: int = 0
    allow: bool = True


class PasswordHash(NamedTuple):
    """A password's PBKDF2 with SHA-512 and its salt, both in base64."""

    password: str
    salt: str
    iterations: int


class Client(NamedTuple):
    """An account: the roles it has, and whether it may connect."""

    username: str
    roles: tuple[str, ...]
    active: bool = True


def _read(*topics: str) -> list[Acl]:
    return [Acl(kind, topic) for topic in topics for kind in ("subscribePattern", "publishClientReceive")]


ROLES_OF_MACHINES: Mapping[str, tuple[Acl, ...]] = {
    "admin": (Acl("publishClientSend", _CONTROL), *_read("#", "$SYS/#", _CONTROL)),
    "registrar": (Acl("publishClientSend", _CONTROL), *_read(_CONTROL)),
    "ingest": (
        Acl("publishClientSend", "ack/v1/#"),
        *_read(*_HEARD),
        *(Acl("subscribePattern", f"$share/ingest/{topic}") for topic in _HEARD),
    ),
}
_ROLE_OF = {"admin": ("admin",), "registry": ("registrar",), "health": ()}


def machine(username: str) -> Client:
    """The account of a machine of ours, by its name: admin, registry, health, telemetry-1, telemetry-2, …

    :raises ValueError: if no machine has that name
    """
    roles = ("ingest",) if _WORKER.fullmatch(username) else _ROLE_OF.get(username)
    if roles is None:
        raise ValueError(f"not an account of ours: {username}; admin, registry, health or telemetry-<number>")
    return Client(username, roles)


def hashed(password: str, iterations: int = ITERATIONS) -> PasswordHash:
    """A password as the plugin keeps it, with a fresh salt."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return PasswordHash(base64.b64encode(digest).decode(), base64.b64encode(salt).decode(), iterations)


def document(accounts: Mapping[Client, PasswordHash], roles: Mapping[str, tuple[Acl, ...]]) -> dict[str, Any]:
    """The plugin's file: everything is refused but what these roles allow."""
    return {
        "defaultACLAccess": DEFAULT_ACCESS,
        "clients": [
            {
                "username": client.username,
                **({} if client.active else {"disabled": True}),
                "roles": [{"rolename": role} for role in client.roles],
                **password._asdict(),
            }
            for client, password in accounts.items()
        ],
        "groups": [],
        "roles": [{"rolename": role, "acls": [acl._asdict() for acl in acls]} for role, acls in roles.items()],
    }
