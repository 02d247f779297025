"""The report shows every metric of every scope with its integers and coverage, and the whole ledger."""

from typing import Any

from deploy.demo import charts, report
from deploy.demo.cells import cell
from deploy.demo.page import page
from deploy.demo.reading import METRICS

Json = dict[str, Any]
WORDS = {"zh": "某指标", "en": "a metric"}


def figure(metric: str) -> Json:
    count = metric in ("H1", "V2")
    return {
        "numerator": 1_234,
        "denominator": None if count else 2_468,
        "percent": None if count else "50.00",
        "value": 1_234,
        "status": None,
        "coverage": {"unaffected": 9_999, "all": 10_000, "unit": "slot"},
        "removed": {"retired": 7},
        "input_hash": "ab",
    }


def document() -> Json:
    scopes = {"pilots": ["site:p", "district:futian", "programme"], "venues": ["site:v", "programme"]}
    definition = {
        "name": WORDS, "formula": WORDS, "unit": "slot", "coverage_unit": "slot", "reasons": {"heard": WORDS},
        "exclusions": {"retired": WORDS}, "numerator": WORDS, "denominator": WORDS, "window": WORDS, "clause": "11",
        "source": "x", "version": 1, "parameters": [{"key": "coverage_min", "value": 87}],
    }  # fmt: skip
    row = {"vendor": "a", "day": "2026-11-20", "received": 16, "stored": 5, "set_aside": {"bad_record": 1}}
    row |= {"dropped": {"no_consent": 7}, "not_accepted": {"full": 3}, "waiting": 0, "repeated": 0, "missing": 42}
    names = {"site:p": "青禾家园", "district:futian": "福田区 Futian", "site:v": "科技馆", "vendor:a": "白鹭云家"}
    figures = {f"{metric} {scope}": figure(metric) for metric, kind in METRICS.items() for scope in scopes[kind]}
    played = {
        "records": {"distinct": 13, "by_kind": {"usage": 13}},
        "receipts": {"accepted": 5, "parked": 0, "dropped": 7, "rejected": {"bad_record": 1}},
        "messages": {"distinct": 4},
    }
    return {
        "window": {"from": "2026-11-20", "to": "2026-11-21"}, "days": ["2026-11-20"], "seed": 7, "made_at": "now",
        "registry_sequence": 1, "city": dict.fromkeys(("pilots", "dwellings", "venues", "devices"), 1),
        "played": played, "metrics": {metric: {"id": metric, **definition} for metric in METRICS}, "figures": figures,
        "reasons": {metric: {"heard": 1_234} for metric in METRICS}, "daily": {"H7a": {}, "H6": {}, "V2": {}},
        "sites": {"pilots": ["p"], "venues": ["v"]}, "scopes": scopes, "names": names | {"programme": "合计 total"},
        "places": {}, "outage_days": [], "disturbances": [], "ledger": [row],
    }  # fmt: skip


def test_the_text_has_a_line_for_each_metric_and_scope_with_its_integers_and_coverage() -> None:
    told = list(report.lines(document()))

    with_coverage = [line.split() for line in told if "9,999 / 10,000" in line]
    assert len(with_coverage) == 5 * 3 + 2 * 2
    assert [words for words in with_coverage if words[0] == "福田区"][1][2:] == [
        "1,234", "2,468", "9,999", "/", "10,000", "99.9", "%", "50.00", "%",
    ]  # fmt: skip


def test_the_text_has_every_column_of_the_ledger() -> None:
    (line,) = (line for line in report.lines(document()) if "2026-11-20  " in line and " 42" in line)

    assert line.split()[2:10] == ["16", "5", "1", "7", "3", "0", "0", "42"]
    assert "bad_record 1, no_consent 7, full 3" in line


def test_the_page_has_every_column_of_the_ledger_and_says_how_many_lines_balance() -> None:
    html = page(document())

    for word in ("未接收", "not accepted", "丢弃", "dropped"):
        assert word in html
    assert "逐日共 1 行，1 行成立" in html
    assert "覆盖率低于 87% 时" in html
    broken = document()
    broken["ledger"][0]["received"] = 15
    assert "逐日共 1 行，0 行成立" in page(broken)


def test_only_all_of_it_is_a_coverage_of_a_hundred() -> None:
    part, whole = figure("H4"), figure("H4")
    whole["coverage"] = {"unaffected": 10_000, "all": 10_000}

    assert (cell(part)["percent"], cell(whole)["percent"]) == ("99.9 %", "100.0 %")


def test_a_long_name_is_whole_in_legends_and_on_axes() -> None:
    name = "青禾家园1号保障性住房全屋智能试点项目第一期"
    rows = [{"day": "2026-11-20", "name": name, "value": 1.0, "label": "1"}]

    assert f">{name}<" in charts.daily_rates(rows, [], "%")
    assert f">{name}<" in charts.stacked_days(rows, "次")
    assert f">{name}<" in charts.bars(rows, "%")
