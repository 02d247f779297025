"""Signing keys are rotated while the registry runs and is in use: nobody is refused, and no restart is needed."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import eq
from pathlib import Path

import jwt
import requests

from shared.runtime.auth import PublishedKeys
from tests.integration.databases import Databases
from tests.integration.registry_process import RegistryProcess, registry_process
from tests.system.polling import until


def rotate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.registry.rotate", *arguments]
    environment = {"PATH": os.environ["PATH"], "SIGNING_KEY_FILE": str(folder / "signing-key.pem")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def published(running: RegistryProcess) -> list[str]:
    keys = requests.get(f"{running.url}/.well-known/jwks.json", timeout=30).json()["keys"]
    return [key["kid"] for key in keys]


class Callers:
    """Who fetch tokens, use them and check them on their own, until told to stop; what was refused stands here."""

    def __init__(self, running: RegistryProcess) -> None:
        self._running = running
        self.stopping = threading.Event()
        self.refused: list[str] = []
        self.signed_by: set[str] = set()

    def call(self) -> None:
        key = json.loads((self._running.folder / "admin.json").read_text())
        verifier, session = PublishedKeys(self._running.url), requests.Session()
        first = ""
        while not self.stopping.is_set():
            answer = session.post(f"{self._running.url}/v1/tokens", json=key, timeout=30)
            token = answer.json().get("access_token", "")
            self.signed_by.add(str(jwt.get_unverified_header(token)["kid"]))
            jwt.decode(token, verifier.get(token), algorithms=["EdDSA"], issuer="pilotlight")
            first = first or token
            for held in (first, token):  # one from before the rotation, and the newest
                headers = {"Authorization": f"Bearer {held}"}
                read = session.get(f"{self._running.url}/v1/districts", headers=headers, timeout=30)
                self.refused += [] if read.ok else [read.text]


def test_under_load_no_request_is_refused_while_keys_are_rotated(databases: Databases, tmp_path: Path) -> None:
    with registry_process(databases.empty(), tmp_path) as running, ThreadPoolExecutor(4) as pool:
        callers = Callers(running)
        calls = [pool.submit(callers.call) for _ in range(4)]
        try:
            until(lambda: len(callers.signed_by), bool, within_s=30)
            for rotation in (1, 2):
                # Longer than the second after which a verifier fetches again what it fetched just before.
                assert rotate(tmp_path, "--grace-s", "3").returncode == 0
                assert len(published(running)) == rotation + 1  # at once
                until(lambda: len(callers.signed_by), partial(eq, rotation + 1), within_s=30)
        finally:
            callers.stopping.set()
        for call in calls:
            call.result(60)  # no token was without a published key
        assert callers.refused == []
        assert callers.signed_by == set(published(running))


def test_the_grace_cannot_be_negative_and_a_file_must_be_there(databases: Databases, tmp_path: Path) -> None:
    assert "SIGNING_KEY_FILE" in rotate(tmp_path).stderr
    (tmp_path / "signing-key.pem").write_bytes(b"")
    refused = rotate(tmp_path, "--grace-s", "-1")
    assert (refused.returncode, (tmp_path / "signing-key.pem").read_bytes()) == (2, b"")
    assert "--grace-s" in refused.stderr


def test_a_key_that_others_know_is_taken_out_at_once(databases: Databases, tmp_path: Path) -> None:
    with registry_process(databases.empty(), tmp_path) as running:
        session = running.session("admin")
        (known,) = published(running)
        assert rotate(tmp_path, "--grace-s", "0").returncode == 0
        assert session.get(f"{running.url}/v1/keys", timeout=30).status_code == 200
        path = tmp_path / "signing-key.pem"
        first, fresh = path.read_text().split("Signs from: ")[1:]
        assert first.startswith("1970-01-01")
        path.write_text("Signs from: " + fresh)
        assert known not in published(running)
        assert session.get(f"{running.url}/v1/keys", timeout=30).status_code == 401
        assert running.session("admin").get(f"{running.url}/v1/keys", timeout=30).status_code == 200
