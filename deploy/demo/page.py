"""The report as one HTML file that opens without a server: everything it shows is in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from deploy.demo.balancing import COLUMNS, FORMULA_EN, FORMULA_ZH, REASONED, ZH, balances, line_of
from deploy.demo.cells import cell
from deploy.demo.expecting import parameters
from deploy.demo.pictures import pictures
from deploy.demo.reading import METRICS, OF_HOMES, OF_VENUES
from shared.contracts.vocabulary import DISTRICTS

Json = dict[str, Any]
_TEMPLATES = Path(__file__).parent / "templates"
_DISTRICT = {district.code: district for district in DISTRICTS}


def page(document: Json) -> str:
    """The page of a report's document (see :mod:`deploy.demo.document`)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    figures, metrics = document["figures"], document["metrics"]
    template = environment.get_template("report.html")
    return template.render(
        **{name: document[name] for name in ("window", "city", "played", "seed", "made_at", "registry_sequence")},
        days=len(document["days"]),
        last_day=document["days"][-1],
        coverage_min=parameters(metrics)["coverage_min"],
        n=lambda number: f"{number:,}",
        tiles=[_tile(metrics[metric], figures[f"{metric} programme"]) for metric in METRICS],
        charts=pictures(document),
        tables=list(_tables(document)),
        disturbances=[_disturbance(document, one) for one in document["disturbances"]],
        ledger=_ledger(document["ledger"], document["names"]),
        metrics=[metrics[m] | {"input_hash": figures[f"{m} programme"]["input_hash"]} for m in METRICS],
    )


def _tile(metric: Json, figure: Json) -> Json:
    return {**cell(figure), "id": metric["id"], **_named(metric)}


def _named(metric: Json) -> Json:
    return {"zh": metric["name"]["zh"], "en": metric["name"]["en"]}


def _tables(document: Json) -> Sequence[Json]:
    homes = {"zh": "全屋智能试点", "en": "pilots, by site and district", "first": "试点 pilot", "of": "pilots"}
    venues = {"zh": "虚拟现实场所", "en": "VR venues, by site and district", "first": "场所 venue", "of": "venues"}
    return [
        _table(document, homes, OF_HOMES),
        _table(document, venues, OF_VENUES),
    ]


def _table(document: Json, about: Json, columns: Sequence[str]) -> Json:
    metrics = document["metrics"]
    rows: list[Json] = []
    for scope in document["scopes"][about["of"]]:
        kind = scope.partition(":")[0]
        begins = bool(rows) and rows[-1]["kind"] != kind
        cells = [cell(document["figures"][f"{metric} {scope}"]) for metric in columns]
        place = document["places"].get(scope, "")
        apart = "sum" if kind == "programme" else "apart" if begins else ""
        rows.append({"name": document["names"][scope], "place": place, "cells": cells, "kind": kind, "apart": apart})
    return {**about, "columns": [{"id": m, **_named(metrics[m])} for m in columns], "rows": rows}


def _disturbance(document: Json, one: Json) -> Json:
    effects = [
        {
            "id": effect["metric"],
            **_named(document["metrics"][effect["metric"]]),
            "scope": document["names"].get(effect["scope"]) or _smaller(effect["scope"]),
            "before": cell(effect["before"]),
            "after": cell(effect["after"]),
        }
        for effect in one["effects"]
    ]
    return one | {"effects": effects}


def _smaller(scope: str) -> str:
    """A scope within a site, which has no name of its own."""
    kind, _, key = scope.partition(":")
    return f"{ {'dwelling': '住房', 'slot': '点位', 'device': '设备'}[kind] } {kind} {key}"


def _ledger(rows: Sequence[Json], names: Mapping[str, str]) -> Json:
    """One line a vendor, and all of them; a sum of which a part is not known is not known."""
    sums: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    unknown: set[tuple[str, str]] = set()
    for row in rows:
        line = line_of(row)
        for vendor in (row["vendor"], ""):
            sums.setdefault(vendor, Counter()).update({name: count or 0 for name, count in line.items()})
            unknown |= {(vendor, name) for name, count in line.items() if count is None}
            for name in REASONED:
                reasons.setdefault(vendor, Counter()).update(row[name])
    return {
        "columns": [{"zh": ZH[name], "en": name.replace("_", " ")} for name in COLUMNS],
        "zh": FORMULA_ZH,
        "en": FORMULA_EN,
        "lines": len(rows),
        "balanced": sum(balances(line_of(row)) for row in rows),
        "rows": [
            {
                "vendor": names[f"vendor:{vendor}"] if vendor else "合计 total",
                "slug": vendor,
                "cells": ["?" if (vendor, name) in unknown else f"{sums[vendor][name]:,}" for name in COLUMNS],
                "reasons": "，".join(f"{reason} {count:,}" for reason, count in sorted(reasons[vendor].items())),
                "sum": not vendor,
            }
            for vendor in sorted(sums, key=lambda vendor: (not vendor, vendor))
        ],
    }


def district_name(code: str) -> str:
    """A district in both languages."""
    district = _DISTRICT[code]
    return f"{district.name_zh} {district.name_en}"
