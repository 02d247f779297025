"""The HTTP process: who may ask what, and that an answer is what the contract says."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from services.adoption import app
from services.adoption.adapters.registry_city import RegistryCity
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from shared.contracts import figures as contract
from shared.contracts import late as late_contract
from shared.contracts.registry import Change
from shared.runtime.registry_copy import RegistryCopy
from tests.unit.adoption import cities
from tests.unit.adoption.test_activation import bound, heartbeat, home
from tests.unit.adoption.test_uses import NINE, session, venue
from tests.unit.adoption.world import Json, body, fold_batches, silent_feed

NOW = 1_710_201_600_000  # 2024-03-12, 08:00 in Shanghai
KEY = Ed25519PrivateKey.generate()
WINDOW = "from=2024-02-26&to=2024-03-04"
NAMES = {
    "vendors": ("organisation", "{slug}"),
    "pilots": ("pilot", "{slug}"),
    "phases": ("phase", "{pilot}/{number}"),
    "dwellings": ("dwelling", "{pilot}/{dwelling_ref}"),
    "slots": ("slot", "{pilot}/{dwelling_ref}/{code}"),
    "venues": ("venue", "{slug}"),
    "zones": ("zone", "{venue}/{code}"),
    "installations": ("installation", "{venue}/{zone}/{code}"),
    "devices": ("device", "{vendor}/{device}"),
    "bindings": ("binding", "{vendor}/{device}/{valid_from}"),
    "selections": ("selection", "{pilot}/{code}"),
    "legal_bases": ("legal_basis", "{pilot}/{code}"),
    "occupancies": ("occupancy", "{pilot}/{dwelling_ref}/{month}"),
    "tenancies": ("tenancy", "{pilot}/{dwelling_ref}/{number}"),
    "feed_bindings": ("feed_binding", "{vendor}/{device}/{valid_from}"),
    "outages": ("outage", "{vendor}/{feed}/{from_ms}"),
}


class OneKey:
    def get(self, token: str) -> Any:
        return KEY.public_key()


def changes(plain: Json) -> list[Change]:
    """The change feed of a registry that has made a plain city."""
    found: list[Change] = []
    organisation = {"uscc": "x", "name": "x", "roles": ["VENDOR"]}
    plain = plain | {"vendors": [organisation | {"slug": vendor} for vendor in plain["vendors"]]}
    for name, (entity, key) in NAMES.items():
        for thing in plain.get(name, []):
            after = json.loads(json.dumps(dated(thing), default=str))
            made = Change(len(found) + 1, "t", "k", entity, key.format(**thing), 1, None, after, "", "")
            found.append(made)
    return found


def dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name) if isinstance(name, date) else name: dated(inner) for name, inner in value.items()}
    return [dated(inner) for inner in value] if isinstance(value, list) else value


def small_city() -> Json:
    """Two slots in a pilot of nanshan, one of them heard, and a headset in a museum of futian."""
    plain = venue()
    slots = home([bound("lamp", date(2024, 2, 1))])
    for name in ("pilots", "dwellings", "slots"):
        plain[name] = slots[name]
    plain["slots"].append(plain["slots"][0] | {"code": "b"})
    plain["bindings"] += slots["bindings"]
    plain["devices"].append({"vendor": "acme", "device": "lamp"})
    return plain


@pytest.fixture
def files(tmp_path: Path) -> Path:
    RegistryCopy(tmp_path / "registry.db").apply(changes(small_city()))
    records = [heartbeat("lamp", cities.midnight_ms(date(2024, 2, 28))), session(NINE, 300)]
    fold_batches(tmp_path / "adoption.db", [[body(records)]])
    return tmp_path


@pytest.fixture
def client(files: Path) -> Iterator[FlaskClient]:
    facts = SqliteKnownFacts(files / "adoption.db")
    yield app.build(facts, RegistryCity(files / "registry.db"), OneKey(), lambda: NOW).test_client()


def token(role: str, **claims: Any) -> dict[str, str]:
    now = {"iat": 1_700_000_000, "exp": 4_000_000_000}
    made = jwt.encode({"iss": "pilotlight", "sub": "k1", "name": "n", "role": role} | now | claims, KEY, "EdDSA")
    return {"Authorization": f"Bearer {made}"}


def get(client: FlaskClient, path: str, role: str = "auditor", **claims: Any) -> Any:
    answer = client.get(path, headers=token(role, **claims))
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_figure_has_the_full_form_and_as_many_rows_as_it_says(client: FlaskClient) -> None:
    figure = get(client, f"/v1/figures/H4?{WINDOW}&scope=site:xili")
    assert contract.Figure().validate(figure) == {}
    wanted = ("metric", "version", "numerator", "denominator", "value", "percent", "status")
    assert {name: figure[name] for name in wanted} == {
        "metric": "H4",
        "version": 1,
        "numerator": 1,
        "denominator": 2,
        "value": "1/2",
        "percent": "50.00",
        "status": None,
    }
    assert figure["scope"] == {"kind": "site", "id": "xili"}
    assert figure["window"] == {"from": "2024-02-26", "to": "2024-03-04"}
    assert figure["coverage"] == {"unit": "slot", "unaffected": 2, "all": 2}
    sequence = len(changes(small_city()))
    now = {"at": "2024-03-12T00:00:00.000Z", "registry_sequence": sequence}
    assert figure["as_of"] == now | {"known_on": None, "over": True, "note": None}
    assert figure["conservative"] == figure["observed"]
    for part, count in (("numerator", 1), ("denominator", 2), ("removed", 0)):
        rows = get(client, f"/v1/figures/H4/rows?{WINDOW}&scope=site:xili&part={part}")
        assert contract.Rows().validate(rows) == {}
        assert (rows["count"], len(rows["rows"]), rows["input_hash"]) == (count, count, figure["input_hash"])


def test_a_count_has_neither_denominator_nor_percent(client: FlaskClient) -> None:
    figure = get(client, f"/v1/figures/V2?{WINDOW}")
    assert contract.Figure().validate(figure) == {}
    assert (figure["numerator"], figure["denominator"], figure["value"], figure["percent"]) == (1, None, 1, None)
    (row,) = get(client, f"/v1/figures/V2/rows?{WINDOW}&part=numerator")["rows"]
    assert (row["installation"], row["device"], row["binding"]) == ("museum/hall/vr-0", "hmd", "acme/hmd/2024-01-01")
    assert (row["why"], row["starts_at"], row["length_s"]) == ("valid", "2024-03-01T01:00:00.000Z", 300)
    assert row["records"] == [{"ts": NINE, "seq": 0}]


def test_every_reason_a_row_gives_is_explained_by_its_metric(client: FlaskClient) -> None:
    metrics = {metric["id"]: metric for metric in get(client, "/v1/metrics", "vendor")["metrics"]}
    assert contract.Metrics().validate({"metrics": list(metrics.values())}) == {}
    for metric, words in metrics.items():
        for part in contract.PARTS:
            for row in get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part={part}")["rows"]:
                assert row["why"] in (words["exclusions"] if part == "removed" else words["reasons"])


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


def test_a_figure_as_known_on_a_day_says_which_and_whether_it_is_over(client: FlaskClient, files: Path) -> None:
    late = session(NINE + 3_600_000, 300, seq=9) | {"received_ms": cities.midnight_ms(date(2024, 3, 11))}
    fold_batches(files / "adoption.db", [[body([late])]])
    values = {}
    for asked in (
        "",
        "&as_of=2024-03-01",
        "&as_of=2024-03-02",
        "&as_of=2024-03-10",
        "&as_of=2024-03-11",
        "&cutoff=true",
    ):
        figure = get(client, f"/v1/figures/V2?{WINDOW}{asked}")
        rows = get(client, f"/v1/figures/V2/rows?{WINDOW}&part=numerator{asked}")
        assert (rows["count"], rows["as_of"]) == (figure["value"], figure["as_of"])
        values[asked] = (figure["value"], figure["as_of"]["known_on"], figure["as_of"]["over"])
    assert values == {
        "": (2, None, True),
        "&as_of=2024-03-01": (0, "2024-03-01", True),
        "&as_of=2024-03-02": (1, "2024-03-02", True),
        "&as_of=2024-03-10": (1, "2024-03-10", True),
        "&as_of=2024-03-11": (2, "2024-03-11", True),
        "&cutoff=true": (2, "2024-03-11", True),
    }


@pytest.mark.parametrize("asked", ["as_of=2024-03-12", "as_of=2024-03-20", "from=2024-02-26&to=2024-03-05&cutoff=true"])
def test_before_a_civil_day_is_over_the_answer_says_that_it_may_change(client: FlaskClient, asked: str) -> None:
    window = "" if "from" in asked else f"{WINDOW}&"
    as_of = get(client, f"/v1/figures/V2?{window}{asked}")["as_of"]
    assert as_of["over"] is False
    assert as_of["known_on"] in as_of["note"]["zh"]
    assert as_of["known_on"] in as_of["note"]["en"]


def test_the_late_list_shows_what_came_after_the_cut_off_and_its_effect_on_every_metric(
    client: FlaskClient, files: Path
) -> None:
    late = session(NINE + 3_600_000, 300, seq=9) | {"received_ms": cities.midnight_ms(date(2024, 3, 12))}
    fold_batches(files / "adoption.db", [[body([late])]])
    told = get(client, f"/v1/late?{WINDOW}&scope=site:museum")
    assert late_contract.Late().validate(told) == {}
    assert told["since"]["known_on"] == "2024-03-11"  # seven days after t1
    (row,) = told["rows"]
    none = {"added": 0, "withdrawn": 0}
    assert row == {"vendor": "acme", "device": "hmd", "day": "2024-03-01", "known": "2024-03-12"} | {
        "seen": {"added": 5, "withdrawn": 0},
        "sessions": {"added": 1, "withdrawn": 0},
    } | dict.fromkeys(("local", "smart", "automated", "ack"), none)
    effects = {effect["metric"]: effect for effect in told["effects"]}
    assert set(effects) == {"H1", "H4", "H6", "H7", "H7a", "V2", "V5"}
    assert [effects["V2"][when]["value"] for when in ("since", "now")] == [1, 2]
    assert [effects["V5"][when]["numerator"] for when in ("since", "now")] == [300, 600]
    nothing = get(client, f"/v1/late?{WINDOW}&scope=site:xili")
    assert (nothing["rows"], nothing["count"]) == ([], 0)
    assert get(client, f"/v1/late?{WINDOW}&since=2024-03-12")["rows"] == []
    assert len(get(client, f"/v1/late?{WINDOW}&since=2024-02-20")["rows"]) == 3


def test_each_metric_has_the_full_form_and_rows_whose_amounts_sum_to_it(client: FlaskClient, files: Path) -> None:
    for metric in ("H1", "H4", "H6", "H7", "H7a", "V2", "V5"):
        figure = get(client, f"/v1/figures/{metric}?{WINDOW}")
        assert contract.Figure().validate(figure) == {}
        for part in ("numerator", "denominator"):
            rows = get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part={part}")
            assert contract.Rows().validate(rows) == {}
            assert sum(row["amount"] for row in rows["rows"]) == rows["total"] == (figure[part] or 0), (metric, part)
        removed = get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part=removed")
        assert sum(row["amount"] for row in removed["rows"]) == sum(figure["removed"].values())


def test_papers_and_outages_reach_figures_through_the_copy_of_the_registry(client: FlaskClient, files: Path) -> None:
    paper = {"pilot": "xili", "code": "p1", "document_no": "虚构", "title": "虚构", "sha256": "0", "recorded_by": "k1"}
    more = {"selections": [paper | {"issued_on": date(2024, 2, 1), "verified_by": "k2"}]}
    nine_to_noon = (NINE, NINE + 3 * 3_600_000)
    more |= silent_feed("acme", "hmd", nine_to_noon)
    made = changes({name: [] for name in NAMES} | more)
    head = len(changes(small_city()))
    RegistryCopy(files / "registry.db").apply(
        [msgspec.structs.replace(change, sequence=head + change.sequence) for change in made]
    )
    selected = get(client, f"/v1/figures/H1?{WINDOW}&scope=site:xili")
    assert (selected["value"], selected["percent"]) == (1, None)
    assert get(client, f"/v1/figures/H1/rows?{WINDOW}&part=numerator")["rows"][0]["document"] == "xili/p1"
    assert get(client, f"/v1/figures/V5?{WINDOW}")["coverage"] == {
        "unit": "device-open-second",
        "unaffected": 30_600 - 175 * 60,  # of the 180 minutes five had data
        "all": 30_600,
    }


@pytest.mark.parametrize(
    ("role", "claims", "scope", "status"),
    [
        ("administrator", {}, "programme", 200),
        ("programme_manager", {}, "vendor:acme", 200),
        ("auditor", {}, "device:acme/lamp", 200),
        ("district_officer", {"districts": ["nanshan"]}, "district:nanshan", 200),
        ("district_approver", {"districts": ["nanshan"]}, "dwelling:xili/ref-00000001", 200),
        ("district_officer", {"districts": ["futian"]}, "installation:museum/hall/vr-0", 200),
        ("district_officer", {"districts": ["nanshan"]}, "district:futian", 403),
        ("district_officer", {"districts": ["nanshan"]}, "site:museum", 403),
        ("district_officer", {"districts": ["nanshan"]}, "site:nowhere", 403),
        ("district_officer", {"districts": ["nanshan"]}, "programme", 403),
        ("district_officer", {"districts": ["nanshan"]}, "vendor:acme", 403),
        ("district_officer", {}, "programme", 403),
        ("vendor", {"vendors": ["acme"]}, "vendor:acme", 200),
        ("vendor", {"vendors": ["acme"]}, "device:acme/lamp", 200),
        ("vendor", {"vendors": ["bolt"]}, "vendor:acme", 403),
        ("vendor", {"vendors": ["bolt"]}, "device:acme/lamp", 403),
        ("vendor", {"vendors": ["acme"]}, "site:xili", 403),
        ("vendor", {"vendors": ["acme"]}, "programme", 403),
        ("applicant", {}, "programme", 403),
        ("finance", {}, "programme", 403),
        ("service", {}, "programme", 403),
    ],
)
def test_each_role_reads_its_own_scopes_only(
    client: FlaskClient, role: str, claims: Json, scope: str, status: int
) -> None:
    asked = f"{WINDOW}&scope={scope}"
    for path in (f"/v1/figures/H4?{asked}", f"/v1/figures/V2/rows?part=removed&{asked}", f"/v1/late?{asked}"):
        assert client.get(path, headers=token(role, **claims)).status_code == status


@pytest.mark.parametrize(
    ("path", "status", "pointer"),
    [
        ("/v1/figures/H4?from=2024-03-04&to=2024-03-04", 422, "#/to"),
        ("/v1/figures/H4?from=2024-03-05&to=2024-03-04", 422, "#/to"),
        ("/v1/figures/H4?from=2024-03-05", 422, "#/to"),
        ("/v1/figures/V2?from=2024-01-01&to=2027-01-06", 422, "#/to"),  # 1,101 days
        ("/v1/figures/V2?from=1999-12-31&to=2000-01-02", 422, "#/from"),
        (f"/v1/figures/H4?{WINDOW}&scpoe=site:xili", 422, "#/scpoe"),
        (f"/v1/figures/H4?{WINDOW}&as_of=2024-02-27T00:00:00", 422, "#/as_of"),
        (f"/v1/figures/H4?{WINDOW}&as_of=2024-02-27T00:00:00Z", 422, "#/as_of"),
        (f"/v1/figures/H4?{WINDOW}&as_of=2024-02-27T00:00:00%2B08:00", 422, "#/as_of"),
        (f"/v1/figures/H4?{WINDOW}&as_of=1709020800000", 422, "#/as_of"),
        (f"/v1/figures/H4?{WINDOW}&as_of=2024-02-27&cutoff=true", 422, "#/cutoff"),
        (f"/v1/figures/H4?{WINDOW}&cutoff=perhaps", 422, "#/cutoff"),
        (f"/v1/late?{WINDOW}&since=2024-02-27T00:00:00", 422, "#/since"),
        (f"/v1/late?{WINDOW}&as_of=2024-02-27", 422, "#/as_of"),
        ("/v1/late?from=2024-03-05&to=2024-03-04", 422, "#/to"),
        (f"/v1/late?{WINDOW}&scope=site:nowhere", 422, "#/scope"),
        ("/v1/figures/H4?from=2024-03-05T00:00:00&to=2024-03-06", 422, "#/from"),
        (f"/v1/figures/H4?{WINDOW}&scope=galaxy:milky-way", 422, "#/scope"),
        (f"/v1/figures/H4?{WINDOW}&scope=programme:x", 422, "#/scope"),
        (f"/v1/figures/H4?{WINDOW}&scope=site:", 422, "#/scope"),
        (f"/v1/figures/H4?{WINDOW}&scope=site:nowhere", 422, "#/scope"),
        (f"/v1/figures/H4/rows?{WINDOW}&part=all", 422, "#/part"),
        (f"/v1/figures/H99?{WINDOW}", 404, None),
    ],
)
def test_a_wrong_question_is_a_problem_that_names_the_place(
    client: FlaskClient, path: str, status: int, pointer: str | None
) -> None:
    answer = client.get(path, headers=token("auditor"))
    problem = json.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert [error["pointer"] for error in problem.get("errors", [])] == ([pointer] if pointer else [])
    assert all("。" in error["detail"] for error in problem.get("errors", []))


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    for path in (
        "/v1/metrics",
        "/v1/status",
        f"/v1/late?{WINDOW}",
        f"/v1/figures/H4?{WINDOW}",
        f"/v1/figures/H4/rows?{WINDOW}&part=removed",
    ):
        assert client.get(path).status_code == 401


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


def test_a_change_in_the_registry_shows_in_the_next_figure(client: FlaskClient, files: Path) -> None:
    before = get(client, f"/v1/figures/H4?{WINDOW}")
    plain = small_city()
    sequence = len(changes(plain))
    retired = dated(plain["slots"][1] | {"installed_on": "2024-02-01", "retired_on": "2024-03-01"})
    change = Change(sequence + 1, "t", "k", "slot", "xili/ref-00000001/b", 2, None, retired, "", "")
    RegistryCopy(files / "registry.db").apply([change])
    after = get(client, f"/v1/figures/H4?{WINDOW}")
    assert (before["value"], after["value"]) == ("1/2", "1/1")
    assert after["removed"] == {"not_installed": 0, "retired": 1}
    assert after["as_of"]["registry_sequence"] == before["as_of"]["registry_sequence"] + 1
    assert after["input_hash"] != before["input_hash"]
