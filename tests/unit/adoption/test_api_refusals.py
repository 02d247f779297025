"""Who may ask what, and what is said to a wrong question."""

import json

import pytest
from flask.testing import FlaskClient

from tests.unit.adoption.asking import WINDOW, token
from tests.unit.adoption.world import Json


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
