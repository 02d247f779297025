"""What the journal says of some devices on one civil day: every receipt of every record, by device and identity. Pure.

A content's SHA-256 is computed only where an identity has more than one: it costs more than all the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from services.adoption.canonical import Bits, Content, Identity, packed
from services.adoption.facts import SEEN, STRIP_OF_USAGE, Facts, known, minutes_of_session
from shared.contracts.civil_time import MINUTE_MS, day_and_minute, day_of
from shared.contracts.events import FaultData, SessionData, VoidData
from shared.contracts.journal import JournalRecord
from shared.contracts.telemetry import Fault, Record, Session, Usage, Void, content_sha256

ROW_KINDS = ("session", "fault", "void")
_encode = msgspec.json.Encoder(order="deterministic").encode


class Receipt(NamedTuple):
    """One arrival of a record, and the civil day of it."""

    site: str
    record: Record
    received_on: int


class Said(NamedTuple):
    """One content under an identity, and its receipts, of which there is at least one."""

    digest: bytes  # empty where the identity has no other content
    receipts: Sequence[Receipt]


class Receipts:
    """Receipts of one vendor's devices; test records too, which only a conflict's list wants."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self._devices: dict[str, dict[Identity, list[Receipt]]] = {}

    def add(self, found: Iterable[JournalRecord]) -> None:
        """Add what the journal has."""
        for line in found:
            record = line.record
            identity = str(record.__struct_config__.tag), record.ts, record.seq
            of_device = self._devices.setdefault(line.device, {})
            of_device.setdefault(identity, []).append(Receipt(line.site, record, day_of(line.received_ms)))

    def devices(self) -> Iterator[str]:
        """The devices with any record."""
        yield from self._devices

    def contents(self, device: str, *, tests: bool = False) -> Iterator[tuple[Identity, list[Said]]]:
        """Each identity of a device with its contents: of records that are no test, or of all."""
        for identity, receipts in self._devices.get(device, {}).items():
            wanted = receipts if tests else [receipt for receipt in receipts if not receipt.record.test]
            if wanted:
                yield identity, self._told_apart(device, wanted)

    def _told_apart(self, device: str, receipts: list[Receipt]) -> list[Said]:
        if len(receipts) == 1:
            return [Said(b"", receipts)]
        by_text: dict[tuple[str, bytes], list[Receipt]] = {}
        for receipt in receipts:
            record = msgspec.structs.replace(receipt.record, boot=0, device=None)
            by_text.setdefault((receipt.site, _encode(record)), []).append(receipt)
        if len(by_text) == 1:
            return [Said(b"", receipts)]
        by_digest: dict[bytes, list[Receipt]] = {}
        for same in by_text.values():
            sha = content_sha256(self.vendor, same[0].site, device, same[0].record)
            by_digest.setdefault(sha, []).extend(same)
        return [Said(sha, same) for sha, same in sorted(by_digest.items())]


def of_device_day(receipts: Receipts, device: str, day: int) -> dict[Identity, list[Content]]:
    """The contents of a device's records that touch a civil day; those of the day before must be there (sessions)."""
    found: dict[Identity, list[Content]] = {}
    for identity, said in receipts.contents(device):
        contents = [
            Content(sha, bits_on(day, same[0].record), frozenset(known(day, receipt.received_on) for receipt in same))
            for sha, same in said
        ]
        if any(content.bits for content in contents):
            found[identity] = contents
    return found


def bits_on(day: int, record: Record) -> Bits:
    """The minutes of a civil day that a record marks; none if it speaks of another, or is a void."""
    if isinstance(record, Void):
        return 0
    if isinstance(record, Session):
        touched = dict(minutes_of_session(record.ts, record.duration_s))
        return packed(SEEN, touched.get(day, 0))
    on, minute = day_and_minute(record.ts // MINUTE_MS)
    if on != day:
        return 0
    bit = 1 << minute
    if isinstance(record, Usage):
        return packed(SEEN, bit) | packed(STRIP_OF_USAGE[record.action, record.trigger], bit)
    return packed(SEEN, bit)


def rows_of(receipts: Receipts, day: int) -> Facts:
    """The session, fault and void rows of the records with ``ts`` on a civil day; no strips."""
    facts = Facts()
    for device in receipts.devices():
        for (kind, ts, _), contents in receipts.contents(device):
            if kind in ROW_KINDS and day_of(ts) == day:
                for said in contents:
                    _add_rows(facts, receipts.vendor, device, said)
    return facts


def _add_rows(facts: Facts, vendor: str, device: str, said: Said) -> None:
    first = min(said.receipts, key=lambda receipt: receipt.received_on)
    record = first.record
    sha = (said.digest or content_sha256(vendor, first.site, device, record)).hex()
    place = vendor, first.site, device, record.ts, record.seq
    if isinstance(record, Session):
        what = record.duration_s, record.content, record.headcount, record.completed
        facts.add_session_row(SessionData(*place, *what, sha), first.received_on)
    elif isinstance(record, Fault):
        facts.add_fault_row(FaultData(*place, record.code, record.active, sha), first.received_on)
    elif isinstance(record, Void):
        facts.add_void_row(VoidData(*place, record.of, sha), first.received_on)
