"""Who reaches what: every operation of the OpenAPI, by every role and scope, on every row of a city.

Nobody is told of a row outside his scope, and nobody writes one. Rows and the rules whose they are: registry_rows. What
a request did is undone before the next; whether it would have changed anything is asked of its transaction.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from werkzeug.test import TestResponse

from services.registry.collection import Collection
from services.registry.feed_accounts import BrokerAccounts
from services.registry.importing.kinds import KINDS
from shared.contracts.vocabulary import ROLES
from tests.integration.databases import Databases
from tests.integration.registry_city import Seeded, Who, file_of, opening, register, seeded
from tests.integration.registry_rows import BY_ENTITY, DIGEST, NOTHING, SEEDS, Row, Seed, id_of
from tests.integration.registry_under_test import RegistryUnderTest, reason
from tests.integration.spreadsheets import KEEP, upload
from tests.integration.trying import Trial, trying

METHODS = ("get", "post", "patch", "put", "delete")
OF_A_SCOPE = {"district_officer", "district_approver", "vendor"}
# An operation that is neither of a collection nor an import, or is not as others are, is named in one of these.
THE_SAME_FOR_EVERYBODY = {"list_districts", "get_jwks", "get_pseudonym_page"} | {
    f"get_{kind.word}_template" for kind in KINDS
}
OF_THE_WHOLE_CITY: dict[str, tuple[set[str], Any]] = {  # whose they are, and a body
    "list_keys": ({"administrator"}, None),
    "create_key": ({"administrator"}, {"name": "another", "role": "service"}),
    "revoke_key": ({"administrator"}, None),
    "get_changes": ({"administrator", "auditor", "service"}, None),
    "list_accesses": ({"administrator", "auditor"}, None),
}
BEFORE_ANYBODY_IS_SIGNED_IN = {"get_token", "set_password", "oidc_login", "oidc_callback"}
OF_WHO_IMPORTED = {"list_imports", "get_import", "undo_import", "get_import_job"}  # whose they are no row says before
OF_WHO_IS_NAMED = {"get_audit_entry_text"}
OF_WHAT_RELIES = {"list_document_reliances"}
OF_ANYTHING = {"get_history"}  # told of one of any collection, by the name of the entity and the id
APART = (
    OF_THE_WHOLE_CITY.keys()
    | BEFORE_ANYBODY_IS_SIGNED_IN
    | OF_WHO_IMPORTED
    | OF_WHO_IS_NAMED
    | OF_WHAT_RELIES
    | OF_ANYTHING
)
# Days on which all stands as now, or nothing did yet, whatever the hour in Shenzhen.
AS_OF_TOMORROW, AS_OF_THE_DAY_BEFORE = (f"?as_of={datetime.now(UTC).date() + timedelta(days=days)}" for days in (2, -2))
Refusal = tuple[int, str]
FORBIDDEN: Refusal = (403, "forbidden")
NOT_FOUND: Refusal = (404, "not_found")
COLLECTION_AT = {collection.path: collection for collection in BY_ENTITY.values()}
KIND_OF = {f"import_{kind.word}": kind for kind in KINDS}


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    roles: tuple[str, ...]

    @property
    def collection(self) -> Collection | None:
        """The collection whose address the operation's begins with."""
        return COLLECTION_AT.get(self.path.split("/")[2]) if self.path.count("/") > 1 else None

    @property
    def rest(self) -> str:
        """What follows the collection's address: "", "/{key}", "/{key}/decision", "/states"."""
        return "".join(f"/{part}" for part in self.path.split("/")[3:])

    @property
    def move(self) -> str:
        """The word under which a seed says what else may be done to one."""
        return "DELETE" if self.method == "delete" else self.path.rpartition("/")[2]


class City(NamedTuple):
    made: RegistryUnderTest
    trial: Trial
    seeded: Seeded
    people: tuple[Who, ...]
    operations: tuple[Operation, ...]

    def of_collections(self, method: str, rest: str) -> Iterator[tuple[Operation, Collection, Seed]]:
        """The operations of that method whose address goes on like this, in every collection that has one."""
        for each in self.operations:
            collection = each.collection
            if collection is None or collection.entity not in SEEDS or each.name in APART:
                continue
            if each.method == method and re.fullmatch(rest, each.rest):
                yield each, collection, SEEDS[collection.entity]

    def named(self, name: str) -> Operation:
        """The operation of that name."""
        return next(each for each in self.operations if each.name == name)


@pytest.fixture(scope="module")
def city(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    found: list[Seeded] = []

    def make(broker: BrokerAccounts) -> RegistryUnderTest:
        found.append(seeded(databases, broker, tmp_path_factory.mktemp("documents")))
        return found[0].made

    with trying(make) as (made, trial):
        head = made.admin.changes()[-1]
        yield City(made, trial, found[0], found[0].people, tuple(operations(made)))
        assert made.admin.changes()[-1] == head


def operations(made: RegistryUnderTest) -> Iterator[Operation]:
    spec: Any = made.app.test_client().get("/v1/openapi.json").json
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(item[method]["operationId"], method, path, tuple(item[method].get("x-roles", ())))


def test_every_collection_has_rows_to_try() -> None:
    lacking = BY_ENTITY.keys() - SEEDS.keys() - {"import"}  # it is made by a file, and tried by its importers
    assert not lacking, f"collections without a row in registry_rows.SEEDS: {sorted(lacking)}"


def test_every_operation_has_its_row(city: City) -> None:
    unknown = [
        f"{each.method.upper()} {each.path} ({each.name})"
        for each in city.operations
        if each.name not in THE_SAME_FOR_EVERYBODY | APART | KIND_OF.keys() and not _is_tried(each)
    ]
    assert not unknown, f"operations that the matrix does not try: {unknown}"
    assert len(city.operations) > 180
    assert {each.name for each in city.operations} >= APART


def _is_tried(operation: Operation) -> bool:
    if operation.collection is None or operation.collection.entity not in SEEDS:
        return False
    if operation.rest in ("", "/{key}") and operation.method in ("get", "post"):
        return True
    seed = SEEDS[operation.collection.entity]
    if operation.method == "patch":
        return bool(seed.patch) and operation.rest == "/{key}"
    return operation.method == "get" or operation.move in seed.moves


@pytest.mark.parametrize("query", ["?", AS_OF_TOMORROW], ids=["now", "as_of"])
def test_a_list_tells_what_is_in_reach_and_nothing_else(city: City, query: str) -> None:
    for operation, collection, seed in city.of_collections("get", ""):
        for who in city.people:
            answer = who.caller.get(operation.path + query)
            if who.role not in operation.roles:
                assert (answer.status_code, reason(answer)) == (403, "forbidden"), (operation, who)
                continue
            theirs = [row for row in seed.rows if who.is_meant(seed.told(row))]
            assert told_ids(collection, answer) == {id_of(collection.entity, row) for row in theirs}, (operation, who)
            for name, value in {(name, row.get(name)) for name in collection.filters for row in seed.rows}:
                if value is None or query == AS_OF_TOMORROW or (who.everything and who != city.people[0]):
                    continue  # filters and reach are asked together where there is a reach
                narrowed = who.caller.get(f"{operation.path}{query}&{name}={value}")
                meant = {id_of(collection.entity, row) for row in theirs if row.get(name) == value}
                assert told_ids(collection, narrowed) == meant, (operation, who, name)


def told_ids(collection: Collection, answer: TestResponse) -> set[str]:
    assert answer.status_code == 200, answer.text
    rows: Any = answer.json
    ids = [id_of(collection.entity, row) for row in rows]
    assert len(set(ids)) == len(ids)
    return set(ids)


@pytest.mark.parametrize("query", ["", AS_OF_TOMORROW], ids=["now", "as_of"])
def test_one_is_told_to_whom_it_may_be_told(city: City, query: str) -> None:
    for operation, collection, seed in city.of_collections("get", "/{key}.*"):
        for row in seed.rows:
            key = id_of(collection.entity, row)
            for who in city.people:
                answer = who.caller.get(operation.path.replace("{key}", key) + query)
                assert answer.status_code == _status(operation, seed, row, who), (operation, key, who)
                if answer.status_code == 200 and operation.rest == "/{key}":
                    told: Any = answer.json
                    assert {name: told[name] for name in row} == dict(row)


def _status(operation: Operation, seed: Seed, row: Row, who: Who) -> int:
    if who.role not in operation.roles:
        return 403
    return 200 if who.is_meant(seed.told(row)) else 404


def test_what_is_told_of_anything_is_told_to_whom_it_may_be_told(city: City) -> None:
    asked = [each for each in city.operations if each.name in OF_ANYTHING]
    assert {each.name for each in asked} == OF_ANYTHING
    for reading, collection, seed in city.of_collections("get", "/{key}"):
        for row, operation, who in product(seed.rows, asked, city.people):
            key = id_of(collection.entity, row)
            answer = who.caller.get(operation.path.format(entity=collection.entity, key=key))
            assert answer.status_code == _status(reading, seed, row, who), (operation, key, who)


def test_of_a_day_before_there_was_anything_nobody_is_told_anything(city: City) -> None:
    for operation, collection, seed in city.of_collections("get", ""):
        for who in city.people:
            if who.role in operation.roles:
                assert told_ids(collection, who.caller.get(operation.path + AS_OF_THE_DAY_BEFORE)) == set()
                one = who.caller.get(f"{operation.path}/{id_of(collection.entity, seed.rows[0])}{AS_OF_THE_DAY_BEFORE}")
                assert (one.status_code, reason(one)) == (404, "not_found")


def test_a_row_is_registered_by_those_whose_it_would_be(city: City) -> None:
    for operation, collection, seed in city.of_collections("post", ""):
        for row in seed.rows:
            body = seed.body(row, **seed.sibling)
            for who in city.people:
                answer = register(city.made, who.caller, collection.entity, body)
                refusal = _refusal(operation, seed, row, who)
                if refusal is not None and not seed.proposal:
                    refusal = FORBIDDEN  # it names nothing that could be hidden
                _is_as_it_should(city, answer, refusal, (operation, body, who))


def test_what_is_registered_already_is_told_to_those_only_who_may_write_it(city: City) -> None:
    for operation, collection, seed in city.of_collections("post", ""):
        for row in seed.rows if not seed.proposal else ():
            for who in city.people:
                answer = register(city.made, who.caller, collection.entity, row)
                refusal = None if _may_write(operation, seed, row, who) else FORBIDDEN
                if refusal is None and (seed.once or _is_named(city, row, city.seeded.named)):  # there: changed since
                    refusal = (409, "already_exists")
                _is_as_it_should(city, answer, refusal, (operation, row, who), changes=False)


def test_a_row_is_changed_by_those_whose_it_is(city: City) -> None:
    for operation, collection, seed in city.of_collections("patch", "/{key}"):
        for row in seed.rows:
            for who in city.people:
                path = operation.path.replace("{key}", id_of(collection.entity, row))
                answer = who.caller.patch(path, seed.patch_of.get(who.role, seed.patch))
                refusal = _refusal(operation, seed, row, who)
                if seed.leads and who != city.seeded.lead and not _is_named(city, row, who):
                    refusal = FORBIDDEN
                _is_as_it_should(city, answer, refusal, (operation, row, who))


def _is_named(city: City, row: Row, who: Who) -> bool:
    """Whether somebody was named in an audit case: it stands in no row, since it is a key."""
    return (row.get("audit_case", row.get("code")), who) == ("homes", city.seeded.named)


def test_what_else_may_be_done_to_a_row_is_done_by_those_whose_it_is(city: City) -> None:
    client = city.made.app.test_client()
    for method in ("post", "delete"):
        for operation, collection, seed in city.of_collections(method, "/.+"):
            move = seed.moves[operation.move]
            for row in seed.rows:
                key = id_of(collection.entity, row)
                for who in city.people if move.of(key) else ():
                    answer = client.open(
                        operation.path.replace("{key}", key),
                        method=operation.method,
                        json=move.body(key),
                        headers={**who.caller.headers, "If-Match": "*"},
                    )
                    refusal = _refusal(operation, seed, row, who)
                    if refusal is None and move.roles and who.role not in move.roles:
                        refusal = FORBIDDEN
                    if seed.leads and who != city.seeded.lead and not _is_named(city, row, who):
                        refusal = FORBIDDEN
                    _is_as_it_should(city, answer, refusal, (operation, row, who))


def _may_write(operation: Operation, seed: Seed, row: Row, who: Who) -> bool:
    return who.role in operation.roles and who.is_meant(seed.written(row))


def _refusal(operation: Operation, seed: Seed, row: Row, who: Who) -> Refusal | None:
    """How a write of a row that is there should be refused: what is hidden is not there; None: it should be done."""
    if _may_write(operation, seed, row, who):
        return None
    hidden = who.role in operation.roles and not who.is_meant(seed.told(row))
    return NOT_FOUND if hidden else FORBIDDEN


def _is_as_it_should(
    city: City, answer: TestResponse, refusal: Refusal | None, told: Any, *, changes: bool = True
) -> None:
    """Refused like this, and nothing changed, in the log or at the broker; or done, and whether that is a change."""
    changed = city.trial.taken()
    if refusal is None:
        assert answer.status_code in (200, 201, 204), (told, answer.text)
        assert bool(changed) is changes, (told, changed)
    else:
        assert ((answer.status_code, reason(answer)), changed) == (refusal, {}), (told, answer.text)


def test_a_file_is_imported_by_those_whose_its_rows_are(city: City) -> None:
    for operation in city.operations:
        if operation.name not in KIND_OF:
            continue
        kind = KIND_OF[operation.name]
        seed = SEEDS[kind.collection.entity]
        for row in seed.rows:
            wanted = {**row, **(seed.patch if kind.amends else seed.sibling), **seed.lines.get(kind.name, NOTHING)}
            for who in city.people:
                answer = upload(city.made, who.caller, kind.name, file_of(kind, [wanted]), KEEP)
                told: Any = answer.json
                changed = city.trial.taken()
                if who.role not in operation.roles:
                    assert (answer.status_code, reason(answer), changed) == (403, "forbidden", {}), (operation, who)
                elif who.is_meant(seed.written(row)):
                    assert (answer.status_code, bool(changed)) == (200, True), (row, answer.text)
                else:
                    assert (answer.status_code, told["outcome"], changed) == (422, "REFUSED", {}), (row, who)
                    reasons = {fault["reason"] for fault in told["faults"]}
                    assert reasons <= {"forbidden", "not_found"}, (row, who, told)


def test_what_is_the_same_for_everybody_is(city: City) -> None:
    for operation in city.operations:
        if operation.name in THE_SAME_FOR_EVERYBODY:
            csv = "?format=csv" if operation.name.endswith("_template") else ""  # in an XLSX stands when it was made
            answers = [who.caller.get(operation.path + csv) for who in city.people]
            allowed = [answer for answer in answers if answer.status_code != 403]
            assert {answer.status_code for answer in allowed} == {200}
            assert len({answer.data for answer in allowed}) == 1, operation


def test_what_is_of_the_whole_city_is_for_no_role_of_a_scope(city: City) -> None:
    client = city.made.app.test_client()
    somebody = city.people[-1].key
    for name, (roles, wanted) in OF_THE_WHOLE_CITY.items():
        operation = city.named(name)
        assert not roles & OF_A_SCOPE
        for who in city.people:
            path = operation.path.replace("{key}", somebody) + ("?purpose=audit" if name == "get_changes" else "")
            answer = client.open(path, method=operation.method, json=wanted, headers=who.caller.headers)
            changed = bool(city.trial.taken())
            if who.role in roles:
                assert (answer.status_code // 100, changed) == (2, operation.method != "get"), (name, who, answer.text)
            else:
                assert ((answer.status_code, reason(answer)), changed) == (FORBIDDEN, False), (name, who)
    assert {who.role for who in city.people} == set(ROLES)


def test_before_anybody_is_signed_in_it_does_not_matter_who_calls(city: City) -> None:
    client = city.made.app.test_client()
    bodies = {"get_token": {"key": "k-nobody", "secret": "wrong"}, "set_password": opening("nobody", "wrong")}
    for operation in map(city.named, sorted(BEFORE_ANYBODY_IS_SIGNED_IN)):
        assert operation.roles == ()
        for headers in ({}, *(who.caller.headers for who in (city.people[0], city.people[-1]))):
            answer = client.open(
                operation.path, method=operation.method, json=bodies.get(operation.name), headers=headers
            )
            refusal = (401, "bad_credentials") if operation.name in bodies else NOT_FOUND  # no provider is configured
            assert ((answer.status_code, reason(answer)), city.trial.taken()) == (refusal, {}), operation


def test_an_import_is_told_to_who_imported_it_and_who_reads_everything(city: City) -> None:
    for who in city.people:
        theirs = {key for key, importer in city.seeded.imports.items() if who.everything or importer == who}
        listed = who.caller.get("/v1/imports")
        if who.role not in city.named("list_imports").roles:
            assert (listed.status_code, reason(listed)) == FORBIDDEN, who
            theirs = set()
        else:
            assert told_ids(BY_ENTITY["import"], listed) == theirs, who
        for key in city.seeded.imports:
            expected = 200 if key in theirs else 404 if who.role in city.named("get_import").roles else 403
            for path in (f"/v1/imports/{key}", f"/v1/histories/import/{key}"):
                assert who.caller.get(path).status_code == expected, (path, who)


def test_an_import_is_undone_by_who_imported_it_or_an_administrator(city: City) -> None:
    roles = city.named("undo_import").roles
    for (key, importer), who in product(city.seeded.imports.items(), city.people):
        answer = who.caller.post(f"/v1/imports/{key}/undo", {"reason": "传错了"})
        refusal = None if who.role == "administrator" or who == importer else NOT_FOUND
        _is_as_it_should(city, answer, refusal if who.role in roles else FORBIDDEN, (key, who))


def test_a_job_is_told_to_who_sent_it_and_administrators(city: City) -> None:
    roles = city.named("get_import_job").roles
    for (key, importer), who in product(city.seeded.jobs.items(), city.people):
        answer = who.caller.get(f"/v1/imports/jobs/{key}")
        expected = 200 if who.role == "administrator" or who == importer else 404
        assert answer.status_code == (expected if who.role in roles else 403), (key, who)


def test_what_is_confidential_is_told_to_those_named_only(city: City) -> None:
    operation, seed = city.named("get_audit_entry_text"), SEEDS["audit_entry"]
    assert len({row["audit_case"] for row in seed.rows}) > 1
    for row, who in product(seed.rows, city.people):
        answer = who.caller.get(operation.path.replace("{key}", id_of("audit_entry", row)))
        named = who == city.seeded.lead or _is_named(city, row, who)
        expected = (200 if named else 403) if row.get("confidential") else 404
        assert answer.status_code == (expected if who.role in operation.roles else 403), (row, who)


def test_what_relies_on_a_document_is_told_to_those_who_may_read_what_relies(city: City) -> None:
    operation = city.named("list_document_reliances")
    readers = {str(collection.entity): collection.access.readers for collection in BY_ENTITY.values()}
    relying = [(entity, row) for entity, seed in SEEDS.items() for row in seed.rows if DIGEST in row.values()]
    assert len(relying) > 15
    for who in city.people:
        answer = who.caller.get(operation.path.replace("{key}", DIGEST))
        if who.role not in operation.roles:
            assert (answer.status_code, reason(answer)) == FORBIDDEN
            continue
        told: Any = answer.json
        assert {(each["entity"], each["id"]) for each in told} == {
            (entity, id_of(entity, row))
            for entity, row in relying
            if who.role in readers[entity] and who.is_meant(SEEDS[entity].told(row))
        }, who
