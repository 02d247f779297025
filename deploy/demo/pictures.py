"""Which pictures a report has, and the rows of each."""

from collections.abc import Mapping
from typing import Any

from deploy.demo import charts
from deploy.demo.cells import cell

Json = dict[str, Any]


def pictures(document: Json) -> list[Json]:
    """The charts, each with its title, a note and its SVG."""
    daily, names = document["daily"], document["names"]
    shaded = document["outage_days"]
    note = "黄底为厂商通道中断之日；覆盖不足之日留空 · shaded: an outage; a gap: coverage too low"
    uses = [
        {"day": day, "name": names[scope], "value": figure["numerator"]}
        for scope, days in daily["V2"].items()
        for day, figure in days.items()
    ]
    stored = [
        {"day": row["day"], "name": names[f"vendor:{row['vendor']}"], "value": row["stored"]}
        for row in document["ledger"]
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
        {
            "zh": "每日入库记录",
            "en": "records stored a day",
            "note": "按厂商 · by vendor",
            "svg": charts.stacked_days(stored, "条 records"),
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
