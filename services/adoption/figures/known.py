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


class KnownFacts(Protocol):
    """Facts as known at one moment; days are day numbers, ranges half-open."""

    def first_heard(self, vendor: str, device: str, from_day: int, to_day: int) -> int | None:
        """The first day in which a device was seen in any minute."""

    def seen(self, vendor: str, device: str, day: int) -> int:
        """The strip of minutes in which a device was seen."""

    def devices_with_sessions(self, from_ms: int, to_ms: int) -> list[tuple[str, str]]:
        """Which devices (vendor, device) have a session that starts in a range, voided ones too."""

    def sessions(self, vendor: str, device: str, from_ms: int, to_ms: int) -> list[RawSession]:
        """A device's sessions that start in a range, by (ts, end, seq); of two contents under one identity the one
        that counts.
        """
