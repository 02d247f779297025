"""Two holdings compared, element by element; and a ledger against what was sent. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

_SHOWN = 3
_EPOCH = date(1970, 1, 1)


@dataclass
class Holding:
    """One vendor's data as sets: what was sent, or what the stores hold."""

    points: set[tuple[str, str, str, int, int]] = field(default_factory=set)  # kind, site, device, time in ns, seq
    minutes: set[tuple[str, str, int]] = field(default_factory=set)  # strip, device, epoch minute
    sessions: set[tuple[str, int, int, int]] = field(default_factory=set)  # device, ts, seq, seconds
    twice: Counter[str] = field(default_factory=Counter)  # what a store held more than once, by table


class Difference(NamedTuple):
    """How many elements are missing, how many are there that were not sent or are there twice, and some examples."""

    missing: int
    double: int
    examples: list[str]


def compare(sent: Holding, stored: Holding) -> Difference:
    """What differs between what was sent and what is stored."""
    missing = double = 0
    examples: list[str] = []
    for name in ("points", "minutes", "sessions"):
        wanted, found = getattr(sent, name), getattr(stored, name)
        lacking, extra = wanted - found, found - wanted
        missing += len(lacking)
        double += len(extra)
        examples += [f"missing among {name}: {element}" for element in sorted(lacking)[:_SHOWN]]
        examples += [f"not sent, among {name}: {element}" for element in sorted(extra)[:_SHOWN]]
    for table, count in stored.twice.items():
        double += count
        examples.append(f"held twice in {table}: {count}")
    return Difference(missing, double, examples)


def ledger_faults(points_by_day: Counter[int], ledger: dict[str, Any]) -> list[str]:
    """Why a vendor's ledger does not hold what was sent, or does not add up; empty if it does.

    Nothing else than these points was sent, so nothing may be set aside, dropped or waiting.
    """
    if not ledger["settled"]:
        return ["the ledger is not settled"]
    wanted = {str(_EPOCH + timedelta(days=day)): count for day, count in points_by_day.items()}
    rows = {row["day"]: row for row in ledger["rows"]}
    faults = [f"the ledger has no row of {day}" for day in sorted(wanted.keys() - rows.keys())]
    for day, row in sorted(rows.items()):
        faults += _row_faults(day, wanted.get(day, 0), row)
    return faults


def _row_faults(day: str, wanted: int, row: dict[str, Any]) -> list[str]:
    aside, dropped = sum(row["set_aside"].values()), _total(row.get("dropped", 0))
    faults = []
    if row["stored"] != wanted:
        faults.append(f"{day}: {wanted} sent, the ledger says stored {row['stored']}")
    if aside or dropped or row["waiting"]:
        faults.append(f"{day}: set aside {row['set_aside']}, dropped {dropped}, waiting {row['waiting']}")
    if row["repeated"] is None or row["repeated"] < 0:
        faults.append(f"{day}: repeated {row['repeated']}")
    elif row["received"] != row["stored"] + aside + dropped + row["waiting"] + row["repeated"]:
        faults.append(f"{day}: does not add up: {row}")
    return faults


def _total(said: int | dict[str, int]) -> int:
    return sum(said.values()) if isinstance(said, dict) else said
