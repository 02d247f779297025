"""What the simulator says it sent, in the terms of the stores. Pure: plain loops that share nothing with the services.

The rules are those of ARCHITECTURE sections 3 and 4, read again here: a point per identity at ``ts`` in nanoseconds
plus ``seq``; a minute seen for every record but a void, and for a session every minute it touches; by a usage's trigger
one of *local* (local), *smart* (app, voice, scene) and *automated* (schedule, linkage); *ack* instead for action ack.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.under_load.comparing import Holding

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000
_SHANGHAI_MS = 8 * 3_600_000
_STRIP_OF = {
    "local": "local",
    "app": "smart",
    "voice": "smart",
    "scene": "smart",
    "schedule": "automated",
    "linkage": "automated",
}


def holding_of(lines: Iterable[dict[str, Any]]) -> Holding:
    """What the stores must hold once these records are where they belong; sent twice is once."""
    holding = Holding()
    for line in lines:
        add(holding, line["site"], line["device"], line["record"])
    return holding


def add(holding: Holding, site: str, device: str, record: dict[str, Any]) -> None:
    """Add one record of a vendor."""
    kind, ts, seq = record["kind"], record["ts"], record.get("seq", 0)
    holding.points.add((kind, site, device, ts * 1_000_000 + seq % 1_000_000, seq))
    if record.get("test") or kind == "void":
        return
    last_ms = ts
    if kind == "session":
        last_ms = ts + record["duration_s"] * 1000 - 1
        holding.sessions.add((device, ts, seq, record["duration_s"]))
    for minute in range(ts // _MINUTE_MS, last_ms // _MINUTE_MS + 1):
        holding.minutes.add(("seen", device, minute))
    if kind == "usage":
        strip = "ack" if record["action"] == "ack" else _STRIP_OF[record["trigger"]]
        holding.minutes.add((strip, device, ts // _MINUTE_MS))


def points_by_day(holding: Holding) -> Counter[int]:
    """How many distinct records lie in which civil day of Shenzhen (days since 1970)."""
    return Counter((time_ns // 1_000_000 + _SHANGHAI_MS) // _DAY_MS for _, _, _, time_ns, _ in holding.points)
