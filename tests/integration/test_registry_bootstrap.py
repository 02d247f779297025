"""The bootstrap makes what is missing and leaves what is there; the process says at once what it was not told."""

import json
import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.registry import keys
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import compose, now_ms, parts_of
from services.registry.settings import Settings
from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.change_log import opened
from tests.integration.databases import Databases

NAMES = {"admin": "administrator", "telemetry": "service", "adoption": "service"}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def bootstrap(url: str, folder: Path) -> dict[str, Any]:
    """Run it, and read the keys it wrote."""
    done = run(
        "-m",
        "services.registry.bootstrap",
        DATABASE_URL=url,
        SIGNING_KEY_FILE=str(folder / "signing" / "key.pem"),
        CREDENTIALS_DIR=str(folder / "credentials"),
    )
    assert done.returncode == 0, done.stderr
    return {name: json.loads((folder / "credentials" / f"{name}.json").read_text()) for name in NAMES}


def test_what_the_bootstrap_writes_opens_the_registry_and_is_private(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty()
    written = bootstrap(url, tmp_path)
    pem = tmp_path / "signing" / "key.pem"
    settings = Settings(url, "mqtt://a:b@127.0.0.1", pem, "http://127.0.0.1", tmp_path / "documents")
    app = compose(settings, parts_of(settings, MosquittoAccountsInMemory(), threading.Event()))
    for name, role in NAMES.items():
        assert written[name]["role"] == role
        assert app.test_client().post("/v1/tokens", json=written[name]).status_code == 200
        assert (tmp_path / "credentials" / f"{name}.json").stat().st_mode & 0o777 == 0o600
    assert pem.stat().st_mode & 0o777 == 0o600


def test_a_second_bootstrap_changes_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty()
    first = bootstrap(url, tmp_path)
    pem = (tmp_path / "signing" / "key.pem").read_bytes()
    assert bootstrap(url, tmp_path) == first
    assert (tmp_path / "signing" / "key.pem").read_bytes() == pem


def test_a_machines_key_in_its_last_thirty_days_is_replaced_and_lasts_to_its_end(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.empty()
    first = bootstrap(url, tmp_path)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with opened(url) as connection:
        query = "SELECT name, expires_on FROM key"
        ends = {name: str(day) for name, day in connection.exec_driver_sql(query)}
        assert ends == dict.fromkeys(("telemetry", "adoption"), str(today + timedelta(365))) | {"admin": "None"}
        for name, days in (("telemetry", 30), ("adoption", 31)):
            last = today + timedelta(days)
            connection.exec_driver_sql(f"UPDATE key SET expires_on = '{last}' WHERE name = '{name}'")
    second = bootstrap(url, tmp_path)
    assert {name: second[name] == first[name] for name in NAMES} == {
        "admin": True,
        "telemetry": False,
        "adoption": True,
    }
    pem = tmp_path / "signing" / "key.pem"
    settings = Settings(url, "mqtt://a:b@127.0.0.1", pem, "http://127.0.0.1", tmp_path / "documents")
    client = compose(settings, parts_of(settings, MosquittoAccountsInMemory(), threading.Event())).test_client()
    for key in (first["telemetry"], second["telemetry"]):
        assert client.post("/v1/tokens", json=key).status_code == 200


def test_a_machines_revoked_key_is_replaced_in_its_file_and_the_administrators_is_not(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.empty()
    first = bootstrap(url, tmp_path)
    database = SqlDatabase(url, now_ms)
    with database.writing("somebody") as store:
        keys.create(store, "another administrator", "administrator", [], [])
        for name in ("admin", "telemetry"):
            keys.revoke(store, first[name]["key"])
    database.close()
    second = bootstrap(url, tmp_path)
    assert [name for name in NAMES if second[name] != first[name]] == ["telemetry"]
    pem = tmp_path / "signing" / "key.pem"
    settings = Settings(url, "mqtt://a:b@127.0.0.1", pem, "http://127.0.0.1", tmp_path / "documents")
    client = compose(settings, parts_of(settings, MosquittoAccountsInMemory(), threading.Event())).test_client()
    answers = [client.post("/v1/tokens", json=key["telemetry"]).status_code for key in (first, second)]
    assert answers == [401, 200]


def test_a_key_that_a_new_database_does_not_know_is_replaced(databases: Databases, tmp_path: Path) -> None:
    first = bootstrap(databases.empty(), tmp_path)
    second = bootstrap(databases.empty(), tmp_path)
    assert all(second[name]["key"] != first[name]["key"] for name in NAMES)


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        (("-m", "services.registry.bootstrap"), ("DATABASE_URL", "SIGNING_KEY_FILE", "CREDENTIALS_DIR")),
        (
            ("-c", "from services.registry.app import create_app; create_app()"),
            ("DATABASE_URL", "MQTT_URL", "SIGNING_KEY_FILE", "PUBLIC_URL", "DOCUMENTS_DIR"),
        ),
        (("-m", "services.registry.verify"), ("DATABASE_URL",)),
        (("-m", "services.registry.check_documents"), ("DATABASE_URL", "DOCUMENTS_DIR")),
    ],
)
def test_every_missing_setting_is_named_at_once(command: tuple[str, ...], missing: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.returncode == 78
    assert [name for name in missing if name not in done.stderr] == []


def test_a_malformed_setting_is_named_too(tmp_path: Path) -> None:
    done = run(
        "-c",
        "from services.registry.app import create_app; create_app()",
        OIDC_ISSUER="http://identity.example",
        OIDC_CLIENT_SECRET_FILE=str(tmp_path / "none"),
        DATABASE_URL="sqlite://",
        MQTT_URL="mosquitto",
        SIGNING_KEY_FILE=str(tmp_path / "none.pem"),
        PUBLIC_URL="http://127.0.0.1",
        DOCUMENTS_DIR=str(tmp_path),
        DOCUMENTS_MOST_BYTES="0",
    )
    assert done.returncode == 78
    assert "DOCUMENTS_MOST_BYTES" in done.stderr
    assert "MQTT_URL" in done.stderr
    assert "SIGNING_KEY_FILE" in done.stderr
    oidc = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE")  # all of them, or none
    assert [name for name in oidc if name not in done.stderr] == []
