"""A device-day as one path shows it: minutes, sessions, faults, voids; and how two pictures differ. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from services.adoption import strips
from services.adoption.canonical import Bits, Identity, unpacked
from services.adoption.facts import STRIP_NAMES
from services.adoption.receipts import bits_on
from shared.contracts.civil_time import day_of
from shared.contracts.telemetry import Fault, Record, Session, Void

Item = int | tuple[object, ...]  # a minute of the day, or a row


class Picture(NamedTuple):
    """What counts of a device on a civil day; what is absent as InfluxDB has it: "", 0, false."""

    bits: Bits = 0
    sessions: frozenset[tuple[object, ...]] = frozenset()  # ts, seq, site, duration_s, content, headcount, completed
    faults: frozenset[tuple[object, ...]] = frozenset()  # ts, seq, site, code, active
    voids: frozenset[tuple[object, ...]] = frozenset()  # ts, seq, site, and kind, ts, seq of what it withdraws


class Point(NamedTuple):
    """A record as InfluxDB has it."""

    site: str
    record: Record


class Difference(NamedTuple):
    """A minute of a strip, or a row, that only one of two pictures has."""

    what: str  # the name of a strip, or session, fault, void
    in_facts: bool
    item: Item


NOTHING = Picture()


def picture(day: int, points: Iterable[Point], withdrawn: set[Identity]) -> Picture:
    """What InfluxDB's points make of a device-day.

    :param points: of that day and, of sessions, of the day before
    :param withdrawn: what the device's voids withdraw
    """
    bits = 0
    rows: dict[type, set[tuple[object, ...]]] = {Session: set(), Fault: set(), Void: set()}
    for site, record in points:
        identity = str(record.__struct_config__.tag), record.ts, record.seq
        if record.test or identity in withdrawn:
            continue
        bits |= bits_on(day, record)
        if type(record) in rows and day_of(record.ts) == day:
            rows[type(record)].add((record.ts, record.seq, site, *_said(record)))
    return Picture(bits, frozenset(rows[Session]), frozenset(rows[Fault]), frozenset(rows[Void]))


def _said(record: Record) -> tuple[object, ...]:
    if isinstance(record, Session):
        return record.duration_s, record.content or "", record.headcount or 0, bool(record.completed)
    if isinstance(record, Fault):
        return record.code, record.active
    assert isinstance(record, Void)
    return record.of.kind, record.of.ts, record.of.seq


def differences(facts: Picture, influx: Picture) -> frozenset[Difference]:
    """Everything that only one of them has."""
    found: set[Difference] = set()
    for in_facts, one, other in ((True, facts, influx), (False, influx, facts)):
        for name, strip in zip(STRIP_NAMES, unpacked(one.bits & ~other.bits), strict=True):
            found.update(Difference(name, in_facts, minute) for minute in strips.minutes(strip))
        for name, ours, theirs in zip(("session", "fault", "void"), one[1:], other[1:], strict=True):
            found.update(Difference(name, in_facts, row) for row in ours - theirs)
    return frozenset(found)
