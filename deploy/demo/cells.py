"""How one figure is shown, in the text as on the page."""

from typing import Any

Json = dict[str, Any]


def cell(figure: Json) -> Json:
    """A figure as a reader sees it: its value or status, the integers of a rate, and the coverage."""
    coverage = figure["coverage"]
    over = "" if figure["denominator"] is None else f"{figure['numerator']:,} / {figure['denominator']:,}"
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
