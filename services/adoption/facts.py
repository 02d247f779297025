"""What events make true: day strips, and rows for sessions, faults and voids, each with the day it became *known*.

A batch of facts is a join-semilattice: strips are joined by OR, rows by their key with the smallest *known*, what the
workers tell of themselves by the greatest. Adding the same events in any order, any number of times and in any batches
gives the same facts.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar, get_args

import msgspec

from services.adoption import strips
from shared.contracts.civil_time import MINUTES_PER_DAY, date_from_day, day_and_minute, day_from_date, day_of, minute_of
from shared.contracts.events import (
    Event,
    FaultData,
    FaultEvent,
    LedgerData,
    LedgerEvent,
    OutageData,
    OutageEvent,
    PresenceData,
    PresenceEvent,
    SessionData,
    SessionEvent,
    UsageData,
    UsageEvent,
    VoidData,
    VoidEvent,
    WatermarkData,
    WatermarkEvent,
)
from shared.contracts.telemetry import Action

# *until* of a row that nothing has taken back: 9999-12-31 as a day number. A refold closes a row with an earlier day.
OPEN = 2_932_896
assert date_from_day(OPEN).isoformat() == "9999-12-31"

SEEN, LOCAL, SMART, AUTOMATED, ACK = range(5)
STRIP_NAMES = ("seen", "local", "smart", "automated", "ack")
STRIP_OF_TRIGGER = {
    "local": LOCAL,
    "app": SMART,
    "voice": SMART,
    "scene": SMART,
    "schedule": AUTOMATED,
    "linkage": AUTOMATED,
}


# The strip, beside *seen*, that a usage marks.
# An acknowledged alarm is no operation of the device, whatever triggered it.
STRIP_OF_USAGE = {
    (action, trigger): ACK if action == "ack" else strip
    for action in get_args(Action)
    for trigger, strip in STRIP_OF_TRIGGER.items()
}


def known(day: int, received_on: int) -> int:
    """The civil day from which a fact about ``day`` counts as known: that of receipt, but not before the next day."""
    return received_on if received_on > day else day + 1


def days_touched(kind: str, ts: int) -> Sequence[int]:
    """The civil days that a record may mark: a session, at most a day long, also the following one."""
    day = day_of(ts)
    return (day, day + 1) if kind == "session" else (day,)


def minutes_of_session(ts: int, duration_s: int) -> Iterator[tuple[int, int]]:
    """The civil days that a session touches, each with the strip of its minutes."""
    first = minute_of(ts)
    end = minute_of(ts + duration_s * 1000 - 1) + 1
    while first < end:
        day, minute = day_and_minute(first)
        stop = min(MINUTES_PER_DAY, minute + end - first)
        yield day, strips.between(minute, stop)
        first += stop - minute


class StripKey(NamedTuple):
    """One device, as sent, on one civil day, as far as it was known from one day on."""

    vendor: str
    device: str
    day: int
    known: int


class RowKey(NamedTuple):
    """One content under one identity; of several contents of an identity the greatest counts."""

    vendor: str
    device: str
    ts: int
    seq: int
    content_sha256: str


Row = TypeVar("Row", SessionData, FaultData, VoidData)


class Facts:
    """The facts of a batch of events."""

    def __init__(self) -> None:
        self.strips: dict[StripKey, list[int]] = {}
        self.sessions: dict[RowKey, tuple[SessionData, int]] = {}
        self.faults: dict[RowKey, tuple[FaultData, int]] = {}
        self.voids: dict[RowKey, tuple[VoidData, int]] = {}
        self.arrivals: set[tuple[int, int]] = set()  # (civil day of a fact, civil day of its receipt)
        self.watermarks: dict[str, tuple[int, int]] = {}  # worker: (batch, received_before_ms); a clock may be set back
        self.outages: dict[tuple[str, int], int] = {}  # (worker, from_ms): to_ms
        self.ledger: dict[tuple[str, str, int], tuple[int, str]] = {}  # (worker, vendor, day): (revision, counts)

    def add(self, event: Event, received_on: int) -> None:
        """Join one event, received on civil day ``received_on``, to the batch."""
        _ADD[type(event)](self, event.data, received_on)

    def _mark(self, vendor: str, device: str, day: int, received_on: int) -> list[int]:
        key = StripKey(vendor, device, day, known(day, received_on))
        found = self.strips.get(key)
        if found is None:
            found = self.strips[key] = [strips.EMPTY] * len(STRIP_NAMES)
        self.arrivals.add((day, received_on))
        return found

    def _add_usage(self, data: UsageData, received_on: int) -> None:
        day, minute = day_and_minute(minute_of(data.ts))
        marks = self._mark(data.vendor, data.device, day, received_on)
        bit = 1 << minute
        marks[SEEN] |= bit
        marks[STRIP_OF_USAGE[data.action, data.trigger]] |= bit

    def _add_session(self, data: SessionData, received_on: int) -> None:
        for day, minutes in minutes_of_session(data.ts, data.duration_s):
            self._mark(data.vendor, data.device, day, received_on)[SEEN] |= minutes
        self.add_session_row(data, received_on)

    def _add_fault(self, data: FaultData, received_on: int) -> None:
        day, minute = day_and_minute(minute_of(data.ts))
        self._mark(data.vendor, data.device, day, received_on)[SEEN] |= 1 << minute
        self.add_fault_row(data, received_on)

    def add_session_row(self, data: SessionData, received_on: int) -> None:
        """Join a session's row, without its minutes."""
        _keep_earliest(self.sessions, data, received_on)

    def add_fault_row(self, data: FaultData, received_on: int) -> None:
        """Join a fault's row, without its minute."""
        _keep_earliest(self.faults, data, received_on)

    def add_void_row(self, data: VoidData, received_on: int) -> None:
        """Join a void's row; a void marks no minute."""
        _keep_earliest(self.voids, data, received_on)

    def _add_presence(self, data: PresenceData, received_on: int) -> None:
        for device, heard in data.heard.items():
            for epoch_minute in heard:
                day, minute = day_and_minute(epoch_minute)
                self._mark(data.vendor, device, day, received_on)[SEEN] |= 1 << minute

    def _add_watermark(self, data: WatermarkData, _received_on: int) -> None:
        said = data.batch, data.received_before_ms
        self.watermarks[data.worker] = max(said, self.watermarks.get(data.worker, said))

    def _add_outage(self, data: OutageData, _received_on: int) -> None:
        key = data.worker, data.from_ms
        self.outages[key] = max(data.to_ms, self.outages.get(key, data.to_ms))

    def _add_ledger(self, data: LedgerData, _received_on: int) -> None:
        key = data.worker, data.vendor, day_from_date(data.day)
        said = data.revision, msgspec.json.encode(data.counts, order="deterministic").decode()
        self.ledger[key] = max(said, self.ledger.get(key, said))


def _keep_earliest(rows: dict[RowKey, tuple[Row, int]], data: Row, received_on: int) -> None:
    key = RowKey(data.vendor, data.device, data.ts, data.seq, data.content_sha256)
    since = known(day_of(data.ts), received_on)
    if key not in rows or since < rows[key][1]:
        rows[key] = data, since


_ADD: dict[type, Callable[..., None]] = {
    UsageEvent: Facts._add_usage,
    SessionEvent: Facts._add_session,
    FaultEvent: Facts._add_fault,
    VoidEvent: Facts.add_void_row,
    PresenceEvent: Facts._add_presence,
    WatermarkEvent: Facts._add_watermark,
    OutageEvent: Facts._add_outage,
    LedgerEvent: Facts._add_ledger,
}
