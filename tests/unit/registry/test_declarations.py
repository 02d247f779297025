"""What is declared twice says the same: contract, schema, table, message catalogues."""

import ast
import json
import re
from pathlib import Path

import pytest

from services.registry.adapters.sql_tables import TABLES
from services.registry.collection import Collection
from services.registry.entities import COLLECTIONS
from services.registry.entities_audit import BEGIN_WITH_A_SITE
from shared.contracts.problems import STATUS
from shared.contracts.registry import ENTITIES

MESSAGES = {
    language: json.loads(Path(f"shared/runtime/messages/{language}.json").read_text(encoding="utf-8"))
    for language in ("zh-CN", "en")
}
SOURCES = [path for path in Path("services/registry").rglob("*.py") if "migrations" not in path.parts]
WORDS = re.compile(r"^(rule|detail|entity)\.[a-z_]+$")


def every_collection() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda collection: collection.path)


def test_every_entity_of_the_contract_has_a_table_and_a_collection_but_keys() -> None:
    assert set(TABLES) == set(ENTITIES)
    assert {collection.entity for collection in COLLECTIONS} == set(ENTITIES) - {"key"}


@every_collection()
def test_a_schema_has_exactly_the_fields_of_its_contract(collection: Collection) -> None:
    assert set(collection.schema().fields) == set(collection.kind.__struct_fields__)


@every_collection()
def test_a_table_has_every_field_of_its_contract(collection: Collection) -> None:
    assert set(collection.kind.__struct_fields__) <= set(TABLES[collection.entity].c.keys())


@every_collection()
def test_a_collection_names_only_fields_that_exist(collection: Collection) -> None:
    fields = set(collection.kind.__struct_fields__)
    named = {*collection.key, *collection.filters, *collection.amendable}
    assert named | {field for reference in collection.references for field in reference.fields} <= fields
    assert not {*collection.key, *collection.filters} & set(collection.amendable)  # filters hold as of any day


def test_a_parent_comes_before_its_children() -> None:
    before: set[str] = set()
    for collection in COLLECTIONS:
        assert {reference.entity for reference in collection.references} <= before
        before.add(collection.entity)


def test_the_ids_that_begin_with_a_site_are_those_whose_first_word_is_one() -> None:
    sites = {
        collection.entity for collection in COLLECTIONS if collection.key[0] in ("pilot", "venue", "site", "place")
    }
    assert sites | {"pilot", "venue"} == BEGIN_WITH_A_SITE


def words_in(path: Path) -> set[str]:
    """Every key of the catalogue that a file spells out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.match(node.value)
    }


@pytest.mark.parametrize("language", MESSAGES)
def test_everything_the_registry_says_is_in_the_catalogue(language: str) -> None:
    said = set().union(*map(words_in, SOURCES))
    said |= {f"entity.{entity}" for entity in (*ENTITIES, "site")}
    said |= {f"title.{reason}" for reason in STATUS}
    assert said - MESSAGES[language].keys() == set()


def test_both_languages_fill_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    both = MESSAGES["zh-CN"].keys() & MESSAGES["en"].keys()
    assert {key for key in both if places(MESSAGES["zh-CN"][key]) != places(MESSAGES["en"][key])} == set()


def test_no_rule_of_the_catalogues_is_unsaid() -> None:
    said = set().union(*map(words_in, Path("services").rglob("*.py")))
    rules = {key for key in MESSAGES["en"] if key.startswith("rule.")}
    assert rules - said == set()
