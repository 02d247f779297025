"""Figures are integers to the last step, and their inputs have one hash."""

import hashlib
import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import rfc8785
from hypothesis import given, strategies as st

from services.adoption.definitions import ACTIVATION, DEFINITIONS, USES
from services.adoption.figures.counted import Counted, Coverage, Ratio, Window
from services.adoption.figures.figure import AsOf, Figure, make, percent
from services.adoption.figures.input_hash import input_hash
from services.adoption.figures.scopes import Scope

WINDOW = Window(date(2024, 2, 26), date(2024, 3, 4))
SITE = Scope("site", "xili")
CELLS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.lists(st.lists(CELLS, max_size=4), max_size=5)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percent_is_rounded_half_up_from_exact_integers(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    # half up of a quotient that Decimal itself had to round could differ only beyond its 28 digits
    assert percent(numerator, denominator) == str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_percent_of_an_eighth_of_a_hundredth_goes_up() -> None:
    assert percent(1, 800) == "0.13"
    assert percent(1, 3) == "33.33"
    assert percent(2, 3) == "66.67"


def canonical(value: Any) -> Any:
    return str(value) if type(value) is int and abs(value) > 2**53 - 1 else value


@given(ROWS, st.randoms())
def test_the_input_hash_is_that_of_the_rfc_8785_form_with_rows_sorted(rows: list[list[Any]], chance: Any) -> None:
    plain = [[canonical(value) for value in row] for row in rows]
    document: Any = {
        "definition": {"id": "V2", "version": 1},
        "scope": {"kind": "site", "id": "xili"},
        "window": {"from": "2024-02-26", "to": "2024-03-04"},
        "parameters": {"coverage_min": 90, "merge_gap_s": 60, "shortest_s": 60, "longest_s": 3600},
        "rows": sorted(plain, key=rfc8785.dumps),
    }
    expected = hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    chance.shuffle(rows)
    assert input_hash(USES, SITE, WINDOW, rows) == expected


def test_the_input_hash_changes_with_definition_scope_and_window() -> None:
    other = Window(WINDOW.start, date(2024, 3, 5))
    hashes = {
        input_hash(USES, SITE, WINDOW, []),
        input_hash(ACTIVATION, SITE, WINDOW, []),
        input_hash(USES, Scope("programme"), WINDOW, []),
        input_hash(USES, SITE, other, []),
        input_hash(USES, SITE, WINDOW, [["a"]]),
    }
    assert len(hashes) == 5


def figure(unaffected: int, everything: int) -> Figure:
    counted = Counted(
        total=Ratio(everything, everything),
        observed=Ratio(unaffected, unaffected),
        coverage=Coverage("slot", unaffected, everything),
        removed={"retired": 1},
        applicable=everything > 0,
        rows=lambda part: [],
        inputs=[],
    )
    return make(ACTIVATION, SITE, WINDOW, counted, AsOf(None, 0, 7))


def test_below_nine_tenths_of_coverage_no_rate_is_given_but_its_integers_are() -> None:
    assert (figure(9, 10).status, figure(9, 10).conservative) == (None, (10, 10, "10/10", "100.00"))
    assert (figure(89, 100).status, figure(89, 100).conservative) == ("INSUFFICIENT", (100, 100, None, None))
    assert figure(89, 100).observed == (89, 89, None, None)


def test_a_denominator_of_zero_is_not_applicable_and_no_rate() -> None:
    assert (figure(0, 0).status, figure(0, 0).conservative) == ("NOT_APPLICABLE", (0, 0, None, None))


def test_every_reason_to_remove_is_printed_also_where_it_removed_nothing() -> None:
    assert figure(1, 1).removed == {"not_installed": 0, "retired": 1}


def test_every_definition_has_words_in_both_languages_and_integer_parameters() -> None:
    for definition in DEFINITIONS.values():
        words = [definition.name, definition.formula, definition.numerator, definition.window]
        words += [*definition.exclusions.values(), *definition.reasons.values(), *definition.findings.values()]
        words += [*definition.apart.values(), *definition.notes.values()]
        words += [parameter.meaning for parameter in definition.parameters]
        assert all(text.zh and text.en for text in words)
        assert all(type(parameter.value) is int for parameter in definition.parameters)
        assert definition.parameter("coverage_min") == 90
        assert json.dumps(definition, default=str)
