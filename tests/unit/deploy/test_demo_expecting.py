"""The demo says so where a figure is not what the simulator counted, or a planned outage is not what was drafted."""

from typing import Any

import pytest

from deploy.demo.checking import outage_differences
from deploy.demo.expecting import Parts, expected_figures, figure_differences, parameter_differences, parameters

Json = dict[str, Any]
RATE: Parts = {"numerator": 3, "denominator": 4, "observed_numerator": 2, "unaffected": 3, "all": 4}
COUNT: Parts = {"numerator": 1, "unaffected": 2, "all": 2}


def reported_rate(**changes: Any) -> Json:
    whole = {"numerator": 3, "denominator": 4, "observed": {"numerator": 2}, "coverage": {"unaffected": 3, "all": 4}}
    return whole | changes


def counted() -> Json:
    rate = {"total": RATE, "sites": {"s": RATE}, "districts": {"futian": RATE}}
    count = {"total": COUNT, "sites": {"s": COUNT}, "districts": {"futian": COUNT}}
    covered = {"unaffected": 2, "all": 2}
    uses = {"total": 1, "sites": {"s": 1}, "districts": {"futian": 1}, "installations": {"s/z/i": 1}}
    coverage = {"total": covered, "sites": {"s": covered}, "districts": {"futian": covered}}
    return {**dict.fromkeys(("H4", "H6", "H7", "H7a", "V5"), rate), "H1": count, "V2": uses | {"coverage": coverage}}


def test_all_seven_metrics_are_expected_of_sites_districts_and_the_programme() -> None:
    expected = expected_figures(counted())

    scopes = ("site:s", "district:futian", "programme")
    wanted = {f"{metric} {scope}" for metric in ("H1", "H4", "H6", "H7", "H7a", "V2", "V5") for scope in scopes}
    assert expected.keys() == wanted | {"V2 installation:s/z/i"}
    assert expected["V2 site:s"] == COUNT


def test_figures_that_agree_differ_in_nothing() -> None:
    count = {"numerator": 1, "denominator": None, "observed": {"numerator": 1}, "coverage": {"unaffected": 2, "all": 2}}
    expected = expected_figures(counted())

    same = {name: count if name.startswith(("H1", "V2")) else reported_rate() for name in expected}

    assert figure_differences(expected, same) == []


@pytest.mark.parametrize(
    "change",
    [
        {"numerator": 4},
        {"denominator": 5},
        {"observed": {"numerator": 3}},
        {"coverage": {"unaffected": 4, "all": 4}},
        {"coverage": {"unaffected": 3, "all": 3}},
    ],
)
def test_any_integer_of_a_figure_that_differs_is_named(change: Json) -> None:
    (found,) = figure_differences({"H4 site:s": RATE}, {"H4 site:s": reported_rate(**change)})

    assert found.startswith("figure H4 site:s: expected")


def test_a_figure_on_one_side_only_is_a_difference() -> None:
    assert len(figure_differences({"H4 site:s": RATE}, {})) == 1
    assert len(figure_differences({}, {"H4 site:s": reported_rate()})) == 1


def test_the_parameters_are_those_of_all_definitions() -> None:
    metrics = {
        "V2": {"parameters": [{"key": "longest_s", "value": 3600}]},
        "H7": {"parameters": [{"key": "affected_minutes", "value": 60}]},
    }

    assert parameters(metrics) == {"longest_s": 3600, "affected_minutes": 60}


@pytest.mark.parametrize(("early_ms", "late_ms", "fits"), [(0, 0, 1), (60_000, 60_000, 1), (60_001, 0, 0), (-1, 0, 0)])
def test_a_drafted_outage_is_the_planned_one_to_a_heartbeat(early_ms: int, late_ms: int, fits: int) -> None:
    planned = {"id": "outage-1", "kind": "vendor_outage", "vendor": "a", "feed": "f", "from_ms": 10**6, "to_ms": 10**7}
    drafted = {"vendor": "a", "feed": "f", "from_ms": 10**6 - early_ms, "to_ms": 10**7 + late_ms, "state": "APPROVED"}

    assert len(outage_differences([planned], [drafted])) == 2 * (1 - fits)  # one lacks, and one is too many
    assert len(outage_differences([planned], [drafted | {"feed": "g"}])) == 2
    assert len(outage_differences([planned], [drafted | {"state": "DRAFT"}])) == 1 + 2 * (1 - fits)
    assert len(outage_differences([], [drafted | {"to_ms": None}])) == 1


def test_numbers_that_are_not_the_policys_are_differences() -> None:
    policys = {"merge_gap_s": 60, "shortest_s": 60, "longest_s": 3600, "affected_minutes": 60}
    told = policys | {"interval_max_s.LIGHTING": 900, "interval_max_s.LIFE_SAFETY": 86_400}

    assert parameter_differences(told) == []
    assert len(parameter_differences(told | {"longest_s": 600})) == 1
    assert len(parameter_differences(told | {"interval_max_s.LIGHTING": 960})) == 1
    assert len(parameter_differences(policys)) == 1
    assert len(parameter_differences({})) == 5
