"""A city with the rows of registry_rows, somebody of every role and scope in it, and what they imported."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

from services.registry.feed_accounts import BrokerAccounts
from services.registry.importing.kind import Kind
from services.registry.importing.kinds import KINDS
from services.registry.settings import OidcSettings
from tests.integration.databases import Databases
from tests.integration.registry_rows import (
    BY_ENTITY,
    CONTENTS,
    EVERY_DISTRICT,
    HEIR,
    NEWCOMER,
    NOBODY,
    SEEDS,
    Row,
    Scope,
    Seed,
)
from tests.integration.registry_under_test import Caller, RegistryUnderTest, registry
from tests.integration.spreadsheets import KEEP, as_csv, upload
from tests.system.polling import until

PASSWORD = "a-long-word-of-theirs"
_UPLOADED = ("document_kind", "title", "site", "vendor")


class Who(NamedTuple):
    """Somebody of a role, and what his key reaches; ``everything``: all there is."""

    role: str
    scope: Scope
    everything: bool
    caller: Caller

    def is_meant(self, whose: Scope) -> bool:
        """Whether a row of these districts and vendors is his."""
        return self.everything or bool(self.scope & whose)

    @property
    def key(self) -> str:
        """His key, as his token names it."""
        claims = self.caller.headers["Authorization"].split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "==="))["sub"])


class Seeded(NamedTuple):
    """The registry, who calls it, and what only it could name.

    ``named`` reads what is confidential in the case ``homes``, beside its lead; ``imports`` and ``jobs`` are by their
    ids, with who imported; ``code`` is what NEWCOMER was told.
    """

    made: RegistryUnderTest
    people: tuple[Who, ...]
    lead: Who
    named: Who
    imports: Mapping[str, Who]
    jobs: Mapping[str, Who]
    code: str


def seeded(
    databases: Databases, broker: BrokerAccounts, documents_dir: Path, oidc: OidcSettings | None = None
) -> Seeded:
    """A registry with the rows of every seed, of whose change feed nobody is kept waiting."""
    stopping = threading.Event()
    made = registry(databases, broker, stopping, documents_dir, oidc)
    _register(made, made.admin, "organisation", SEEDS["organisation"])  # without whom no vendor has a key
    everybody = tuple(people(made))
    first = {who.role: who for who in reversed(everybody)}
    imports: dict[str, Who] = {}
    told: dict[str, Any] = {}
    for entity, seed in SEEDS.items():
        seed.before(made)
        imports |= _imported(made, everybody, entity, seed)
        caller = made.admin if seed.by == "administrator" else first[seed.by].caller
        told[entity] = _register(made, caller, entity, seed)
    jobs = {_job(made, who, kind): who for who, kind in zip(imports.values(), ("devices", "devices"), strict=False)}
    stopping.set()
    codes = {each["login"]: each["code"] for each in told["person"]}
    opened = made.app.test_client().post("/v1/passwords", json=opening(HEIR, codes[HEIR]))
    assert opened.status_code == 204, opened.text
    named = first["administrator"]
    change = first["auditor"].caller.patch("/v1/audit-cases/homes", {"named": [named.key]})
    assert change.status_code == 200, change.text
    return Seeded(made, everybody, first["auditor"], named, imports, jobs, codes[NEWCOMER])


def opening(login: str, code: str) -> Row:
    """What somebody sends who sets his password."""
    return {"login": login, "code": code, "password": PASSWORD}


def _register(made: RegistryUnderTest, caller: Caller, entity: str, seed: Seed) -> list[Any]:
    told = []
    for row in seed.rows:
        answer = register(made, caller, entity, seed.body(row))
        assert answer.status_code == 201, answer.text
        told.append(answer.json)
    return told


def register(made: RegistryUnderTest, caller: Caller, entity: str, row: Row) -> TestResponse:
    """Register a row in the way of its collection."""
    if entity == "document":
        query = {name: row[name] for name in _UPLOADED if row[name] is not None}
        content = CONTENTS[row["sha256"]]
        client = made.app.test_client()
        return client.post("/v1/documents", query_string=query, data=content, headers=caller.headers)
    path = f"/v1/{BY_ENTITY[entity].path}"
    if entity == "audit_entry":
        path = f"/v1/audit-cases/{row['audit_case']}/entries"
    return caller.post(path, sent(entity, row), match=None)


def sent(entity: str, row: Row) -> Any:
    """The body of the POST of a row: an array, but of a feed, an account or an entry."""
    if entity == "audit_entry":
        return {"text": "说明(虚构)", **{name: row[name] for name in row if name not in ("audit_case", "number")}}
    return row if entity in ("feed", "person") else [row]


def file_of(kind: Kind, rows: Sequence[Row]) -> bytes:
    """A file that says these rows."""
    lines = [[_cell(row.get(column.field)) for column in kind.columns] for row in rows]
    return as_csv([column.zh for column in kind.columns], *lines)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _imported(made: RegistryUnderTest, everybody: Sequence[Who], entity: str, seed: Seed) -> dict[str, Who]:
    """Let those of a scope import the rows of theirs that are; the imports, by their ids."""
    imports: dict[str, Who] = {}
    if seed.imported is None:
        return imports
    name, are_imported = seed.imported
    kind = next(kind for kind in KINDS if kind.name == name)
    for who in everybody:
        rows = [row for row in seed.rows if are_imported(row) and who.scope & seed.written(row)]
        if rows and who.role in kind.writers:
            answer = upload(made, who.caller, name, file_of(kind, rows), KEEP)
            told: Any = answer.json
            assert answer.status_code == 200, answer.text
            imports[str(told["import"])] = who
    return imports


def _job(made: RegistryUnderTest, who: Who, kind: str) -> str:
    """A job of somebody's that has come to its end; its file has no rows that could be kept."""
    answer = upload(made, who.caller, kind, as_csv(["x"], ["y"]), "?job=true")
    told: Any = answer.json
    assert answer.status_code == 202, answer.text
    until(
        lambda: made.admin.get(f"/v1/imports/jobs/{told['id']}").json,
        lambda job: job["state"] in ("DONE", "FAILED"),  # type: ignore[index]
        within_s=10,
    )
    return str(told["id"])


def people(made: RegistryUnderTest) -> Iterator[Who]:
    """Somebody of every role: of one district or the other, of one vendor or the other, or of neither."""
    for role in ("administrator", "programme_manager", "auditor", "auditor", "service"):
        yield Who(role, NOBODY, True, made.caller(role))
    for role in ("applicant", "finance"):  # they have no business here yet
        yield Who(role, NOBODY, False, made.caller(role))
    for role in ("district_officer", "district_approver"):
        for district in sorted(EVERY_DISTRICT):
            yield Who(role, frozenset({district}), False, made.caller(role, districts=[district]))
    for vendor in ("acme", "bolt", "carer"):
        yield Who("vendor", frozenset({vendor}), False, made.caller("vendor", vendors=[vendor]))
