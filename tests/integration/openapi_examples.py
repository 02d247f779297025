"""Requests made from the OpenAPI, valid and invalid, with the ids and rows of a city in them; and what is checked.

schemathesis makes a request from an operation's schemas and says whether it is valid by them. What in it is valid may
be replaced by something real, which is valid too: an id that there is, a row that can be registered, a version.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any, NamedTuple

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed as seeded, settings, strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.registry.fields import EARLIEST, LATEST
from services.registry.importing.kinds import KINDS
from shared.contracts.problems import MEDIA_TYPE, STATUS, TYPE_PREFIX
from shared.runtime.catalogue import say
from tests.integration.registry_city import PASSWORD, Seeded, Who, file_of, opening, sent
from tests.integration.registry_rows import BY_ENTITY, CONTENTS, HEIR, NEWCOMER, NOTHING, SEEDS, Seed, id_of
from tests.integration.registry_under_test import PURPOSE

EXAMPLES = int(os.environ.get("PILOTLIGHT_EXAMPLES", "12"))  # per operation
SEED = int(os.environ.get("PILOTLIGHT_SEED", "20261129"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
_REFUSALS = ["400", "401", "403", "404", "409", "412", "415", "422", "428", "429"]
_CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": _REFUSALS}}}
# What a request is told that is not valid by its schemas: one that is must never be told this.
FORMAL = (
    "Missing data for required field.",
    "Unknown field.",
    "Field may not be null.",
    "Not a valid string.",
    "Not a valid integer.",
    "Not a valid number.",
    "Not a valid boolean.",
    "Not a valid list.",
    "Not a valid mapping type.",
    "Invalid input type.",
    *(
        f"rule.{word}"
        for word in (
            *("slug", "device", "dwelling_ref", "place", "digest", "month", "time", "printable", "idempotency_key"),
            *("one_of", "between", "length", "distinct", "rows", "nothing_to_amend"),
            *("day_range", "limit", "changes_limit", "after", "wait", "format"),
        )
    ),
)
AnyCase = Case[Any]
_FEW = 3
_ALIKE = 5  # requests from one that was made: to make it takes longer than to answer it
_ONE_IN = 4  # is invalid: to make it takes longer, and most are refused for the same
_BODY, _PATH, _HEADER = ParameterLocation.BODY, ParameterLocation.PATH, ParameterLocation.HEADER
_QUERY, _BYTES = ParameterLocation.QUERY, "application/octet-stream"

schemathesis.openapi.format("date", st.dates(EARLIEST, LATEST).map(date.isoformat))  # of all dates, few would do


class Operation(NamedTuple):
    """An operation of the OpenAPI, as schemathesis has it, and what is real for it: ids, bodies by media type, query.

    ``roles``: who may call it; anybody, where it is not said.
    """

    name: str
    valid: Any  # of which valid requests are made: lists in bodies are short, which makes them a hundred times faster
    invalid: Any  # None: it takes nothing that could be invalid
    ids: Sequence[Mapping[str, str]]
    bodies: Mapping[str, Sequence[Any]]
    query: Mapping[str, str]
    roles: Sequence[str]


def operations(city: Seeded) -> dict[str, Operation]:
    """Every operation of a registry, by its name."""
    made = city.made
    spec: Any = made.app.test_client().get("/v1/openapi.json").json
    for item in spec["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)  # who calls is not the examples' to say
                content = operation.get("requestBody", {}).get("content", {})
                if _BYTES in content:  # what a file is its bytes say: none is made from a schema
                    operation["requestBody"]["content"] = {_BYTES: content[_BYTES]}
    key = made.admin.post("/v1/keys", {"name": "an auditor", "role": "auditor"}).json
    valid, invalid = _loaded(made.app, _with_short_bodies(spec)), _loaded(made.app, spec)
    return {name: _operation(name, valid[name], invalid[name], key, city) for name in valid}


def _loaded(app: Flask, spec: Any) -> dict[str, Any]:
    schema: Any = schemathesis.openapi.from_dict(spec, config=SchemathesisConfig.from_dict(_CONFIG))
    schema.app = app
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


def _with_short_bodies(spec: Any) -> Any:
    short = deepcopy(spec)
    for item in short["paths"].values():
        for operation in (each for each in item.values() if isinstance(each, dict)):
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = _short(content["schema"], spec["components"]["schemas"])
    return short


def _short(schema: Any, components: Mapping[str, Any]) -> Any:
    """A schema without references, of which no list or mapping has more than a few items."""
    if isinstance(schema, list):
        return [_short(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _short(components[schema["$ref"].rpartition("/")[2]], components)
    short = {word: _short(value, components) for word, value in schema.items()}
    if schema.get("type") == "array":
        short["maxItems"] = min(_FEW, schema.get("maxItems", _FEW))
    if isinstance(schema.get("additionalProperties"), dict):
        short["maxProperties"] = _FEW
    return short


def _operation(name: str, valid: Any, invalid: Any, key: Any, city: Seeded) -> Operation:
    takes = bool(valid.body) or any(each.location is not _PATH for each in valid.iter_parameters())
    bodies = _bodies(name, valid.path, valid.method, key, city.code)
    query = {"document_kind": "OTHER", "title": "材料(虚构)", "site": "south-home"} if name == "upload_document" else {}
    if any(each.name == "purpose" for each in valid.query):
        query["purpose"] = PURPOSE
    roles = valid.definition.raw.get("x-roles", ())
    return Operation(name, valid, invalid if takes else None, _ids(valid.path, key, city), bodies, query, roles)


def _seed_at(path: str) -> tuple[str, Seed] | None:
    """The entity whose collection is at an address, and its seed."""
    for entity, seed in SEEDS.items():
        if path.split("/")[2:3] == [BY_ENTITY[entity].path]:
            return entity, seed
    return None


def _ids(path: str, key: Any, city: Seeded) -> list[dict[str, str]]:
    """Path parameters that lead somewhere."""
    if "{entity}" in path:
        return [{"entity": entity, "key": id_of(entity, row)} for entity, seed in SEEDS.items() for row in seed.rows]
    if "{key}" not in path:
        return []
    if path.startswith("/v1/keys"):
        return [{"key": key["key"]}]
    if path.startswith("/v1/imports/"):
        return [{"key": each} for each in (city.jobs if "/jobs/" in path else city.imports)]
    entity, seed = _seed_at(path) or ("", None)
    return [{"key": id_of(entity, row)} for row in seed.rows] if seed else []


def _bodies(name: str, path: str, method: str, key: Any, code: str) -> dict[str, list[Any]]:
    """Bodies that an operation takes as they are."""
    for kind in KINDS:
        if name == f"import_{kind.word}":
            seed = SEEDS[kind.collection.entity]
            said = {**(seed.patch if kind.amends else seed.sibling), **seed.lines.get(kind.name, NOTHING)}
            return {"text/csv": [file_of(kind, [{**row, **said} for row in seed.rows]).decode()]}
    if name == "upload_document":
        return {_BYTES: [content.decode() for content in CONTENTS.values()]}
    apart: dict[str, list[Any]] = {
        "get_token": [key, {"login": HEIR, "password": PASSWORD}],
        "create_key": [{"name": "another", "role": "service"}],
        "set_password": [opening(NEWCOMER, code)],
        "undo_import": [{"reason": "传错了"}],
    }
    json = apart.get(name, [])
    if method != "get" and (found := _seed_at(path)):
        json = _bodies_of_collection(*found, path, method)
    return {"application/json": json}


def _bodies_of_collection(entity: str, seed: Seed, path: str, method: str) -> list[Any]:
    word = path.rpartition("/")[2]
    if method == "patch":
        return [dict(patch) for patch in (seed.patch, *seed.patch_of.values())]
    if word in seed.moves:
        keys = [id_of(entity, row) for row in seed.rows]
        return [seed.moves[word].body(key) for key in keys if seed.moves[word].of(key)]
    return [sent(entity, seed.body(row, **more)) for row in seed.rows for more in (NOTHING, seed.sibling)]


@st.composite
def requests(
    draw: st.DrawFn, operation: Operation, mode: GenerationMode, people: Sequence[Who]
) -> list[tuple[AnyCase, Who]]:
    """Requests alike, by anybody: one as it was made, and others of which all that is valid may be something real."""
    one = operation.valid if mode is GenerationMode.POSITIVE else operation.invalid
    made: AnyCase = draw(one.as_strategy(generation_mode=mode))
    alike = [_with_what_is_real(draw, operation, made) for _ in range(_ALIKE)]
    if made.media_type != _BYTES:
        alike[0] = made
    return [(case, draw(st.sampled_from(people))) for case in alike]


def _with_what_is_real(draw: st.DrawFn, operation: Operation, made: AnyCase) -> AnyCase:
    ids, headers, query, body = made.path_parameters, made.headers.copy(), made.query, made.body
    if operation.ids and not _negated(made, _PATH):
        ids = {**ids, **draw(st.sampled_from(operation.ids))}
    if "If-Match" in headers and not _negated(made, _HEADER):
        headers["If-Match"] = draw(st.sampled_from(["*", '"1"', '"1", "2"', '"2"']))
    if operation.query and not _negated(made, _QUERY):
        query = {**operation.query, **(query or {})}
    real = operation.bodies.get(made.media_type or "", ())
    if real and not _negated(made, _BODY):
        body = draw(st.sampled_from(real).flatmap(lambda whole: mixed(whole, made.body)))
    parts = {"path_parameters": ids, "headers": headers, "query": query, "body": body}
    case: AnyCase = made.operation.Case(**parts, cookies=made.cookies, media_type=made.media_type, _meta=made.meta)
    return case


def mixed(real: Any, made: Any) -> st.SearchStrategy[Any]:
    """A real body with some fields of one that was made: each of them is valid."""
    if isinstance(real, list) and isinstance(made, list) and made:
        return mixed(real[0], made[0]).map(lambda row: [row])
    if isinstance(real, dict) and isinstance(made, dict) and made:
        if not real.keys() & made.keys():  # one or the other, as a key or a person that asks for a token
            return st.just(real)
        names = st.lists(st.sampled_from(sorted(made)), max_size=2)
        return names.map(lambda some: {**real, **{name: made[name] for name in some}})
    return st.just(real)


def _negated(case: AnyCase, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def play(operation: Operation, people: Sequence[Who], examples: int = EXAMPLES) -> Counter[tuple[bool, int]]:
    """Send what is real and that many requests more, by the first of people who may, or anybody.

    :returns: how many were valid, or not, and answered by a status
    :raises AssertionError: or a failure of schemathesis, with the smallest request that is answered wrongly
    """
    told: Counter[tuple[bool, int]] = Counter()
    able = next(who for who in people if not operation.roles or who.role in operation.roles)
    for case in _real(operation):
        told[True, _checked(case, able).status_code] += 1
    invalid = 0 if operation.invalid is None else examples // _ONE_IN
    for mode, share in ((GenerationMode.POSITIVE, examples - invalid), (GenerationMode.NEGATIVE, invalid)):
        if share:
            _play(requests(operation, mode, [able] * len(people) + [*people]), share, told)
    return told


def _real(operation: Operation) -> Iterator[AnyCase]:
    """Every real id with every real body, as they are."""
    bodies = [(media_type, body) for media_type, some in operation.bodies.items() for body in some]
    for ids in operation.ids or [{}]:
        for media_type, body in bodies or [("", None)]:
            body_of = {"media_type": media_type, "body": body} if body is not None else {}
            headers = {"If-Match": "*"} if operation.valid.headers.get("If-Match") else {}
            query = dict(operation.query)
            yield operation.valid.Case(path_parameters=dict(ids), headers=headers, query=query, **body_of)


def _play(
    strategy: st.SearchStrategy[list[tuple[AnyCase, Who]]], examples: int, told: Counter[tuple[bool, int]]
) -> None:
    @seeded(SEED)
    @settings(
        max_examples=-(-examples // _ALIKE),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(alike=strategy)
    def some(alike: list[tuple[AnyCase, Who]]) -> None:
        for case, who in alike:
            told[_is_valid(case), _checked(case, who).status_code] += 1

    run: Callable[[], None] = some
    run()


def _checked(case: AnyCase, who: Who) -> Response:
    response = case.call(headers={**who.caller.headers, "Accept-Language": "en"})
    case.validate_response(response, checks=CHECKS)
    problems_are_of_the_contract(response, case)
    what_is_valid_is_not_refused_by_its_form(response, case)
    return response


def _is_valid(case: AnyCase) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive  # what is real is valid


def problems_are_of_the_contract(response: Response, case: AnyCase) -> None:
    """A refusal is a problem of a type and status of the contract, and says where; a file's has a report besides."""
    if response.status_code < 400:
        return
    told = response.headers["content-type"][0]
    if told != MEDIA_TYPE:
        assert (response.status_code, case.operation.path.split("/")[2]) == (422, "imports"), (told, response.text)
        return
    problem = response.json()
    assert STATUS[problem["type"].removeprefix(TYPE_PREFIX)] == problem["status"] == response.status_code
    assert problem["title"]
    assert all(each["pointer"].startswith("#") and each["detail"] for each in problem.get("errors", []))


def what_is_valid_is_not_refused_by_its_form(response: Response, case: AnyCase) -> None:
    """What a valid request is refused for is nothing that its schemas say."""
    if not _is_valid(case):
        return
    assert response.status_code not in (400, 405, 413, 415, 428), response.text
    if response.status_code == 422 and response.headers["content-type"] == [MEDIA_TYPE]:
        formal = tuple(say(word, "en").partition("{")[0] for word in FORMAL)
        assert all(formal)
        errors = [
            each
            for each in response.json().get("errors", [])
            if each["detail"].startswith(formal)
            and "/changes/" not in each["pointer"]  # of an amendment: of any entity
            and each["pointer"] != "#/expires_on"  # until when a key may last moves with the days
            and not each["pointer"].endswith("/slots")  # a design has each code once: uniqueItems is of whole items
        ]
        assert not errors, (errors, case.body, case.query, case.headers)
