"""The ledger beside the simulator's own account: every line balances, and its columns are what was sent.

received = stored + set aside + dropped + not accepted + waiting + repeated; ``missing`` is no part of the sum.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from deploy.demo.checking import unequal

Json = dict[str, Any]
Line = dict[str, int | None]
SUM = ("stored", "set_aside", "dropped", "not_accepted", "waiting", "repeated")
COLUMNS = ("received", *SUM, "missing")
REASONED = ("set_aside", "dropped", "not_accepted")
ZH = dict(zip(COLUMNS, ("收到", "入库", "搁置", "丢弃", "未接收", "等待", "重复", "缺号"), strict=True))
FORMULA_ZH = f"收到 = {' + '.join(ZH[name] for name in SUM)}；缺号不在和内"
FORMULA_EN = f"received = {' + '.join(SUM)}; missing is no part of the sum".replace("_", " ")
_BEYOND = "future_ts"  # stands in the ledger of its own day, a year ahead of the window


class Account(NamedTuple):
    """What was sent: stored and dropped by vendor and day, set aside by vendor and reason; messages sent again."""

    stored: Counter[tuple[str, str]]
    dropped: Counter[tuple[str, str]]
    set_aside: Counter[tuple[str, str]]
    sent_again: int


def account(expected: Json, dropped: Counter[tuple[str, str]], played: Json) -> Account:
    """The simulator's: its oracle's points, the records its file says were dropped, and what ``play`` told."""
    by_vendor = expected["points_by_vendor_day"].items()
    stored = {(vendor, day): count for vendor, days in by_vendor for day, count in days.items()}
    flaws = played["bad"]["by_vendor_reason"].items()
    aside = {(vendor, why): count for vendor, reasons in flaws for why, count in reasons.items() if why != _BEYOND}
    return Account(Counter(stored), dropped, Counter(aside), played["messages"]["sent_again"])


def line_of(row: Json) -> Line:
    """A row of ``GET /v1/ledger`` with one integer a column; ``repeated`` is None while it is not known."""
    return {name: sum(row[name].values()) if name in REASONED else row[name] for name in COLUMNS}


def balances(line: Line) -> bool:
    """Whether the formula holds, with every term known and none negative."""
    terms = [term for name in SUM if (term := line[name]) is not None and term >= 0]
    return len(terms) == len(SUM) and sum(terms) == line["received"]


def ledger_differences(expected: Account, ledger: Json) -> list[str]:
    """Where the ledger does not balance, or does not hold what was sent."""
    if not ledger["settled"]:
        return ["the ledger is not settled: records still wait in the spool"]
    lines = {(row["vendor"], row["day"]): line_of(row) for row in ledger["rows"]}
    tilted = [
        f"the ledger of {v} on {d} does not balance: {line}" for (v, d), line in lines.items() if not balances(line)
    ]
    aside: Counter[tuple[str, str]] = Counter()
    for row in ledger["rows"]:
        for why, count in row["set_aside"].items():
            aside[row["vendor"], why] += count
    again = sum(line["repeated"] or 0 for line in lines.values())
    return [
        *tilted,
        *(
            [f"{again} records are repeated, and no message was sent again"]
            if again and not expected.sent_again
            else []
        ),
        *unequal("points the ledger counts", expected.stored, _column(lines, "stored")),
        *unequal("records dropped for want of consent", expected.dropped, _column(lines, "dropped")),
        *unequal("records set aside", expected.set_aside, aside),
    ]


def _column(lines: Mapping[tuple[str, str], Line], name: str) -> Counter[tuple[str, str]]:
    return Counter({key: line[name] or 0 for key, line in lines.items()})
