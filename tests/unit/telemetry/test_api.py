"""The HTTP process: who may ask what, and that an answer has the form the OpenAPI promises."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from services.telemetry.adapters.sql_ledger import connect
from services.telemetry.adapters.sql_ledger_pages import SqlLedgerPages
from services.telemetry.adapters.sql_watermarks import SqlWatermarks
from services.telemetry.app import build
from services.telemetry.watermark import Mark
from shared.failures import Unavailable
from tests.unit.telemetry.test_ledger import World
from tests.unit.telemetry.world import NOW, AMessage, heartbeat, pack, usage

KEY = Ed25519PrivateKey.generate()
WINDOW = "from=2025-11-20&to=2025-11-27"
READ = [f"/v1/ledger?{WINDOW}", "/v1/rejected", "/v1/parked"]


class OneKey:
    def get(self, token: str) -> Any:
        return KEY.public_key()


def bearer(role: str, *vendors: str) -> dict[str, str]:
    claims = {"iss": "pilotlight", "sub": "k", "name": "n", "role": role, "iat": 1_700_000_000, "exp": 4_000_000_000}
    token = jwt.encode({**claims, "vendors": list(vendors)}, KEY, "EdDSA")
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def client(world: World) -> FlaskClient:
    return build(world.pages, lambda _from, _to: world.stored, OneKey()).test_client()


@pytest.mark.parametrize("path", [*READ, "/v1/status"])
def test_without_a_token_it_is_401_and_in_another_role_403(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=bearer("applicant")).status_code == 403
    for role in ("administrator", "programme_manager", "auditor", "service"):
        assert client.get(path, headers=bearer(role)).status_code == 200


@pytest.mark.parametrize("path", READ)
def test_a_vendor_asks_for_itself_only(client: FlaskClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    assert client.get(path, headers=bearer("vendor", "acme")).status_code == 200
    assert client.get(f"{path}{joint}vendor=acme", headers=bearer("vendor", "acme")).status_code == 200
    refused = client.get(f"{path}{joint}vendor=other", headers=bearer("vendor", "acme"))
    assert (refused.status_code, refused.content_type) == (403, "application/problem+json")


def test_the_ledger_is_told_by_vendor_and_day(client: FlaskClient, world: World) -> None:
    world.receive(pack(usage(), usage(ts=None)), pack(usage(), topic="telemetry/v1/other/gw/home-1"))
    world.write()
    world.mirror()
    answer = client.get(f"/v1/ledger?{WINDOW}&vendor=acme", headers=bearer("auditor")).get_json()
    assert answer == {
        "settled": False,
        "rows": [
            {
                "vendor": "acme",
                "day": "2025-11-25",
                "received": 2,
                "stored": 1,
                "set_aside": {"bad_record": 1},
                "waiting": 0,
                "repeated": None,
            }
        ],
    }


def test_a_vendor_sees_its_rejected_bytes_and_no_others(client: FlaskClient, world: World) -> None:
    world.receive(
        pack(usage(ts="x")),
        AMessage("telemetry/v1/acme/gw/home-1", b"\xff"),
        AMessage("telemetry/v1/other/gw/home-1", b"not yours"),
    )
    world.mirror()
    answer = client.get("/v1/rejected", headers=bearer("vendor", "acme")).get_json()
    assert [(row["reason"], row["field"], row["index"], row["size"]) for row in answer["rows"]] == [
        ("bad_record", "ts", 0, 82),
        ("not_json", None, None, 1),
    ]
    assert '"ts": "x"' in answer["rows"][0]["raw"]
    assert (answer["rows"][1]["raw"], answer["rows"][1]["raw_b64"]) == (None, "/w==")
    assert answer["rows"][0]["received_at"] == "2025-11-24T16:00:00.000Z"
    assert answer["next"] is None


def test_pages_follow_each_other(client: FlaskClient, world: World) -> None:
    world.receive(pack(*(heartbeat(device=f"d{number}") for number in range(5))))
    world.mirror()
    found: list[str] = []
    after = ""
    while after is not None:
        answer = client.get(f"/v1/parked?limit=2&after={after}", headers=bearer("auditor")).get_json()
        found += [row["device"] for row in answer["rows"]]
        after = answer["next"]
    assert found == ["d0", "d1", "d2", "d3", "d4"]


def test_the_status_shows_cursors_lag_and_the_head_of_the_journal(client: FlaskClient, world: World) -> None:
    world.receive(pack(usage()))
    world.mirror()
    (worker,) = client.get("/v1/status", headers=bearer("auditor")).get_json()["workers"]
    assert worker["lag"] == {"influxdb": 1, "rabbitmq": 1, "database": 0}
    assert (worker["segment"], worker["segment_sha256"]) == (0, "")
    assert (worker["trial"], worker["watermark"]) == (False, None)


def test_the_status_tells_of_a_trial_and_of_the_watermark(client: FlaskClient, world: World) -> None:
    world.mirror()
    watermarks = SqlWatermarks(world.engine, "w1", trial=True)
    for mark in (None, Mark(NOW, 7)):
        watermarks.show(mark)
        (worker,) = client.get("/v1/status", headers=bearer("auditor")).get_json()["workers"]
        told = mark and {"received_before": "2025-11-24T16:00:00.000Z", "batch": 7}
        assert (worker["trial"], worker["watermark"]) == (True, told)


@pytest.mark.parametrize(
    "query",
    ["", "from=2025-11-20", "from=2025-11-27&to=2025-11-27", "from=2020-01-01&to=2025-01-01", "from=x&to=2025-01-01"],
)
def test_a_window_that_is_none_is_refused(client: FlaskClient, query: str) -> None:
    refused = client.get(f"/v1/ledger?{query}", headers=bearer("auditor"))
    assert (refused.status_code, refused.content_type) == (422, "application/problem+json")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "after=nonsense"])
def test_a_page_that_is_none_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/rejected?{query}", headers=bearer("auditor")).status_code == 422


def test_health_is_503_without_its_database_and_the_ledger_503_without_influxdb(world: World) -> None:
    def away(_from: int, _to: int) -> dict[tuple[str, int], int]:
        raise Unavailable("influxdb")

    client = build(world.pages, away, OneKey()).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get(f"/v1/ledger?{WINDOW}", headers=bearer("auditor")).status_code == 503
    nowhere = SqlLedgerPages(connect("sqlite:////no/such/folder/telemetry.db"))
    assert build(nowhere, away, OneKey()).test_client().get("/healthz").status_code == 503


def test_the_openapi_is_valid_and_in_3_1(client: FlaskClient) -> None:
    spec = client.get("/v1/openapi.json").get_json()
    validate(spec)
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]) >= {"/v1/ledger", "/v1/rejected", "/v1/parked", "/v1/status"}
    operation = spec["paths"]["/v1/status"]["get"]
    assert operation["security"] == [{"bearer": []}]
    assert operation["x-roles"] == ["administrator", "programme_manager", "auditor", "service"]
    assert {"401", "403"} <= operation["responses"].keys()
