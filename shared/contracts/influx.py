"""InfluxDB's schema: one measurement per kind, tags vendor, site, device, time = ts in ns + seq mod 1,000,000.

A point is a pure function of the message, so writing it twice is writing it once. Every point carries all fields of
its kind (absent: 0, false, ""): a second write of the same identity must leave nothing of the first behind.
Each entry of ``values`` is a float field (true is 1.0), so that no vendor fixes a field's type for another.
"""

from collections.abc import Callable
from typing import Any

from shared.contracts.telemetry import Fault, Heartbeat, Reading, Record, Session, Usage, Void

MEASUREMENTS = ("heartbeat", "reading", "usage", "session", "fault", "void")
_BOOLEAN = ("false", "true")


def line(vendor: str, site: str, device: str, record: Record) -> str:
    """The line protocol of one record, without a final newline.

    The contract's patterns leave nothing in vendor, site, device, slugs or value names that would need escaping.
    """
    kind, fields = _KIND_AND_FIELDS[type(record)]
    seq = record.seq
    return (
        f"{kind},device={device},site={site},vendor={vendor} boot={record.boot}i,seq={seq}i,"
        f"test={_BOOLEAN[record.test]}{fields(record)} {record.ts * 1_000_000 + seq % 1_000_000}"
    )


def _heartbeat(_record: Heartbeat) -> str:
    return ""


def _reading(record: Reading) -> str:
    return "".join([f",{name}={float(value)!r}" for name, value in sorted(record.values.items())])


def _usage(record: Usage) -> str:
    return f',action="{record.action}",trigger="{record.trigger}"'


def _session(record: Session) -> str:
    return (
        f',duration_s={record.duration_s}i,content="{record.content or ""}",headcount={record.headcount or 0}i'
        f",completed={_BOOLEAN[bool(record.completed)]}"
    )


def _fault(record: Fault) -> str:
    return f',code="{record.code}",active={_BOOLEAN[record.active]}'


def _void(record: Void) -> str:
    return f',of_kind="{record.of.kind}",of_ts={record.of.ts}i,of_seq={record.of.seq}i'


_KIND_AND_FIELDS: dict[type, tuple[str, Callable[[Any], str]]] = {
    Heartbeat: ("heartbeat", _heartbeat),
    Reading: ("reading", _reading),
    Usage: ("usage", _usage),
    Session: ("session", _session),
    Fault: ("fault", _fault),
    Void: ("void", _void),
}
