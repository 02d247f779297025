"""The report a programme manager reads: figures by site with what each integer is made of, and the ledger."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from deploy.demo.reading import Reader

Json = dict[str, Any]


def expected_figures(expected: Json) -> dict[str, dict[str, int]]:
    """What the simulator's own reading of its file expects, in the names of :meth:`Reader.figures`."""
    wanted = {f"H4 site:{site}": parts for site, parts in expected["H4"]["sites"].items()}
    wanted["H4 programme"] = expected["H4"]["total"]
    wanted["V2 programme"] = {"numerator": expected["V2"]["total"]}
    wanted |= {f"V2 site:{site}": {"numerator": uses} for site, uses in expected["V2"]["sites"].items()}
    installations = expected["V2"]["installations"].items()
    return wanted | {f"V2 installation:{key}": {"numerator": uses} for key, uses in installations}


def show(reader: Reader) -> None:
    """Print the report."""
    for line in lines(reader):
        print(line)


def lines(reader: Reader) -> Iterator[str]:
    """The report, line by line."""
    yield ""
    yield f"试点采用情况报告 · Adoption report   [{reader.window['from']}, {reader.window['to']}) Asia/Shanghai"
    metrics = reader.metrics()
    sites = {"H4": reader.city["pilots"], "V2": reader.city["venues"]}
    for metric, places in sites.items():
        definition = metrics[metric]
        yield ""
        yield f"{metric}  {definition['name']['zh']} · {definition['name']['en']}"
        yield f"    {definition['formula']['zh']}"
        for place in places:
            yield from _figure(reader, definition, f"site:{place['slug']}", f"{place['name']} {place['district']}")
        yield from _figure(reader, definition, "programme", "合计 · total")
    yield ""
    yield from _ledger(reader.ledger()["rows"])


def simulator(played: Json) -> str:
    """What the simulator says it sent, in one paragraph."""
    records, receipts, messages = played["records"], played["receipts"], played["messages"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in records["by_kind"].items())
    flaws = ", ".join(f"{reason} {count}" for reason, count in receipts["rejected"].items())
    return (
        f"\n模拟器 · simulator: {records['distinct']} 条记录 records ({kinds}) in {messages['distinct']} messages;"
        f"\n  回执 receipts: accepted {receipts['accepted']}, parked {receipts['parked']}, rejected: {flaws or 0}"
    )


def _figure(reader: Reader, definition: Json, scope: str, title: str) -> Iterator[str]:
    metric = definition["id"]
    figure = reader.figure(metric, scope)
    conservative, coverage = figure["conservative"], figure["coverage"]
    value = f"{conservative['percent']} %" if conservative["percent"] else f"{conservative['value']}"
    over = "" if figure["denominator"] is None else f"/{figure['denominator']}"
    covered = f"{coverage['unaffected']}/{coverage['all']} {coverage['unit']}"
    yield f"  {_padded(title, 34)} {figure['numerator']}{over}  {figure['status'] or value}   覆盖 coverage {covered}"
    part = "numerator" if figure["denominator"] is None else "denominator"
    words = definition["reasons"] | definition["exclusions"]
    for why, count in reader.reasons(metric, scope, part).most_common():
        yield f"      {count:>6}  {words[why]['zh']} · {words[why]['en']}"
    for why, count in figure["removed"].items():
        if count:
            yield f"      {count:>6}  剔除 removed: {words[why]['zh']} · {words[why]['en']}"


def _ledger(rows: list[Json]) -> Iterator[str]:
    yield "账本 · Ledger   收到 = 入库 + 搁置 + 重复 + 等待;  received = stored + set aside + repeated + waiting"
    yield f"  {'vendor':<16} {'day':<10} {'received':>9} {'stored':>8} {'aside':>6} {'repeated':>8} {'waiting':>7}"
    for row in rows:
        aside = sum(row["set_aside"].values())
        reasons = ", ".join(f"{reason} {count}" for reason, count in row["set_aside"].items())
        yield (
            f"  {row['vendor']:<16} {row['day']:<10} {row['received']:>9} {row['stored']:>8} {aside:>6}"
            f" {row['repeated']!s:>8} {row['waiting']:>7}   {reasons}"
        )


def _padded(text: str, width: int) -> str:
    """Padded to a width on a terminal, where a Chinese character takes two columns."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(0, width - taken)
