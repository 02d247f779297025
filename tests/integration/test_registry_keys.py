"""Keys and tokens: shown once, kept as a hash, exchanged for a token anyone can check, revoked."""

import base64
import json
import threading
from hashlib import sha256
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
import pytest
import sqlalchemy as sa

from services.registry.attempts import PER_ADDRESS, PER_KEY
from shared.runtime.auth import PublishedKeys
from tests.integration.change_log import opened
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, pointers, reason, registry


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return registry(databases)


def new_key(city: RegistryUnderTest, **body: Any) -> dict[str, str]:
    answer = city.admin.post("/v1/keys", {"name": "某处", "role": "auditor"} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json or {}
    return made


def token_for(city: RegistryUnderTest, key: dict[str, str]) -> Any:
    return city.app.test_client().post("/v1/tokens", json=key)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_a_token_says_who_calls_and_anybody_can_check_it_over_http(city: RegistryUnderTest) -> None:
    key = new_key(city, role="district_officer", districts=["nanshan", "dapeng"])
    answer = token_for(city, key)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)

    with make_server("127.0.0.1", 0, city.app, handler_class=Quiet) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        public = PublishedKeys(f"http://127.0.0.1:{server.server_port}").get(answer.json["access_token"])
    claims = jwt.decode(answer.json["access_token"], public, algorithms=["EdDSA"], issuer="pilotlight")

    assert claims["exp"] - claims["iat"] == 900
    assert {name: claims[name] for name in ("sub", "name", "role", "districts", "vendors")} == {
        "sub": key["key"],
        "name": "某处",
        "role": "district_officer",
        "districts": ["nanshan", "dapeng"],
        "vendors": [],
    }


def test_the_published_key_is_named_by_its_thumbprint(city: RegistryUnderTest) -> None:
    """RFC 7638, with RFC 8037 appendix A.3 for the members that count."""
    (key,) = (city.app.test_client().get("/.well-known/jwks.json").json or {})["keys"]
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": key["x"]}, separators=(",", ":"))
    thumbprint = base64.urlsafe_b64encode(sha256(members.encode()).digest()).decode().rstrip("=")
    assert key == {"crv": "Ed25519", "kty": "OKP", "x": key["x"], "use": "sig", "alg": "EdDSA", "kid": thumbprint}


def test_a_secret_is_told_once_and_kept_as_a_hash(city: RegistryUnderTest) -> None:
    key = new_key(city)
    assert len(base64.urlsafe_b64decode(key["secret"] + "=")) == 32
    with opened(city.url) as connection:
        tables = sa.inspect(connection).get_table_names()
        everything = str([connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])
    assert key["secret"] not in everything
    assert sha256(key["secret"].encode()).hexdigest() in everything
    assert "secret" not in str(city.admin.get("/v1/keys").json)
    assert key["key"] in str(city.admin.changes())


@pytest.mark.parametrize("wrong", [{"secret": "guess"}, {"key": "k-0"}, {"key": "k-0", "secret": ""}, {"secret": 7}])
def test_a_wrong_key_or_secret_gets_no_token(city: RegistryUnderTest, wrong: dict[str, Any]) -> None:
    answer = token_for(city, new_key(city) | wrong)
    assert (answer.status_code, reason(answer)) in {(401, "bad_credentials"), (422, "invalid_request")}


def test_guessing_is_limited_and_says_for_how_long(city: RegistryUnderTest) -> None:
    key = new_key(city)
    for _ in range(PER_KEY):
        assert token_for(city, key | {"secret": "guess"}).status_code == 401
    answer = token_for(city, key | {"secret": "guess"})
    assert (answer.status_code, reason(answer)) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 61


def test_strangers_failures_keep_no_right_secret_of_the_same_address_from_its_token(city: RegistryUnderTest) -> None:
    key = new_key(city)
    for number in range(PER_ADDRESS):
        token_for(city, {"key": key["key"] if number < PER_KEY else f"k-{number}", "secret": "guess"})
    assert token_for(city, {"key": "another", "secret": "guess"}).status_code == 429
    assert token_for(city, key).status_code == 200


def test_a_revoked_key_gets_no_more_tokens(city: RegistryUnderTest) -> None:
    key = new_key(city)
    assert city.admin.delete(f"/v1/keys/{key['key']}").status_code == 204
    assert city.admin.delete(f"/v1/keys/{key['key']}").status_code == 204
    assert reason(token_for(city, key)) == "bad_credentials"
    listed = {row["key"]: row["active"] for row in city.admin.get("/v1/keys").json or []}
    assert listed[key["key"]] is False
    change = city.admin.changes()[-1]
    assert (change["entity"], change["id"], change["version"]) == ("key", key["key"], 2)
    assert (change["before"]["active"], change["after"]["active"]) == (True, False)


def test_the_last_administrator_cannot_be_revoked(city: RegistryUnderTest) -> None:
    (first,) = [row["key"] for row in city.admin.get("/v1/keys").json or []]
    answer = city.admin.delete(f"/v1/keys/{first}")
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    new_key(city, role="administrator")
    assert city.admin.delete(f"/v1/keys/{first}").status_code == 204


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"role": "king"}, "#/role"),
        ({"role": "district_officer"}, "#/districts"),
        ({"role": "vendor"}, "#/vendors"),
        ({"role": "auditor", "districts": ["nanshan"]}, "#/districts"),
        ({"role": "administrator", "vendors": ["acme"]}, "#/vendors"),
        ({"role": "district_officer", "districts": ["shanghai"]}, "#/districts/0"),
        ({"role": "vendor", "vendors": ["acme", "nobody"]}, "#/vendors/1"),
        ({"name": ""}, "#/name"),
    ],
)
def test_a_keys_scope_must_fit_its_role(city: RegistryUnderTest, body: dict[str, Any], place: str) -> None:
    city.admin.made("/v1/organisations", VENDOR)
    answer = city.admin.post("/v1/keys", {"name": "某处", "role": "auditor"} | body)
    assert (answer.status_code, pointers(answer)) == (422, [place])
