"""Version 1 stays version 1: what was written to it, and for it, works with today's contracts."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from shared.contracts.json_schemas import CONTRACTS, Contract, schema_of
from tests.contracts.compatibility import Side, breaks
from tests.contracts.mutations import mutations

FROZEN = Path("tests/contracts/v1")


def frozen(contract: Contract) -> dict[str, Any]:
    return dict(json.loads((FROZEN / f"{contract.name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_today_s_contract_breaks_nobody_who_keeps_to_version_1(contract: Contract) -> None:
    side: Side = "consumed" if contract.consumed else "published"
    assert breaks(frozen(contract), schema_of(contract), side) == []


def test_every_contract_has_a_frozen_first_version() -> None:
    assert {path.stem for path in FROZEN.glob("*.json")} == {contract.name for contract in CONTRACTS}


@pytest.mark.parametrize("side", get_args(Side))
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_change_that_breaks_somebody_is_named_and_no_other(contract: Contract, side: Side) -> None:
    schema = frozen(contract)
    tried = list(mutations(schema))
    assert len(tried) > 10
    wrong = []
    for mutation in tried:
        expected = mutation.breaks_consumed if side == "consumed" else mutation.breaks_published
        if bool(breaks(schema, mutation.schema, side)) != expected:
            wrong.append((mutation.says, "expected to break" if expected else breaks(schema, mutation.schema, side)))
    assert wrong == []


SMALL: dict[str, Any] = {
    "$ref": "#/$defs/A",
    "$defs": {
        "A": {
            "type": "object",
            "properties": {"on": {"enum": ["a", "b"]}, "n": {"type": "integer", "maximum": 9, "default": 0}},
            "required": ["on"],
        }
    },
}


@pytest.mark.parametrize(
    ("change", "side", "sentence"),
    [
        ({"on": {"enum": ["a"]}}, "consumed", "A.on: 'b' is no longer taken"),
        ({"on": {"enum": ["a", "b", "c"]}}, "published", "A.on: 'c' may now come, which nobody expects"),
        ({"n": {"type": "integer", "maximum": 8, "default": 0}}, "consumed", "A.n: maximum was 9 and is now 8"),
        ({"n": {"type": "string", "default": 0}}, "consumed", "A.n: type was integer and is now string"),
        (
            {"n": {"type": "integer", "maximum": 9, "default": 1}},
            "consumed",
            "A.n, where absent, meant 0 and now means 1",
        ),
    ],
)
def test_a_sentence_names_what_breaks_and_where(change: dict[str, Any], side: Side, sentence: str) -> None:
    changed: dict[str, Any] = json.loads(json.dumps(SMALL))
    changed["$defs"]["A"]["properties"] |= change
    assert breaks(SMALL, changed, side) == [sentence]


def test_a_keyword_that_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="A: cannot compare multipleOf"):
        breaks(SMALL, {**SMALL, "$defs": {"A": {"multipleOf": 3}}}, "consumed")
