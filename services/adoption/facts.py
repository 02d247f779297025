"""What events make true: day strips, and rows for sessions, faults and voids, each with the day it became *known*.

A batch of facts is a join-semilattice: strips are joined by OR, rows by their key with the smallest *known*. Adding the
same events in any order, any number of times and in any batches gives the same facts.

*known* is the civil day of an event's receipt, but not before the day after the one it speaks of.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from services.adoption import strips
from shared.contracts.civil_time import MINUTES_PER_DAY, date_from_day, day_and_minute, day_of, minute_of
from shared.contracts.events import (
    Event,
    FaultData,
    FaultEvent,
    PresenceData,
    PresenceEvent,
    SessionData,
    SessionEvent,
    UsageData,
    UsageEvent,
    VoidData,
    VoidEvent,
)

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

    def add(self, event: Event, received_on: int) -> None:
        """Join one event, received on civil day ``received_on``, to the batch."""
        _ADD[type(event)](self, event.data, received_on)

    def _mark(self, vendor: str, device: str, day: int, received_on: int) -> list[int]:
        known = received_on if received_on > day else day + 1
        key = StripKey(vendor, device, day, known)
        found = self.strips.get(key)
        if found is None:
            found = self.strips[key] = [strips.EMPTY] * len(STRIP_NAMES)
        return found

    def _add_usage(self, data: UsageData, received_on: int) -> None:
        day, minute = day_and_minute(minute_of(data.ts))
        marks = self._mark(data.vendor, data.device, day, received_on)
        bit = 1 << minute
        marks[SEEN] |= bit
        # an acknowledged alarm is no operation of the device, whatever triggered it
        marks[ACK if data.action == "ack" else STRIP_OF_TRIGGER[data.trigger]] |= bit

    def _add_session(self, data: SessionData, received_on: int) -> None:
        first = minute_of(data.ts)
        end = minute_of(data.ts + data.duration_s * 1000 - 1) + 1
        while first < end:
            day, minute = day_and_minute(first)
            stop = min(MINUTES_PER_DAY, minute + end - first)
            self._mark(data.vendor, data.device, day, received_on)[SEEN] |= strips.between(minute, stop)
            first += stop - minute
        _keep_earliest(self.sessions, data, received_on)

    def _add_fault(self, data: FaultData, received_on: int) -> None:
        day, minute = day_and_minute(minute_of(data.ts))
        self._mark(data.vendor, data.device, day, received_on)[SEEN] |= 1 << minute
        _keep_earliest(self.faults, data, received_on)

    def _add_void(self, data: VoidData, received_on: int) -> None:
        _keep_earliest(self.voids, data, received_on)

    def _add_presence(self, data: PresenceData, received_on: int) -> None:
        for device, heard in data.heard.items():
            for epoch_minute in heard:
                day, minute = day_and_minute(epoch_minute)
                self._mark(data.vendor, device, day, received_on)[SEEN] |= 1 << minute


def _keep_earliest(rows: dict[RowKey, tuple[Row, int]], data: Row, received_on: int) -> None:
    key = RowKey(data.vendor, data.device, data.ts, data.seq, data.content_sha256)
    known = max(received_on, day_of(data.ts) + 1)
    if key not in rows or known < rows[key][1]:
        rows[key] = data, known


_ADD: dict[type, Callable[..., None]] = {
    UsageEvent: Facts._add_usage,
    SessionEvent: Facts._add_session,
    FaultEvent: Facts._add_fault,
    VoidEvent: Facts._add_void,
    PresenceEvent: Facts._add_presence,
}
