"""A vendor's small world: a home site, a VR site, two devices, and messages about them."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.adapters.sqlite_mirroring import SqliteMirroring
from services.telemetry.adapters.sqlite_numbers import SqliteNumbers
from services.telemetry.adapters.sqlite_spool import SqliteSpool
from services.telemetry.decode import decode
from services.telemetry.directory import Directory
from services.telemetry.keeping import kept
from services.telemetry.model import Decoded, Kept, Outcome, SetAside

NOW = 1_764_000_000_000  # 2025-11-25 00:00 in Asia/Shanghai
DAY_MS = 86_400_000
MINUTE_MS = 60_000
HOME = "telemetry/v1/acme/gw/home-1"
VENUE = "telemetry/v1/acme/gw/museum"
FEED = "feeds/v1/acme/cloud"
Json = dict[str, Any]


class AMessage(NamedTuple):
    topic: str
    payload: bytes
    received_ms: int = NOW


def directory() -> Directory:
    made = Directory()
    made.add_site("home", "home-1", "nanshan")
    made.add_site("vr", "museum", "futian")
    made.add_device("acme", "lamp")
    made.add_device("acme", "hmd")
    return made


def heartbeat(**fields: Any) -> Json:
    return {"kind": "heartbeat", "ts": NOW, "device": "lamp"} | fields


def usage(**fields: Any) -> Json:
    return {"kind": "usage", "ts": NOW, "device": "lamp", "action": "on", "trigger": "local"} | fields


def reading(**fields: Any) -> Json:
    return {"kind": "reading", "ts": NOW, "device": "lamp", "values": {"power_w": 1.5}} | fields


def session(**fields: Any) -> Json:
    return {"kind": "session", "ts": NOW - 600_000, "device": "hmd", "duration_s": 300} | fields


def fault(**fields: Any) -> Json:
    return {"kind": "fault", "ts": NOW, "device": "lamp", "code": "overheat", "active": True} | fields


def void(**fields: Any) -> Json:
    return {"kind": "void", "ts": NOW, "device": "lamp", "of": {"kind": "usage", "ts": NOW - 1_000}} | fields


def pack(*records: Any, topic: str = HOME, received_ms: int = NOW) -> AMessage:
    return AMessage(topic, json.dumps(records).encode(), received_ms)


def beats(*minutes: float) -> AMessage:
    """A feed's own heartbeats, so many minutes after NOW."""
    return AMessage(FEED, json.dumps([{"ts": int(NOW + minute * MINUTE_MS)} for minute in minutes]).encode(), NOW)


def decoded(*messages: AMessage, known: Directory | None = None) -> Decoded:
    return decode(messages, known or directory(), {})


def outcome(message: AMessage, known: Directory | None = None) -> Outcome:
    return decoded(message, known=known).outcomes[0]


def reasons(aside: Sequence[SetAside]) -> list[tuple[int | None, str, str | None]]:
    return [(one.position, one.reason, one.field) for one in aside]


def kept_of(*messages: AMessage, known: Directory | None = None) -> Kept:
    return kept(messages, decoded(*messages, known=known))


class Spooled:
    """A spool's file, opened as a worker opens it; opening it again is what a restart does."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.file = SpoolFile(path, **options)
        self.taking_in = SqliteSpool(self.file)
        self.giving_out = SqliteDraining(self.file)
        self.mirroring = SqliteMirroring(self.file)
        self.numbers = SqliteNumbers(self.file)

    def close(self) -> None:
        self.file.close()

    def counts(self) -> dict[str, int]:
        """Every total, days and vendors added up, zeros left out."""
        totals: Counter[str] = Counter()
        for row in self.mirroring.changes(0, 1).counted:
            totals[row.what] += row.total
        return {what: total for what, total in sorted(totals.items()) if total}
