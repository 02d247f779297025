"""How much of a vendor's may wait for the registry. Beyond its quota records are not accepted, and the vendor is told.

Bytes are counted as they lie in the spool, compressed, row by row: the records of one message, device and reason.
"""

import logging
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from services.telemetry import counters
from services.telemetry.model import Decoded, Outcome, SetAside

DEFAULT_QUOTA_BYTES = 256 * 1024**2
PARKING_FULL = "parking_full"
_ALARM_PERCENT = 80
_log = logging.getLogger(__name__)


class Room:
    """What each vendor has parked, and has left. Belongs to one thread."""

    def __init__(self, quota_bytes: int, used: Mapping[str, int]) -> None:
        self._quota = quota_bytes
        self._used: dict[str, int] = {}
        for vendor, size in used.items():
            self.add(vendor, size)

    def left(self, vendor: str) -> int:
        """Bytes that a vendor may still park; negative if the quota has been lowered."""
        return self._quota - self._used.get(vendor, 0)

    def add(self, vendor: str, size: int) -> None:
        """So many bytes more are parked, or (negative) fewer; the alarm rises when they pass 80 %."""
        before = self._used.get(vendor, 0)
        after = self._used[vendor] = before + size
        counters.PARKED_BYTES.labels(vendor).set(after)
        if not self._is_high(before) and self._is_high(after):
            counters.PARKING_NEARLY_FULL.labels(vendor).inc()
            _log.error("parking fills up", extra={"vendor": vendor, "bytes": after, "quota_bytes": self._quota})

    def _is_high(self, size: int) -> bool:
        return size * 100 >= self._quota * _ALARM_PERCENT


def rows(outcome: Outcome) -> list[tuple[str, str, Sequence[SetAside]]]:
    """The parked records of a message as they are kept together: device, reason and records."""
    found: dict[tuple[str, str], list[SetAside]] = {}
    for aside in outcome.parked:
        found.setdefault((aside.device, aside.reason), []).append(aside)
    return [(*key, records) for key, records in found.items()]


def packed(records: Sequence[SetAside]) -> bytes:
    """The records' JSON array."""
    return b"[" + b",".join([record.raw for record in records]) + b"]"


def within_quota(decoded: Decoded, left: Callable[[str], int]) -> Decoded:
    """The same, but what would be parked beyond the bytes that its vendor has ``left`` is not accepted.

    Rows find room in the order of the messages, and of the devices in each.
    """
    most: Counter[str] = Counter()  # what they cannot exceed: nearly always there is room even so
    for outcome in decoded.outcomes:
        for aside in outcome.parked:
            most[outcome.vendor] += len(aside.raw) * 1001 // 1000 + 64  # zlib: 11 bytes, and 5 in 16 KB; a comma
    room = {vendor: left(vendor) for vendor, size in most.items() if size > left(vendor)}
    if not room:
        return decoded
    outcomes = [_within(one, room) if one.parked and one.vendor in room else one for one in decoded.outcomes]
    return decoded._replace(outcomes=outcomes)


def _within(outcome: Outcome, room: dict[str, int]) -> Outcome:
    full: set[int | None] = set()
    for _, _, records in rows(outcome):
        size = len(zlib.compress(packed(records)))
        if size > room[outcome.vendor]:
            full.update(record.position for record in records)
        else:
            room[outcome.vendor] -= size
    return outcome._replace(
        parked=[aside for aside in outcome.parked if aside.position not in full],
        not_accepted=[aside._replace(reason=PARKING_FULL) for aside in outcome.parked if aside.position in full],
    )
