"""The OpenAPI is valid, complete, and what the service does; every error is a problem in the language asked for."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.registry.adapters import alembic_migrations
from shared.contracts.vocabulary import ROLES
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, home, reason, registry

README = Path("services/registry/README.md")
METHODS = ("get", "post", "patch", "put", "delete")


@pytest.fixture(scope="module")
def city(databases: Databases) -> RegistryUnderTest:
    made = registry(databases)
    made.admin.made("/v1/organisations", VENDOR)
    home(made.admin, "garden")
    assert made.admin.post("/v1/feeds", {"vendor": "acme", "feed": "gw", "sites": ["garden"]}).status_code == 201
    return made


@pytest.fixture(scope="module")
def spec(city: RegistryUnderTest) -> Any:
    return city.app.test_client().get("/v1/openapi.json").json


def test_the_openapi_is_valid_3_1(spec: Any) -> None:
    assert spec["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(spec).iter_errors()) == []
    assert spec["servers"] == [{"url": "http://127.0.0.1:8101"}]


def test_the_readme_names_every_operation_and_who_may_call_it(spec: Any) -> None:
    reading = ("administrator", "programme_manager", "auditor", "service", "district_officer", "district_approver")
    who = {
        "any role": ROLES,
        "readers": reading,
        "readers and vendors": (*reading, "vendor"),
        "officers": ("administrator", "district_officer"),
        "vendors": ("administrator", "vendor"),
        "deciders": ("administrator", "programme_manager", "district_approver"),
        "approvers": ("district_approver",),
        "officers and approvers": ("administrator", "district_officer", "district_approver"),
        "officers, approvers and managers": (
            "administrator",
            "district_officer",
            "district_approver",
            "programme_manager",
        ),
        "officers, approvers and vendors": ("administrator", "district_officer", "district_approver", "vendor"),
        "officers and vendors": ("administrator", "district_officer", "vendor"),
        "vendors and managers": ("administrator", "vendor", "programme_manager"),
        "officers and machines": ("administrator", "district_officer", "service"),
        "officers, machines and vendors": ("administrator", "district_officer", "service", "vendor"),
        "administrator": ("administrator",),
        "administrator, auditor": ("administrator", "auditor"),
        "administrator and programme_manager": ("administrator", "programme_manager"),
        "officers, approvers, managers and vendors": (
            "administrator",
            "district_officer",
            "district_approver",
            "programme_manager",
            "vendor",
        ),
        "auditor": ("auditor",),
        "those who give evidence": ("administrator", "programme_manager", "auditor", "district_officer", "vendor"),
        "those who may be named": ("administrator", "programme_manager", "auditor"),
        "those concerned": ("district_officer", "district_approver", "vendor"),
        "service, auditor, administrator": ("service", "auditor", "administrator"),
        "auditor, administrator": ("auditor", "administrator"),
        "public": (),
    }
    rows = re.findall(r"^\| ([A-Z]+) (/\S+) \| ([^|]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    written = {(method.lower(), path): set(who[roles]) for method, path, roles in rows}
    documented = {
        (method, path): set(one.get("x-roles", ()))
        for path, item in spec["paths"].items()
        for method, one in item.items()
        if method in METHODS
    }
    operations: dict[tuple[str, str], set[str]] = {
        ("get", "/healthz"): set(),
        ("get", "/metrics"): set(),
    }  # for operators, not in the OpenAPI
    assert written == documented | operations


def test_every_operation_has_a_name_a_summary_and_its_answers(spec: Any) -> None:
    operations = [one for item in spec["paths"].values() for name, one in item.items() if name in METHODS]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert [one["operationId"] for one in operations if not one.get("summary")] == []
    assert [one["operationId"] for one in operations if not set(one["responses"]) & {"200", "201", "204", "302"}] == []


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/districts", "/v1/districts"),
        ("/v1/organisations", "/v1/organisations"),
        ("/v1/pilots/garden", "/v1/pilots/{key}"),
        ("/v1/slots", "/v1/slots"),
        ("/v1/feeds", "/v1/feeds"),
        ("/v1/keys", "/v1/keys"),
        ("/v1/changes", "/v1/changes"),
    ],
)
def test_what_is_answered_is_what_is_documented(city: RegistryUnderTest, spec: Any, path: str, template: str) -> None:
    content = spec["paths"][template]["get"]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": spec["components"]}
    answer = city.admin.get(path)
    assert answer.content_type == "application/json"
    OAS31Validator(schema).validate(answer.json)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/pilots/nothing", 404),
        ("PUT", "/v1/pilots", 405),
        ("POST", "/v1/pilots", 415),
        ("GET", "/v1/pilots?limit=0", 422),
        ("DELETE", "/v1/keys/nothing", 404),
    ],
)
def test_every_error_is_a_problem_in_the_language_asked_for(
    city: RegistryUnderTest, method: str, path: str, status: int, language: str
) -> None:
    headers = {**city.admin.headers, "Accept-Language": language}
    answer = city.app.test_client().open(path, method=method, headers=headers)
    assert answer.status_code == status
    assert reason(answer)
    assert answer.headers["Content-Language"] == language
    assert answer.json is not None
    assert answer.json["title"].isascii() == (language == "en")


def test_health_needs_a_database_that_was_migrated(city: RegistryUnderTest, databases: Databases) -> None:
    assert city.app.test_client().get("/healthz").json == {"status": "ok"}
    broken = registry(databases)
    alembic_migrations.downgrade(broken.url, "base")
    answer = broken.app.test_client().get("/healthz")
    assert (answer.status_code, reason(answer)) == (503, "unavailable")


def test_the_counters_count(city: RegistryUnderTest) -> None:
    metrics = city.app.test_client().get("/metrics").text
    assert 'pilotlight_registry_changes_total{entity="slot"}' in metrics
    assert 'pilotlight_registry_tokens_total{outcome="issued"}' in metrics
