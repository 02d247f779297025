"""A registry on a new database of either kind, migrated by Alembic, called through Flask with real keys and tokens."""

import re
import tempfile
import threading
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4
from weakref import WeakKeyDictionary

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.registry import keys
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms, parts_of
from services.registry.entities import COLLECTIONS
from services.registry.feed_accounts import BrokerAccounts
from services.registry.keys import NewKey
from services.registry.settings import OidcSettings, Settings
from services.registry.tokens import new_signing_key
from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.databases import Databases
from tests.integration.lending import given_back, lend

_FOLDER = TemporaryDirectory()
PREFIX = "urn:pilotlight:problem:"
VENDOR = {"slug": "acme", "uscc": "91350100M000100Y43", "name": "甲厂商", "roles": ["VENDOR"]}
OTHER_VENDOR = {"slug": "bolt", "uscc": "91110108551385082Q", "name": "乙厂商", "roles": ["VENDOR"]}
PURPOSE = "核对登记"
_OF_DWELLINGS = [each for each in COLLECTIONS if each.of_dwellings]
_PATHS, _NAMES = "|".join(each.path for each in _OF_DWELLINGS), "|".join(each.entity for each in _OF_DWELLINGS)
READ_WITH_PURPOSE = re.compile(rf"/v1/(histories/({_NAMES})/|(changes|{_PATHS})(?![\w-]))")
OPERATOR = {"slug": "carer", "uscc": "91110000600037341L", "name": "运营公司", "roles": ["OPERATOR"]}


class Caller:
    """Somebody with a token."""

    def __init__(self, client: FlaskClient, token: str, language: str = "") -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {token}"} | ({"Accept-Language": language} if language else {})

    def get(self, path: str, purpose: str | None = PURPOSE) -> TestResponse:
        """Read; what tells about homes for this purpose, unless the path names one."""
        if purpose is not None and READ_WITH_PURPOSE.match(path) and "purpose=" not in path:
            path += ("&" if "?" in path else "?") + urlencode({"purpose": purpose})
        return self._client.get(path, headers=self.headers)

    def _changing(self, match: str | None) -> dict[str, str]:
        return self.headers if match is None else self.headers | {"If-Match": match}

    def post(self, path: str, body: Any, match: str | None = "*") -> TestResponse:
        return self._client.post(path, json=body, headers=self._changing(match))

    def patch(self, path: str, body: Any, match: str | None = "*") -> TestResponse:
        return self._client.patch(path, json=body, headers=self._changing(match))

    def delete(self, path: str) -> TestResponse:
        return self._client.delete(path, headers=self.headers)

    def made(self, path: str, *rows: Any) -> Any:
        """Register rows; fails unless they are."""
        answer = self.post(path, list(rows))
        assert answer.status_code == 201, answer.text
        return answer.json

    def changes(self, after: int = 0, wait_s: int = 0) -> list[dict[str, Any]]:
        """The change feed from there on."""
        answer = self.get(f"/v1/changes?after={after}&limit=10000&wait={wait_s}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found: list[dict[str, Any]] = answer.json["changes"]
        return found


class RegistryUnderTest(NamedTuple):
    """The application, its first administrator and his key, its database and its broker."""

    app: Flask
    admin: Caller
    url: str
    broker: BrokerAccounts
    key: NewKey

    def caller(
        self, role: str, *, districts: Sequence[str] = (), vendors: Sequence[str] = (), language: str = ""
    ) -> Caller:
        """Somebody of a role, by a key that the administrator makes and exchanges for a token."""
        client = self.app.test_client()
        body = {"name": f"a {role}", "role": role, "districts": list(districts), "vendors": list(vendors)}
        key = self.admin.post("/v1/keys", body)
        assert key.status_code == 201, key.text
        token = client.post("/v1/tokens", json=key.json)
        assert token.json is not None
        return Caller(client, token.json["access_token"], language)


def registry(
    databases: Databases,
    broker: BrokerAccounts | None = None,
    stopping: threading.Event | None = None,
    documents_dir: Path | None = None,
    oidc: OidcSettings | None = None,
    like: RegistryUnderTest | None = None,
) -> RegistryUnderTest:
    """A new registry on a new database, or on one like another's that was given back.

    The broker's accounts are kept in memory, unless one is given.
    """
    broker = broker or (deepcopy(like.broker) if like else MosquittoAccountsInMemory())
    url, first = (databases.like(like.url), like.key) if like else _begun(databases.migrated())
    folder = documents_dir or Path(tempfile.gettempdir(), f"pilotlight-{uuid4().hex}")  # made only if it is used
    settings = Settings(
        url, "mqtt://unused:unused@127.0.0.1", signing_key_file(), "http://127.0.0.1:8101", folder, oidc=oidc
    )
    parts = parts_of(settings, broker, stopping or threading.Event())
    app = lend(settings, parts)
    client = app.test_client()
    token = client.post("/v1/tokens", json=first._asdict())
    assert token.json is not None
    return RegistryUnderTest(app, Caller(client, token.json["access_token"]), url, broker, first)


def _begun(url: str) -> tuple[str, NewKey]:
    """A database with the key of its first administrator."""
    database = SqlDatabase(url, now_ms)
    with database.writing("bootstrap") as store:
        first = keys.create(store, "first administrator", "administrator", [], [])
    database.close()
    return url, first


class Grown:
    """Registries in which the same was done; it is done once for each kind of database, and then copied."""

    def __init__(self, do: Callable[[RegistryUnderTest], object]) -> None:
        self.do = do
        self._done: WeakKeyDictionary[Databases, RegistryUnderTest] = WeakKeyDictionary()

    def __call__(self, databases: Databases, documents_dir: Path | None = None) -> RegistryUnderTest:
        if databases not in self._done:
            with given_back():
                made = registry(databases)
                self.do(made)
            self._done[databases] = made
        return registry(databases, documents_dir=documents_dir, like=self._done[databases])


def signing_key_file() -> Path:
    """A new file with a signing key; it is gone when the tests end."""
    path = Path(_FOLDER.name) / f"{uuid4().hex}.pem"
    path.write_bytes(new_signing_key())
    return path


def pilot(slug: str, district: str = "nanshan") -> dict[str, Any]:
    return {
        "slug": slug,
        "name": "示范小区",
        "district": district,
        "housing_type": "PUBLIC_RENTAL",
        "funding_source": "GOV_INVESTED",
    }


def venue(slug: str, district: str = "futian") -> dict[str, Any]:
    return {
        "slug": slug,
        "name": "示范馆",
        "district": district,
        "venue_type": "SCIENCE_MUSEUM",
        "funding_source": "MIXED",
    }


def home(caller: Caller, slug: str, district: str = "nanshan", dwellings: int = 1) -> None:
    """A pilot with one phase, dwellings ``home-00000`` …, and a lamp's slot in each."""
    caller.made("/v1/pilots", pilot(slug, district))
    caller.made("/v1/phases", {"pilot": slug, "number": 1, "name": "一期"})
    refs = [f"home-{number:05}" for number in range(dwellings)]
    caller.made("/v1/dwellings", *({"pilot": slug, "phase": 1, "dwelling_ref": ref} for ref in refs))
    caller.made(
        "/v1/slots", *({"pilot": slug, "dwelling_ref": ref, "code": "lamp", "category": "LIGHTING"} for ref in refs)
    )


@Grown
def home_and_venue(made: RegistryUnderTest) -> None:
    """A vendor and an operator, a home ``garden`` and a venue ``hall``."""
    made.admin.made("/v1/organisations", VENDOR, OPERATOR)
    home(made.admin, "garden")
    made.admin.made("/v1/venues", venue("hall"))


@Grown
def lamp_with_two_feeds(made: RegistryUnderTest) -> None:
    """A home in 南山区 with a lamp, spoken for by a cloud and by a gateway of the same vendor."""
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden", "nanshan")
    made.admin.made("/v1/devices", {"vendor": "acme", "device": "lamp"})
    for feed in ({"feed": "cloud", "vendor_cloud": True}, {"feed": "gw"}):
        answer = made.admin.post("/v1/feeds", {"vendor": "acme", "sites": ["garden"], **feed})
        assert answer.status_code == 201, answer.text


def reason(answer: TestResponse) -> str:
    """The reason of a problem; fails unless the answer is one."""
    assert answer.content_type == "application/problem+json", answer.text
    assert answer.json is not None
    assert answer.json["status"] == answer.status_code
    return str(answer.json["type"]).removeprefix(PREFIX)


def pointers(answer: TestResponse) -> list[str]:
    """Where the faults are, in the order told."""
    assert answer.json is not None
    return [error["pointer"] for error in answer.json["errors"]]
