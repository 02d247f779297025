"""Three records of one city must agree: what the simulator says it sent, InfluxDB's points, and the facts.

The comparison is by plain sets and loops over the simulator's own file; it shares no code with the services.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from deploy.demo.observing import PointKey, influx_points, marked_minutes, session_seconds

_MINUTE_MS = 60_000
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_FEED_HEARTBEAT_MS = 60_000  # the registry's default; the planned feeds declare no other


class Sent(NamedTuple):
    """What the simulator's own file says, in the terms of the two stores; ``dropped`` by vendor and civil day."""

    points: Counter[PointKey]
    seen: set[tuple[str, str, int]]
    local: set[tuple[str, str, int]]
    session_seconds: Counter[tuple[str, str]]
    dropped: Counter[tuple[str, str]]


def read_sent(path: Path) -> Sent:
    """The distinct records of a simulator's file of what it sent; a withdrawn one is a point and nothing else."""
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    dropped = Counter((row["vendor"], _day(row)) for row in rows if row.get("outcome") == "dropped")
    rows = [row for row in rows if "outcome" not in row]  # dropped, parked for good, or rejected: in no store
    identities = {(row["record"]["kind"], row["vendor"], row["site"], row["device"], *_time(row)) for row in rows}
    points = Counter((kind, vendor, site, device) for kind, vendor, site, device, _, _ in identities)
    voided = {(row["vendor"], row["device"], *_withdrawn(row)) for row in rows if row["record"]["kind"] == "void"}
    sent = Sent(points, set(), set(), Counter(), dropped)
    sessions: dict[tuple[str, str, int, int], int] = {}
    for row in rows:
        record, device = row["record"], (row["vendor"], row["device"])
        if record.get("test") or record["kind"] == "void" or (*device, record["kind"], *_time(row)) in voided:
            continue
        last_ms = record["ts"]
        if record["kind"] == "session":
            sessions[(*device, *_time(row))] = record["duration_s"]
            last_ms += record["duration_s"] * 1000 - 1
        sent.seen.update((*device, minute) for minute in range(record["ts"] // _MINUTE_MS, last_ms // _MINUTE_MS + 1))
        if record["kind"] == "usage" and record["trigger"] == "local" and record["action"] != "ack":
            sent.local.add((*device, record["ts"] // _MINUTE_MS))
    for (vendor, name, _, _), duration_s in sessions.items():
        sent.session_seconds[(vendor, name)] += duration_s
    return sent


def _day(row: dict[str, Any]) -> str:
    return f"{datetime.fromtimestamp(row['record']['ts'] // 1000, _SHANGHAI):%Y-%m-%d}"


def _time(row: dict[str, Any]) -> tuple[int, int]:
    return row["record"]["ts"], row["record"].get("seq", 0)


def _withdrawn(row: dict[str, Any]) -> tuple[str, int, int]:
    of = row["record"]["of"]
    return of["kind"], of["ts"], of.get("seq", 0)


def differences(sent: Sent, influx_url: str, facts: Path) -> list[str]:
    """Every difference between what was sent, InfluxDB and the facts; empty where all agree."""
    return [
        *unequal("InfluxDB points", sent.points, influx_points(influx_url)),
        *unequal("session seconds in the facts", sent.session_seconds, session_seconds(facts)),
        *_unequal_minutes("seen", sent.seen, marked_minutes(facts, "seen")),
        *_unequal_minutes("local", sent.local, marked_minutes(facts, "local")),
    ]


def _unequal_minutes(strip: str, sent: set[tuple[str, str, int]], found: set[tuple[str, str, int]]) -> list[str]:
    missing = [f"{strip} minute sent, not in the facts: {key}" for key in sorted(sent - found)[:5]]
    return missing + [f"{strip} minute in the facts, not sent: {key}" for key in sorted(found - sent)[:5]]


def unequal(what: str, expected: Counter[Any], found: Counter[Any]) -> list[str]:
    """Every key that the two count differently; a key is a tuple of words."""
    keys = [key for key in sorted(expected.keys() | found.keys()) if expected[key] != found[key]]
    return [f"{what}, {'/'.join(key)}: sent {expected[key]}, found {found[key]}" for key in keys]


def outage_differences(planned: Sequence[dict[str, Any]], registered: Sequence[dict[str, Any]]) -> list[str]:
    """Every planned outage that was not drafted once, over its time and at most a heartbeat more; every other one."""
    silences = [one for one in planned if one["kind"] == "vendor_outage"]
    found = []
    for one in silences:
        fits = [outage for outage in registered if _fits(one, outage)]
        if len(fits) != 1:
            found.append(f"outage {one['id']} was planned, and {len(fits)} like it are registered")
    for outage in registered:
        name = f"{outage['vendor']}/{outage['feed']}/{outage['from_ms']}"
        if outage["state"] != "APPROVED":
            found.append(f"outage {name} is still {outage['state']}")
        if not any(_fits(one, outage) for one in silences):
            found.append(f"outage {name} was drafted, and nobody planned it")
    return found


def _fits(planned: dict[str, Any], outage: dict[str, Any]) -> bool:
    return (
        (outage["vendor"], outage["feed"]) == (planned["vendor"], planned["feed"])
        and 0 <= planned["from_ms"] - outage["from_ms"] <= _FEED_HEARTBEAT_MS
        and outage["to_ms"] is not None
        and 0 <= outage["to_ms"] - planned["to_ms"] <= _FEED_HEARTBEAT_MS
    )
