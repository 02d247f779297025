"""Every operation of the OpenAPI is what it says, to requests that it allows and to such as it forbids.

No defect, no answer that is not documented, nothing accepted that is forbidden, nothing refused for its form that is
allowed. ``PILOTLIGHT_EXAMPLES`` requests each, the same for the same ``PILOTLIGHT_SEED``: a dozen in ``make test``,
2,000 in ``make proof``. On SQLite alone: that the databases answer alike is for the suite that both pass.
"""

import re
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher

from services.registry.app import compose, parts_of
from services.registry.attempts import WINDOW_S, Attempts
from services.registry.feed_accounts import BrokerAccounts
from services.registry.passwords import Passwords
from services.registry.settings import OidcSettings, Settings
from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.databases import Databases, SqliteFiles
from tests.integration.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, answering
from tests.integration.openapi_examples import EXAMPLES, SEED, Operation, operations, play
from tests.integration.registry_city import Who, seeded
from tests.integration.registry_under_test import RegistryUnderTest, reason, signing_key_file
from tests.integration.trying import trying

METHODS = ("get", "post", "patch", "put", "delete")
SUCCESS = {  # that it cannot be carried to its end by a single request; test_registry_oidc has the way there and back
    "oidc_login": (302,),
    "oidc_callback": (401,),
}


class Ready(NamedTuple):
    made: RegistryUnderTest
    people: tuple[Who, ...]
    operations: dict[str, Operation]


def documented() -> dict[str, Any]:
    """The paths of the OpenAPI, of a registry that need not have a database."""
    nowhere = Path("/nowhere")
    settings = Settings(
        "sqlite:////nowhere/unused.db", "mqtt://unused@127.0.0.1", signing_key_file(), "http://127.0.0.1:8101", nowhere
    )
    app = compose(settings, parts_of(settings, MosquittoAccountsInMemory(), threading.Event()))
    spec: Any = app.test_client().get("/v1/openapi.json").json
    paths: dict[str, Any] = spec["paths"]
    return paths


PATHS = documented()
DOCUMENTED = [item[method] for item in PATHS.values() for method in METHODS if method in item]
NAMES = [one["operationId"] for one in DOCUMENTED]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return SqliteFiles(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def ready(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    found: list[Ready] = []
    folder = tmp_path_factory.mktemp("ready")
    (folder / "secret").write_text(CLIENT_SECRET)

    def make(broker: BrokerAccounts) -> RegistryUnderTest:
        oidc = OidcSettings(provider.issuer, CLIENT_ID, folder / "secret")
        city = seeded(databases, broker, folder / "documents", oidc)
        found.append(Ready(city.made, city.people, operations(city)))
        return city.made

    with answering(OidcProvider()) as provider, pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.registry.app.Attempts", lambda _: Attempts(count(step=WINDOW_S).__next__))
        patched.setattr("services.registry.tokens.LIFETIME_S", 86_400)  # a long proof takes more than 15 minutes
        patched.setattr("services.registry.app.Passwords", lambda: Passwords(PasswordHasher(1, 8, 1)))
        with trying(make):
            yield found[0]


@pytest.mark.timeout(120 + 2 * EXAMPLES)
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_what_the_openapi_says(ready: Ready, name: str) -> None:
    print(f"PILOTLIGHT_SEED={SEED} PILOTLIGHT_EXAMPLES={EXAMPLES}")
    told = play(ready.operations[name], ready.people)
    assert sum(told.values()) >= EXAMPLES
    assert any(status in SUCCESS.get(name, range(300)) for valid, status in told if valid), told


def test_no_status_is_left_open() -> None:
    open_ones = [one["operationId"] for one in DOCUMENTED if {"default", "500"} & one["responses"].keys()]
    assert open_ones == []


def test_what_a_body_may_be_refused_for_is_documented() -> None:
    with_body = [one for one in DOCUMENTED if "application/json" in one.get("requestBody", {}).get("content", {})]
    assert len(with_body) > 30
    for one in with_body:
        assert {"400", "413", "415", "422"} <= one["responses"].keys(), one["operationId"]


def test_that_the_database_may_be_away_is_documented() -> None:
    guarded = [one for one in DOCUMENTED if one["security"] or one["operationId"] == "get_token"]
    assert len(guarded) > 75
    assert [one["operationId"] for one in guarded if "503" not in one["responses"]] == []


def test_a_version_is_required_where_its_lack_is_refused() -> None:
    required = {
        one["operationId"]
        for one in DOCUMENTED
        for parameter in one.get("parameters", ())
        if parameter["name"] == "If-Match" and parameter["required"]
    }
    assert required == {one["operationId"] for one in DOCUMENTED if "428" in one["responses"]}
    assert len(required) > 10


def test_that_one_of_many_may_not_be_there_is_documented() -> None:
    of_many = [item["post"] for path, item in PATHS.items() if path.endswith("/states")]
    assert len(of_many) > 5
    assert [one["operationId"] for one in of_many if "404" not in one["responses"]] == []


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_is_not_documented_is_refused(ready: Ready, method: str) -> None:
    refused = {path: methods for path, methods in methods_at().items() if method not in methods}
    assert len(refused) > 2
    for path, methods in refused.items():
        answer = ready.made.app.test_client().open(path, method=method, headers=ready.made.admin.headers)
        assert (answer.status_code, reason(answer)) == (405, "method_not_allowed"), (method, path)
        assert {allowed.lower() for allowed in answer.allow} - {"head", "options"} == methods, path


def methods_at() -> dict[str, set[str]]:
    """What may be called at an address; an id may be of several words, or one that is an address's too."""
    patterns = {re.compile(re.sub(r"{\w+}", ".+", path)): PATHS[path].keys() & set(METHODS) for path in PATHS}
    at = {re.sub(r"{\w+}", "nothing", path) for path in PATHS}
    return {path: set().union(*(found for one, found in patterns.items() if one.fullmatch(path))) for path in at}
