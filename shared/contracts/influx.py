"""InfluxDB's schema: one measurement per kind, tags vendor, site, device, time = ts in ns + seq mod 1,000,000.

A point is a pure function of the message, so writing it twice is writing it once. Every point carries all fields of
its kind (absent: 0, false, ""): a second write of the same identity must leave nothing of the first behind.
Each entry of ``values`` is a float field (true is 1.0), so that no vendor fixes a field's type for another.
"""

from shared.contracts.telemetry import Fault, Heartbeat, Reading, Record, Session, Usage, Void

MEASUREMENTS = ("heartbeat", "reading", "usage", "session", "fault", "void")
_BOOLEAN = {True: "true", False: "false"}


def line(vendor: str, site: str, device: str, record: Record) -> str:
    """The line protocol of one record, without a final newline.

    The contract's patterns leave nothing in vendor, site, device, slugs or value names that would need escaping.
    """
    time_ns = record.ts * 1_000_000 + record.seq % 1_000_000
    common = f"boot={record.boot}i,seq={record.seq}i,test={_BOOLEAN[record.test]}"
    kind, fields = _kind_and_fields(record)
    return f"{kind},device={device},site={site},vendor={vendor} {common}{fields} {time_ns}"


def _kind_and_fields(record: Record) -> tuple[str, str]:
    match record:
        case Heartbeat():
            return "heartbeat", ""
        case Reading():
            return "reading", "".join(f",{name}={float(value)!r}" for name, value in sorted(record.values.items()))
        case Usage():
            return "usage", f',action="{record.action}",trigger="{record.trigger}"'
        case Session():
            return "session", (
                f',duration_s={record.duration_s}i,content="{record.content or ""}",headcount={record.headcount or 0}i'
                f",completed={_BOOLEAN[bool(record.completed)]}"
            )
        case Fault():
            return "fault", f',code="{record.code}",active={_BOOLEAN[record.active]}'
        case Void():
            return "void", f',of_kind="{record.of.kind}",of_ts={record.of.ts}i,of_seq={record.of.seq}i'
