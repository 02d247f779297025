"""The HTTP process: whether it is healthy, how far it is, and how it describes itself."""

import sqlite3
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from openapi_spec_validator import validate

from services.adoption import app
from services.adoption.adapters.registry_city import RegistryCity
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from tests.unit.adoption.asking import NOW, OneKey, get


def test_the_status_says_how_far_the_facts_are(client: FlaskClient) -> None:
    status = get(client, "/v1/status", "service")
    assert status["rows"] == {"device": 2, "strip": 2, "session": 1, "fault": 0, "void": 0}
    assert (status["set_aside"], status["last_fold"]) == (0, "1970-01-01T00:00:00.000Z")
    assert (status["refolding"], status["watermarks"]) == (0, [])


def test_the_status_says_what_waits_to_be_folded_again_and_how_far_each_worker_has_come(
    client: FlaskClient, files: Path
) -> None:
    with sqlite3.connect(files / "adoption.db") as connection:
        connection.executemany(
            "INSERT INTO refold (device, day, marked, done, held) VALUES (1, ?, ?, ?, 1)",
            [(1, 5, 5), (2, 5, 4), (3, 7, 0), (4, 1, 1)],
        )
        connection.execute("INSERT INTO watermark (worker, received_before_ms, batch) VALUES ('w1', 1709020800123, 7)")
    connection.close()
    status = get(client, "/v1/status", "service")
    assert status["refolding"] == 2
    assert status["watermarks"] == [{"worker": "w1", "received_before": "2024-02-27T08:00:00.123Z"}]


def test_the_openapi_is_valid_and_names_every_route(client: FlaskClient) -> None:
    document: Any = client.get("/v1/openapi.json").json
    validate(document)
    assert {"/v1/metrics", "/v1/figures/{metric}", "/v1/figures/{metric}/rows", "/v1/late", "/v1/status"} <= set(
        document["paths"]
    )


def test_before_a_worker_has_begun_the_process_is_not_healthy_and_then_it_is(tmp_path: Path, files: Path) -> None:
    away = app.build(
        SqliteKnownFacts(tmp_path / "no.db"), RegistryCity(files / "registry.db"), OneKey(), lambda: NOW
    ).test_client()
    assert away.get("/healthz").status_code == 503
    half = app.build(
        SqliteKnownFacts(files / "adoption.db"), RegistryCity(tmp_path / "no.db"), OneKey(), lambda: NOW
    ).test_client()
    assert half.get("/healthz").status_code == 503
    whole = app.build(
        SqliteKnownFacts(files / "adoption.db"), RegistryCity(files / "registry.db"), OneKey(), lambda: NOW
    )
    assert whole.test_client().get("/healthz").status_code == 200
