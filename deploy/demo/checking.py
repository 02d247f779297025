"""Three records of one city must agree: what the simulator says it sent, InfluxDB's points, and the facts.

The comparison is by plain sets and loops over the simulator's own file; it shares no code with the services.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from deploy.demo.observing import PointKey, influx_points, seen_minutes, session_seconds

_MINUTE_MS = 60_000


class Sent(NamedTuple):
    """What the simulator's own file says, in the terms of the two stores."""

    points: Counter[PointKey]
    seen: set[tuple[str, str, int]]
    session_seconds: Counter[tuple[str, str]]


def read_sent(path: Path) -> Sent:
    """The distinct records of a simulator's file of what it sent."""
    identities: set[tuple[str, str, str, str, int, int]] = set()
    seen: set[tuple[str, str, int]] = set()
    seconds: dict[tuple[str, str, int, int], int] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        if "outcome" in row:
            continue  # dropped, parked for good, or rejected: nowhere in the stores
        record = row["record"]
        vendor, device, ts, seq = row["vendor"], row["device"], record["ts"], record.get("seq", 0)
        identities.add((record["kind"], vendor, row["site"], device, ts, seq))
        if record.get("test") or record["kind"] == "void":
            continue
        last_ms = ts
        if record["kind"] == "session":
            seconds[(vendor, device, ts, seq)] = record["duration_s"]
            last_ms = ts + record["duration_s"] * 1000 - 1
        seen |= {(vendor, device, minute) for minute in range(ts // _MINUTE_MS, last_ms // _MINUTE_MS + 1)}
    points = Counter((kind, vendor, site, device) for kind, vendor, site, device, _, _ in identities)
    per_device: Counter[tuple[str, str]] = Counter()
    for (vendor, device, _, _), duration_s in seconds.items():
        per_device[(vendor, device)] += duration_s
    return Sent(points, seen, per_device)


def differences(sent: Sent, influx_url: str, facts: Path) -> list[str]:
    """Every difference between what was sent, InfluxDB and the facts; empty where all agree."""
    return [
        *_unequal("InfluxDB points", sent.points, influx_points(influx_url)),
        *_unequal("session seconds in the facts", sent.session_seconds, session_seconds(facts)),
        *_unequal("seen minutes in the facts", _per_device(sent.seen), _per_device(seen_minutes(facts))),
        *[f"seen minute in the facts, not sent: {key}" for key in sorted(seen_minutes(facts) - sent.seen)[:5]],
    ]


def figure_differences(expected: dict[str, dict[str, int]], figures: dict[str, dict[str, Any]]) -> list[str]:
    """Every figure that is not what the simulator's own reading of its file expects.

    Both by figure name; of a figure ``numerator`` and ``denominator`` are compared.
    """
    found = []
    for name, wanted in expected.items():
        got = {part: figures.get(name, {}).get(part) for part in wanted}
        if got != wanted:
            found.append(f"figure {name}: expected {wanted}, reported {got}")
    return found


def ledger_differences(expected: dict[str, dict[str, int]], ledger: dict[str, Any]) -> list[str]:
    """Where the ledger does not hold what was sent, by vendor and civil day, or does not add up."""
    if not ledger["settled"]:
        return ["the ledger is not settled: records still wait in the spool"]
    stored = Counter({(row["vendor"], row["day"]): row["stored"] for row in ledger["rows"]})
    wanted = Counter({(vendor, day): count for vendor, days in expected.items() for day, count in days.items()})
    found = _unequal("points the ledger counts", wanted, stored)
    for row in ledger["rows"]:
        rest = row["received"] - row["stored"] - sum(row["set_aside"].values()) - row["waiting"]
        if rest != row["repeated"] or rest < 0:
            found.append(f"the ledger of {row['vendor']} on {row['day']} does not add up: {row}")
    return found


def _per_device(minutes: set[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    return Counter((vendor, device) for vendor, device, _ in minutes)


def _unequal(what: str, expected: Counter[Any], found: Counter[Any]) -> list[str]:
    keys = [key for key in sorted(expected.keys() | found.keys()) if expected[key] != found[key]]
    return [f"{what}, {'/'.join(key)}: sent {expected[key]}, found {found[key]}" for key in keys]
