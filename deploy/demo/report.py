"""The report as text: all seven metrics by site, by district and in all, and the ledger line by line. Pure."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from deploy.demo.balancing import COLUMNS, FORMULA_EN, FORMULA_ZH, REASONED, ZH, line_of
from deploy.demo.cells import cell
from deploy.demo.reading import METRICS

Json = dict[str, Any]


def lines(document: Json) -> Iterator[str]:
    """The report of a document (see :mod:`deploy.demo.document`), line by line."""
    window = document["window"]
    yield ""
    yield f"试点采用情况报告 · Adoption report   [{window['from']}, {window['to']}) Asia/Shanghai"
    for metric in METRICS:
        yield ""
        yield from _metric(document, metric)
    yield ""
    yield from _ledger(document["ledger"])
    yield ""
    yield from _simulator(document["played"])


def _metric(document: Json, metric: str) -> Iterator[str]:
    definition, figures = document["metrics"][metric], document["figures"]
    yield f"{metric}  {definition['name']['zh']} · {definition['name']['en']}"
    yield f"    {definition['formula']['zh']}"
    yield _row(f"单位 in {definition['unit']}", "分子", "分母", f"覆盖({definition['coverage_unit']})", "", "结果")
    yield _row("", "numerator", "denominator", "unaffected / all", "", "value")
    for scope in document["scopes"][METRICS[metric]]:
        figure = figures[f"{metric} {scope}"]
        coverage, shown = figure["coverage"], cell(figure)
        over = "–" if figure["denominator"] is None else f"{figure['denominator']:,}"
        known = f"{coverage['unaffected']:,} / {coverage['all']:,}"
        title = " ".join(filter(None, (document["names"][scope], document["places"].get(scope))))
        yield _row(title, f"{figure['numerator']:,}", over, known, shown["percent"], shown["text"])
    total, words = figures[f"{metric} programme"], definition["reasons"] | definition["exclusions"]
    part = "分子构成 · the numerator" if total["denominator"] is None else "分母构成 · the denominator"
    yield f"    {part} ({definition['unit']}):"
    for why, count in document["reasons"][metric].items():
        yield f"    {count:>12,}  {words[why]['zh']} · {words[why]['en']}"
    for why, count in total["removed"].items():
        if count:
            yield f"    {count:>12,}  剔除 removed: {words[why]['zh']} · {words[why]['en']}"


def _row(title: str, numerator: str, denominator: str, known: str, share: str, value: str) -> str:
    numbers = ((numerator, 11), (denominator, 12), (known, 26), (share, 9))
    return f"  {_padded(title, 48)}{''.join(_padded(*number, right=True) for number in numbers)}  {value}".rstrip()


def _ledger(rows: list[Json]) -> Iterator[str]:
    yield "账本 · Ledger"
    yield f"  {FORMULA_ZH}"
    yield f"  {FORMULA_EN}"
    yield f"  {'':<21}{''.join(_padded(ZH[name], 13, right=True) for name in COLUMNS)}"
    yield f"  {'':<21}{''.join(name.replace('_', ' ').rjust(13) for name in COLUMNS)}"
    for row in rows:
        line = line_of(row)
        numbers = "".join(f"{'?' if line[name] is None else f'{line[name]:,}':>13}" for name in COLUMNS)
        reasons = ", ".join(f"{why} {count:,}" for name in REASONED for why, count in row[name].items())
        yield f"  {row['vendor']:<10} {row['day']:<10}{numbers}   {reasons}".rstrip()


def _simulator(played: Json) -> Iterator[str]:
    """What the simulator says it sent, in one paragraph."""
    records, receipts, messages = played["records"], played["receipts"], played["messages"]
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in records["by_kind"].items())
    flaws = ", ".join(f"{reason} {count}" for reason, count in receipts["rejected"].items())
    yield f"模拟器 · simulator: {records['distinct']:,} 条记录 records ({kinds}) in {messages['distinct']:,} messages;"
    yield (
        f"  回执 receipts: accepted {receipts['accepted']:,}, parked {receipts['parked']},"
        f" dropped {receipts['dropped']:,}, rejected: {flaws or 0}"
    )


def _padded(text: str, width: int, *, right: bool = False) -> str:
    """Padded to a width on a terminal, where a Chinese character takes two columns."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    blank = " " * max(0, width - taken)
    return blank + text if right else text + blank
