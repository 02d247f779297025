"""What figures ask of the facts, as they are known at one moment."""

from typing import NamedTuple, Protocol


class RawSession(NamedTuple):
    """A session as a device sent it; ``ts`` to ``end`` in epoch milliseconds, half-open."""

    ts: int
    end: int
    seq: int
    content: str | None
    headcount: int | None
    completed: bool | None
    site: str
    content_sha256: str
    voided: bool


class RawFault(NamedTuple):
    """A fault that began (``active``) or ended at ``ts``, in epoch milliseconds."""

    ts: int
    seq: int
    code: str
    active: bool


class UseDays(NamedTuple):
    """The days with a minute of each kind: bit *d* is the day *d* days after the first asked for."""

    local: int
    smart: int
    ack: int


class UseStrips(NamedTuple):
    """A day's minutes of each kind."""

    local: int
    smart: int
    automated: int
    ack: int


class KnownFacts(Protocol):
    """Facts as known at one moment; days are day numbers, ranges half-open."""

    def first_heard(self, vendor: str, device: str, from_day: int, to_day: int) -> int | None:
        """The first day in which a device was seen in any minute."""

    def seen(self, vendor: str, device: str, from_day: int, to_day: int) -> int:
        """The strip, over several days, of the minutes in which a device was seen."""

    def use_days(self, vendor: str, device: str, from_day: int, to_day: int) -> UseDays:
        """The days on which a device was used."""

    def use_strips(self, vendor: str, device: str, from_day: int, to_day: int) -> dict[int, UseStrips]:
        """The minutes in which a device was used or acted of itself, by day: 0 is the first asked for."""

    def faults(self, vendor: str, device: str, before_ms: int) -> list[RawFault]:
        """A device's faults before a time, by (ts, seq): of two contents under one identity the one that counts, and
        none that was withdrawn.
        """

    def devices_with_sessions(self, from_ms: int, to_ms: int) -> list[tuple[str, str]]:
        """Which devices (vendor, device) have a session that starts in a range, voided ones too."""

    def sessions(self, vendor: str, device: str, from_ms: int, to_ms: int) -> list[RawSession]:
        """A device's sessions that start in a range, by (ts, end, seq); of two contents under one identity the one
        that counts.
        """

    def own_outages(self) -> list[tuple[int, int]]:
        """When we could hear nobody: epoch milliseconds, half-open. They carry no day of becoming known."""
