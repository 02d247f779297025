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

from shared.brokers import dynamic_security

ACCOUNTS = {
    "mosquitto": ("admin", "registry", "telemetry-1", "health"),
    "rabbitmq": ("telemetry", "adoption"),
    "influxdb": ("admin", "telemetry", "adoption"),
    "erlang": ("cookie",),
}


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


def dynamic_security_state(accounts: Accounts) -> dict[str, Any]:
    """The state of Mosquitto's dynamic security plugin before the first start: our machines' accounts, no feed's."""
    hashes = {
        dynamic_security.machine(user): dynamic_security.hashed(accounts.password("mosquitto", user))
        for user in ACCOUNTS["mosquitto"]
    }
    return dynamic_security.document(hashes, dynamic_security.ROLES_OF_MACHINES)
