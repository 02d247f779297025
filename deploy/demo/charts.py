"""The report's pictures: Vega-Lite drawn to SVG, Chinese kept as text, nothing fetched. Pure but for the renderer.

A row is ``{"day": "2026-11-10", "name": "青禾家园1号", "value": 41.25}``; days are civil days of Asia/Shanghai.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert

Row = Mapping[str, Any]
Spec = dict[str, Any]

PALETTE = ("#1d6a86", "#c2553a", "#5f8f4e", "#8a6591", "#c99a1b", "#44546a")
_VERSION = "5.21"
_FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"
_INK, _FAINT = "#1f2933", "#d9dee4"
_WIDTH, _HEIGHT = 520, 210
_CONFIG: Spec = {
    "font": _FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "labelFontSize": 11,
        "titleColor": _INK,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": _FAINT,
        "domainColor": _FAINT,
        "tickColor": _FAINT,
    },
    "legend": {
        "labelFontSize": 11,
        "labelColor": _INK,
        "title": None,
        "orient": "bottom",
        "columns": 2,
        "labelLimit": 0,
    },
    "range": {"category": list(PALETTE)},
}


def daily_rates(rows: Sequence[Row], shaded: Sequence[str], unit: str) -> str:
    """A line for each name over the days; ``shaded`` days are marked behind the lines."""
    lines: Spec = {
        "mark": {"type": "line", "point": {"size": 22}, "strokeWidth": 2},
        "encoding": {
            "x": _days(),
            "y": {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}},
            "color": _names(rows),
        },
    }
    band: Spec = {
        "transform": [{"filter": {"field": "day", "oneOf": list(shaded)}}, {"aggregate": [], "groupby": ["day"]}],
        "mark": {"type": "bar", "color": "#e8b04a", "opacity": 0.25, "width": {"band": 1}},
        "encoding": {"x": _days(), "y": {"value": 0}, "y2": {"value": _HEIGHT}},
    }
    return _svg({"data": {"values": list(rows)}, "layer": [band, lines]})


def stacked_days(rows: Sequence[Row], unit: str) -> str:
    """One bar a day, made of a part for each name."""
    return _svg(
        {
            "data": {"values": list(rows)},
            "mark": {"type": "bar", "width": {"band": 0.66}},
            "encoding": {
                "x": _days(),
                "y": {"field": "value", "type": "quantitative", "title": unit, "stack": "zero"},
                "color": _names(rows),
            },
        }
    )


def bars(rows: Sequence[Row], unit: str, most: float | None = None) -> str:
    """One bar for each name, with its ``label`` at its end; the axis ends at ``most`` where it is given."""
    scale = {"domain": [0, most]} if most else {}
    shared: Spec = {
        "y": {"field": "name", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 0}},
        "x": {"field": "value", "type": "quantitative", "title": unit, "scale": scale, "axis": {"tickCount": 5}},
    }
    bar: Spec = {"mark": {"type": "bar", "color": PALETTE[0], "height": 16}, "encoding": shared}
    label: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 4, "color": _INK, "fontSize": 11},
        "encoding": {**shared, "text": {"field": "label"}},
    }
    return _svg({"data": {"values": list(rows)}, "layer": [bar, label]}, height=30 * max(1, len(rows)), width=330)


def _days() -> Spec:
    axis = {"labelAngle": 0, "labelExpr": "slice(datum.value, 5)", "labelOverlap": "parity", "grid": False}
    return {"field": "day", "type": "ordinal", "title": None, "axis": axis}


def _names(rows: Sequence[Row]) -> Spec:
    """The names' colours, in the order in which they first come."""
    domain = list(dict.fromkeys(row["name"] for row in rows))
    return {"field": "name", "type": "nominal", "scale": {"domain": domain, "range": list(PALETTE)}}


def _svg(spec: Spec, height: int = _HEIGHT, width: int = _WIDTH) -> str:
    whole = {"width": width, "height": height, "padding": 4, "config": _CONFIG, **spec}
    svg: str = vl_convert.vegalite_to_svg(whole, vl_version=_VERSION)
    return svg
