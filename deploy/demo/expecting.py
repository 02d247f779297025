"""Every figure beside an independent count: what the simulator's oracle counts in what was sent and registered.

The oracle (``python -m simulators expect``) shares no code with the services. It reads the city's registry rows, the
file of what was sent, the approved outages and the parameters that ``GET /v1/metrics`` publishes. Of all seven metrics
it gives, by site, by district and in all, the integers that :func:`reported` names; of an installation its uses.
"""

from collections.abc import Mapping
from typing import Any

from deploy.demo.reading import METRICS

Json = dict[str, Any]
Parts = dict[str, int | None]


def parameters(metrics: Mapping[str, Json]) -> dict[str, int]:
    """The numbers that the service's definitions depend on, by key."""
    return {each["key"]: each["value"] for metric in metrics.values() for each in metric["parameters"]}


# Policy 7.3 and 7.5; the intervals are capped by policy 7.2: mains 15 min, battery 4 h, leak and smoke 24 h.
_OF_THE_POLICY = {"merge_gap_s": 60, "shortest_s": 60, "longest_s": 3_600, "affected_minutes": 60}
_LONGEST_S = (900, 14_400, 86_400)


def parameter_differences(told: Mapping[str, int]) -> list[str]:
    """Every number of the rules that is not the policy page's, though service and oracle would agree on it."""
    found = [
        f"parameter {key}: {told.get(key)}, and {value} by the policy"
        for key, value in _OF_THE_POLICY.items()
        if told.get(key) != value
    ]
    longest = {key: value for key, value in told.items() if key.startswith("interval_max_s.")}
    lacking = [] if longest else ["parameter interval_max_s.*: none is told"]
    wrong = {key: value for key, value in sorted(longest.items()) if value not in _LONGEST_S}
    return (
        found
        + lacking
        + [f"parameter {key}: {value}, and one of {_LONGEST_S} by the policy" for key, value in wrong.items()]
    )


def expected_figures(expected: Json) -> dict[str, Parts]:
    """The oracle's integers by ``METRIC SCOPE``."""
    found: dict[str, Parts] = {}
    for metric in METRICS:
        counted = expected[metric]
        if metric == "V2":
            counted = _uses(counted)
        found |= {f"{metric} site:{slug}": parts for slug, parts in counted["sites"].items()}
        found |= {f"{metric} district:{code}": parts for code, parts in counted["districts"].items()}
        found[f"{metric} programme"] = counted["total"]
    of_installations = expected["V2"]["installations"].items()
    return found | {f"V2 installation:{key}": {"numerator": uses} for key, uses in of_installations}


def _uses(counted: Json) -> Json:
    """Uses, a bare number each, with the coverage beside them."""
    covered = counted["coverage"]
    by_place = {
        kind: {key: {"numerator": uses} | covered[kind][key] for key, uses in counted[kind].items()}
        for kind in ("sites", "districts")
    }
    return {**by_place, "total": {"numerator": counted["total"]} | covered["total"]}


def reported(figure: Json) -> Parts:
    """The integers of a figure as the service reports it; a count has no denominator."""
    coverage, observed = figure["coverage"], figure["observed"]
    parts = {"numerator": figure["numerator"], "unaffected": coverage["unaffected"], "all": coverage["all"]}
    if figure["denominator"] is None:
        return parts
    return parts | {"denominator": figure["denominator"], "observed_numerator": observed["numerator"]}


def figure_differences(expected: Mapping[str, Parts], figures: Mapping[str, Json]) -> list[str]:
    """Every figure that is not what the oracle counted, that it did not count, or that is not reported."""
    found = []
    for name in sorted(expected.keys() | figures.keys()):
        wanted = expected.get(name)
        got = reported(figures[name]) if name in figures else None
        if wanted is not None and got is not None and name.startswith("V2 installation:"):
            got = {"numerator": got["numerator"]}
        if got != wanted:
            found.append(f"figure {name}: expected {wanted}, reported {got}")
    return found
