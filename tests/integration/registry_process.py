"""The registry as it runs: bootstrapped on a database of either kind, under gunicorn on a free port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests

from deploy.local.ports import free_ports
from tests.system.polling import until


class RegistryProcess(NamedTuple):
    """Where it answers, the process, and the folder of its credentials."""

    url: str
    gunicorn: subprocess.Popen[bytes]
    folder: Path

    def session(self, name: str) -> requests.Session:
        """A connection of its own for a key that the bootstrap wrote: ``admin``, ``telemetry`` or ``adoption``."""
        key = json.loads((self.folder / f"{name}.json").read_text())
        token = requests.post(f"{self.url}/v1/tokens", json=key, timeout=30).json()["access_token"]
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token}"
        return session

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def registry_process(database_url: str, folder: Path) -> Iterator[RegistryProcess]:
    """A registry that answers; no broker, which only feeds would need."""
    port = free_ports().registry
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
        "CREDENTIALS_DIR": str(folder),
        "DOCUMENTS_DIR": str(folder / "documents"),
        "MQTT_URL": "mqtt://registry:unused@127.0.0.1:9",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    subprocess.run([sys.executable, "-m", "services.registry.bootstrap"], env=environment, check=True)
    command = ["-m", "gunicorn", "-c", "deploy/local/gunicorn_conf.py", "--bind", f"127.0.0.1:{port}"]
    gunicorn = subprocess.Popen([sys.executable, *command, "services.registry.app:create_app()"], env=environment)
    try:
        made = RegistryProcess(f"http://127.0.0.1:{port}", gunicorn, folder)
        until(made.answers, bool, within_s=30)
        yield made
    finally:
        gunicorn.terminate()
        gunicorn.wait(30)
