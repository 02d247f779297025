"""The registry as it runs: bootstrapped, under gunicorn, followed by the client that our services use."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from deploy.local.ports import free_ports
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy
from tests.system.polling import until


class Process(NamedTuple):
    url: str
    gunicorn: subprocess.Popen[bytes]
    follower: RegistryClient
    key: dict[str, str]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A registry on a free port; no broker, which only feeds would need."""
    port = free_ports().registry
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path / 'registry.db'}",
        "SIGNING_KEY_FILE": str(tmp_path / "signing-key.pem"),
        "CREDENTIALS_DIR": str(tmp_path),
        "MQTT_URL": "mqtt://registry:unused@127.0.0.1:9",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    subprocess.run([sys.executable, "-m", "services.registry.bootstrap"], env=environment, check=True)
    command = ["-m", "gunicorn", "-c", "deploy/local/gunicorn_conf.py", "--bind", f"127.0.0.1:{port}"]
    gunicorn = subprocess.Popen([sys.executable, *command, "services.registry.app:create_app()"], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(url), lambda yes: yes, within_s=30)
        key = json.loads((tmp_path / "telemetry.json").read_text())
        yield Process(url, gunicorn, RegistryClient(url, tmp_path / "telemetry.json"), key)
    finally:
        gunicorn.terminate()
        gunicorn.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


def test_a_service_follows_the_feed_into_its_own_copy(process: Process, tmp_path: Path) -> None:
    page = process.follower.changes(after=0, wait_s=0)
    assert ([change.entity for change in page.changes], page.head) == (["key"] * 3, 3)
    copy = RegistryCopy(tmp_path / "copy.db")
    copy.apply(page.changes)
    assert copy.sequence() == 3


def test_sixteen_waiting_readers_do_not_stop_the_registry(process: Process) -> None:
    token = requests.post(f"{process.url}/v1/tokens", json=process.key, timeout=5).json()["access_token"]
    waiting = [HTTPConnection(urlsplit(process.url).netloc, timeout=30) for _ in range(16)]
    for reader in waiting:
        reader.request("GET", "/v1/changes?after=3&wait=30", headers={"Authorization": f"Bearer {token}"})
    until(lambda: answers(process.url), lambda yes: yes, within_s=10)


def test_the_process_ends_at_once_though_a_reader_waits(process: Process) -> None:
    token = requests.post(f"{process.url}/v1/tokens", json=process.key, timeout=5).json()["access_token"]
    waiting = HTTPConnection(urlsplit(process.url).netloc, timeout=30)
    waiting.request("GET", "/v1/changes?after=3&wait=30", headers={"Authorization": f"Bearer {token}"})
    assert answers(process.url)  # what came later is answered, so the first one waits

    began = time.monotonic()
    process.gunicorn.terminate()
    answer = waiting.getresponse()

    assert (answer.status, json.loads(answer.read())) == (200, {"changes": [], "head": 3})
    assert process.gunicorn.wait(15) == 0
    assert time.monotonic() - began < 5
