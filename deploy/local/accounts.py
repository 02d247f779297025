"""The accounts of the three servers: random passwords, kept with mode 600, and the hashes the servers want.

The file ``credentials/brokers.json`` is ``{"mosquitto": {user: password}, "rabbitmq": …, "influxdb": …, "erlang": …}``.
"""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

ACCOUNTS = {
    "mosquitto": ("admin", "registry", "telemetry-1", "health"),
    "rabbitmq": ("telemetry", "adoption"),
    "influxdb": ("admin", "telemetry", "adoption"),
    "erlang": ("cookie",),
}
_ITERATIONS = 10_000  # the passwords have 192 random bits; a vendor's are chosen by the registry, not here


class Accounts:
    """Passwords by server and user."""

    def __init__(self, passwords: dict[str, dict[str, str]]) -> None:
        self._passwords = passwords

    def password(self, server: str, user: str) -> str:
        """The password of a server's user.

        :raises KeyError: if there is no such account
        """
        return self._passwords[server][user]


def keep(folder: Path) -> Accounts:
    """Read the accounts kept in this folder; passwords that are missing are made and written."""
    path = folder / "brokers.json"
    known: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
    passwords = {
        server: {user: known.get(server, {}).get(user) or secrets.token_urlsafe(24) for user in users}
        for server, users in ACCOUNTS.items()
    }
    if passwords != known:
        write_private(path, json.dumps(passwords, indent=2) + "\n")
    return Accounts(passwords)


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that nobody else can read at any moment; it is whole or not there."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def rabbitmq_hash(password: str) -> str:
    """Base64 of salt and SHA-256 of salt and password (RabbitMQ, Passwords: computing password hash)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def mosquitto_hash(password: str) -> dict[str, str | int]:
    """Hash, salt and iterations as the dynamic security plugin keeps them (PBKDF2 with SHA-512)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return {
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": _ITERATIONS,
    }


def dynamic_security(accounts: Accounts) -> dict[str, Any]:
    """The state of Mosquitto's dynamic security plugin before the first start: deny all, then what each role needs."""
    control = "$CONTROL/dynamic-security/#"
    heard = ("telemetry/v1/#", "feeds/v1/#")
    shared = tuple(f"$share/ingest/{topic}" for topic in heard)
    roles = {
        "admin": [("publishClientSend", control), *_read("#", "$SYS/#", control)],
        "registrar": [("publishClientSend", control), *_read(control)],
        "ingest": [
            ("publishClientSend", "ack/v1/#"),
            *_read(*heard),
            *(("subscribePattern", topic) for topic in shared),
        ],
    }
    role_of = {"admin": "admin", "registry": "registrar", "telemetry-1": "ingest"}
    return {
        "defaultACLAccess": {
            "publishClientSend": False,
            "publishClientReceive": False,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [
            {
                "username": user,
                "roles": [{"rolename": role_of[user]}] if user in role_of else [],
                **mosquitto_hash(accounts.password("mosquitto", user)),
            }
            for user in ACCOUNTS["mosquitto"]
        ],
        "groups": [],
        "roles": [
            {
                "rolename": role,
                "acls": [{"acltype": kind, "topic": topic, "priority": 0, "allow": True} for kind, topic in acls],
            }
            for role, acls in roles.items()
        ],
    }


def _read(*topics: str) -> list[tuple[str, str]]:
    return [(kind, topic) for topic in topics for kind in ("subscribePattern", "publishClientReceive")]
