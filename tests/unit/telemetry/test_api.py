"""The HTTP process: who may ask what, and that an answer has the form the OpenAPI promises."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from services.telemetry.adapters.sql_ledger import connect
from services.telemetry.adapters.sql_watermarks import SqlWatermarks
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.app import build
from services.telemetry.watermark import Mark
from shared.failures import Unavailable
from tests.unit.telemetry.mirrored import OneKey, World, bearer
from tests.unit.telemetry.world import NOW, AMessage, Spooled, heartbeat, pack, usage

WINDOW = "from=2025-11-20&to=2025-11-27"
READ = [f"/v1/ledger?{WINDOW}", "/v1/rejected", "/v1/parked"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def client(world: World) -> FlaskClient:
    return build(world.engine, lambda _from, _to: world.stored, OneKey()).test_client()


@pytest.mark.parametrize("path", [*READ, "/v1/status"])
def test_without_a_token_it_is_401_and_in_another_role_403(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=bearer("applicant")).status_code == 403
    for role in ("administrator", "programme_manager", "auditor", "service"):
        assert client.get(path, headers=bearer(role)).status_code == 200


def test_the_journal_is_for_auditors_administrators_and_services(client: FlaskClient) -> None:
    path = "/v1/journal?day=2025-11-25"
    assert client.get(path).status_code == 401
    for role in ("auditor", "administrator", "service"):
        answer = client.get(path, headers=bearer(role))
        assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson")
    for role in ("vendor", "programme_manager", "district_officer", "district_approver", "applicant", "finance"):
        assert client.get(path, headers=bearer(role, "acme")).status_code == 403


def test_the_journal_is_streamed_as_lines(tmp_path: Path, world: World) -> None:
    Spooled(tmp_path / "spool.db", worker="w")  # the file the world's receiving goes to
    world.receive(pack(usage(seq=1), usage(seq=2, device="hmd")), pack(usage(seq=3), topic="telemetry/v1/o/gw/home-1"))
    app = build(world.engine, lambda _from, _to: world.stored, OneKey(), [SqliteJournal(tmp_path)])
    asked = "day=2025-11-25&site=home-1&vendor=acme&device=hmd&device=new"
    answer = app.test_client().get(f"/v1/journal?{asked}", headers=bearer("service"))
    head, record, end = (json.loads(line) for line in answer.data.splitlines())
    assert head == {"head": {"day": "2025-11-25", "workers": {"w": 1}}}
    assert (record["device"], record["record"]["seq"], end["end"]) == ("hmd", 2, 1)


@pytest.mark.parametrize(
    ("query", "pointer", "said"),
    [
        ("", "#/day", "缺少必填字段。"),
        ("day=2025-11-25T00:00:00", "#/day", "应为日期，形如 2026-11-22。"),
        ("day=25.11.2025", "#/day", "应为日期，形如 2026-11-22。"),
        ("day=2025-11-25&sites=home-1", "#/sites", "未知字段。"),
        ("day=2025-11-25&site=Home", "#/site", None),
        ("day=2025-11-25&vendor=a/b", "#/vendor", None),
        ("day=2025-11-25&device=lamp", "#/vendor", "给出设备时须同时给出其厂商。"),
        ("day=2025-11-25&vendor=acme&device=a%20b", "#/device/0", None),
        ("day=2025-11-25&vendor=acme" + "&device=d" * 501, "#/device", "最多 500 个设备。"),
    ],
)
def test_a_question_that_is_none_is_refused_with_its_field(
    client: FlaskClient, query: str, pointer: str, said: str | None
) -> None:
    refused = client.get(f"/v1/journal?{query}", headers=bearer("auditor"))
    assert (refused.status_code, refused.content_type) == (422, "application/problem+json")
    (error,) = refused.get_json()["errors"]
    assert error["pointer"] == pointer
    assert said is None or error["detail"] == said


def test_a_spool_out_of_reach_is_503_before_a_line_is_sent(tmp_path: Path, world: World) -> None:
    app = build(world.engine, lambda _from, _to: {}, OneKey(), [SqliteJournal(tmp_path / "nowhere")])
    answer = app.test_client().get("/v1/journal?day=2025-11-25", headers=bearer("auditor"))
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")


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
                "not_accepted": {},
                "waiting": 0,
                "repeated": None,
                "missing": 0,
                "dropped": {},
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

    client = build(world.engine, away, OneKey()).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get(f"/v1/ledger?{WINDOW}", headers=bearer("auditor")).status_code == 503
    nowhere = connect("sqlite:////no/such/folder/telemetry.db")
    assert build(nowhere, away, OneKey()).test_client().get("/healthz").status_code == 503


def test_the_openapi_is_valid_and_in_3_1(client: FlaskClient) -> None:
    spec = client.get("/v1/openapi.json").get_json()
    validate(spec)
    assert spec["openapi"] == "3.1.0"
    wanted = {"/v1/ledger", "/v1/rejected", "/v1/parked", "/v1/received", "/v1/status", "/v1/journal"}
    assert set(spec["paths"]) >= wanted
    operation = spec["paths"]["/v1/status"]["get"]
    assert operation["security"] == [{"bearer": []}]
    assert operation["x-roles"] == ["administrator", "programme_manager", "auditor", "service"]
    assert {"401", "403"} <= operation["responses"].keys()
