"""Every error of an HTTP process is a problem (RFC 9457) in the caller's language."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import marshmallow as ma
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from openapi_spec_validator import validate

from shared.contracts import problems
from shared.failures import Rejected, Unavailable
from shared.runtime import auth, web

MESSAGES = Path("shared/runtime/messages")
KEY = Ed25519PrivateKey.generate()


class OneKey:
    def get(self, token: str) -> Any:
        return KEY.public_key()


class Thing(ma.Schema):
    name = ma.fields.String(required=True)
    size = ma.fields.Integer()


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    def check() -> None:
        raise Unavailable("database", "gone fishing")

    app, api = web.create("things", "Things", check=check)
    auth.install(app, OneKey())
    blueprint = Blueprint("things", __name__, url_prefix="/v1")

    @blueprint.route("/things", methods=["POST"])
    @blueprint.arguments(Thing)
    @blueprint.response(201, Thing)
    def post(thing: dict[str, Any]) -> dict[str, Any]:
        return thing

    @blueprint.route("/secret")
    @blueprint.response(200, Thing)
    @auth.requires("auditor")
    def secret() -> dict[str, Any]:
        return {"name": auth.caller().name}

    @blueprint.route("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    @blueprint.route("/refused")
    def refused() -> None:
        raise Rejected("bad_uscc", "uscc", value="123")

    api.register_blueprint(blueprint)
    yield app.test_client()


def token(role: str | None, **claims: Any) -> dict[str, str]:
    now = {"iat": 1_700_000_000, "exp": 4_000_000_000}
    made = jwt.encode({"iss": "pilotlight", "sub": "k1", "name": "n", "role": role} | now | claims, KEY, "EdDSA")
    return {"Authorization": f"Bearer {made}"}


@pytest.mark.parametrize(
    ("method", "path", "kwargs", "status", "reason"),
    [
        ("get", "/v1/nothing", {}, 404, "not_found"),
        ("get", "/v1/things", {}, 405, "method_not_allowed"),
        ("post", "/v1/things", {"data": "{", "content_type": "application/json"}, 400, "not_json"),
        ("post", "/v1/things", {"json": {"size": "x"}}, 422, "invalid_request"),
        ("post", "/v1/things", {"data": b"x" * 9_000_000, "content_type": "application/json"}, 413, "too_large"),
        ("get", "/v1/secret", {}, 401, "no_token"),
        ("get", "/v1/secret", {"headers": {"Authorization": "Bearer x"}}, 401, "bad_token"),
        ("get", "/v1/secret", {"headers": token("vendor")}, 403, "forbidden"),
        ("get", "/v1/secret", {"headers": token("auditor", exp=1_700_000_001)}, 401, "bad_token"),
        ("get", "/v1/secret", {"headers": token("auditor", iss="somebody")}, 401, "bad_token"),
        ("get", "/v1/secret", {"headers": token(None)}, 401, "bad_token"),
        ("get", "/v1/broken", {}, 500, "internal"),
        ("get", "/v1/refused", {}, 422, "bad_uscc"),
        ("get", "/healthz", {}, 503, "unavailable"),
    ],
)
def test_an_error_is_a_problem(
    client: FlaskClient, method: str, path: str, kwargs: dict[str, Any], status: int, reason: str
) -> None:
    answer = client.open(path, method=method.upper(), **kwargs)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = json.loads(answer.data)
    assert body["type"] == f"urn:pilotlight:problem:{reason}"
    assert body["status"] == status


def test_the_right_role_is_let_in(client: FlaskClient) -> None:
    assert client.get("/v1/secret", headers=token("auditor")).json == {"name": "n"}


def test_errors_name_every_place_in_the_language_asked_for(client: FlaskClient) -> None:
    chinese = client.post("/v1/things", json={"size": "x"})
    english = client.post("/v1/things", json={"size": "x"}, headers={"Accept-Language": "en"})
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert {e["pointer"]: e["detail"] for e in json.loads(chinese.data)["errors"]} == {
        "#/name": "缺少必填字段。",
        "#/size": "应为整数。",
    }
    assert {e["pointer"]: e["detail"] for e in json.loads(english.data)["errors"]} == {
        "#/name": "Missing data for required field.",
        "#/size": "Not a valid integer.",
    }


def test_an_internal_error_tells_the_caller_nothing_of_the_code(client: FlaskClient) -> None:
    assert "ZeroDivision" not in client.get("/v1/broken").text


def test_the_openapi_is_valid_and_errors_are_documented_as_problems(client: FlaskClient) -> None:
    document = client.get("/v1/openapi.json").json
    assert document is not None
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert list(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_problem_has_a_title_in_every_language(language: str) -> None:
    catalogue = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    assert [reason for reason in problems.STATUS if f"title.{reason}" not in catalogue] == []
    assert set(problems.REASON_OF_STATUS.values()) <= set(problems.STATUS)
