"""The report as one HTML file that opens without a server: everything it shows is in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from deploy.demo import charts
from deploy.demo.balancing import COLUMNS, FORMULA_EN, FORMULA_ZH, REASONED, ZH, balances, line_of
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
        n=lambda number: f"{number:,}",
        tiles=[_tile(metrics[metric], figures[f"{metric} programme"]) for metric in METRICS],
        charts=pictures(document),
        tables=list(_tables(document)),
        disturbances=[_disturbance(document, one) for one in document["disturbances"]],
        ledger=_ledger(document["ledger"]),
        metrics=[metrics[m] | {"input_hash": figures[f"{m} programme"]["input_hash"]} for m in METRICS],
    )


def pictures(document: Json) -> list[Json]:
    """The charts, each with its title, a note and its SVG."""
    daily, names = document["daily"], document["names"]
    shaded = document["outage_days"]
    note = "黄底为厂商通道中断之日；覆盖不足之日留空 · shaded: a vendor's outage; a gap: coverage too low"
    uses = [
        {"day": day, "name": names[scope], "value": figure["numerator"]}
        for scope, days in daily["V2"].items()
        for day, figure in days.items()
    ]
    return [
        {
            "zh": "日活跃户率(已交付，下限)",
            "en": "active dwellings, handed over, a lower bound",
            "note": note,
            "svg": charts.daily_rates(_rates(daily["H7a"], names), shaded, "%"),
        },
        {
            "zh": "设备在线率",
            "en": "devices online",
            "note": note,
            "svg": charts.daily_rates(_rates(daily["H6"], names), shaded, "%"),
        },
        {
            "zh": "每日体验人次",
            "en": "uses a day",
            "note": "按场所 · by venue",
            "svg": charts.stacked_days(uses, "人次 uses"),
        },
        {
            "zh": "虚拟现实设施利用率",
            "en": "utilisation of VR installations",
            "note": "开放时间内 · within opening hours",
            "svg": charts.bars(_bars(document, "V5", "venues"), "%"),
        },
        {
            "zh": "点位激活率",
            "en": "slot activation",
            "note": "已听到 / 在位点位 · heard / installed slots",
            "svg": charts.bars(_bars(document, "H4", "pilots"), "%", 100),
        },
    ]


def _rates(daily: Mapping[str, Mapping[str, Json]], names: Mapping[str, str]) -> list[Json]:
    return [
        {"day": day, "name": names[scope], "value": None if figure["percent"] is None else float(figure["percent"])}
        for scope, days in daily.items()
        for day, figure in days.items()
    ]


def _bars(document: Json, metric: str, collection: str) -> list[Json]:
    rows = []
    for slug in document["sites"][collection]:
        figure = document["figures"][f"{metric} site:{slug}"]
        value = float(figure["percent"] or 0)
        rows.append({"name": document["names"][f"site:{slug}"], "value": value, "label": cell(figure)["text"]})
    return rows


def cell(figure: Json) -> Json:
    """A figure as a reader sees it: its value or status, the integers, and the coverage."""
    coverage = figure["coverage"]
    over = f"{figure['numerator']:,}"
    over += "" if figure["denominator"] is None else f" / {figure['denominator']:,}"
    covered = f"{coverage['unaffected']:,}/{coverage['all']:,}" if coverage["all"] else ""
    percent = _share(coverage["unaffected"], coverage["all"])
    if figure["status"]:
        words = {"INSUFFICIENT": "覆盖不足 INSUFFICIENT", "NOT_APPLICABLE": "不适用 N/A"}
        return {
            "text": words.get(figure["status"], figure["status"]),
            "over": over,
            "coverage": covered,
            "percent": percent,
            "status": True,
        }
    text = f"{figure['percent']} %" if figure["percent"] is not None else f"{figure['value']:,}"
    return {"text": text, "over": over, "coverage": covered, "percent": percent, "status": False}


def _share(part: int, whole: int) -> str:
    """In percent with one decimal, rounded down: only all of it is 100 %."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else ""


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
    rows = []
    for scope in document["scopes"][about["of"]]:
        cells = [cell(document["figures"][f"{metric} {scope}"]) for metric in columns]
        place = document["places"].get(scope, "")
        rows.append({"name": document["names"][scope], "place": place, "cells": cells, "sum": ":" not in scope})
    return {**about, "columns": [{"id": m, **_named(metrics[m])} for m in columns], "rows": rows}


def _disturbance(document: Json, one: Json) -> Json:
    effects = [
        {
            "id": effect["metric"],
            **_named(document["metrics"][effect["metric"]]),
            "scope": document["names"].get(effect["scope"], effect["scope"]),
            "before": cell(effect["before"]),
            "after": cell(effect["after"]),
        }
        for effect in one["effects"]
    ]
    return one | {"effects": effects}


def _ledger(rows: Sequence[Json]) -> Json:
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
                "vendor": vendor or "合计 total",
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
