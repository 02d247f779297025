"""One feed under load: a window of messages, each kept (as its number) until its receipt, or its PUBACK.

The rules are those of ``outbox``: lost connections, PUBACK 0x10 and from 0x80 on, silence, and records that were not
accepted for now bring a message back; sending again is harmless. Only the means differ, because they must cost little.
"""

import secrets
from array import array
from collections import Counter
from dataclasses import dataclass, field

from simulators.load import wire
from simulators.load.connection import Address, Connection, Connections
from simulators.load.sequence import Sequence
from simulators.outbox import NO_SUBSCRIBER, NOT_ACCEPTED_S, REFUSED, RETRY_S
from simulators.receipts import Receipt, read_receipt

LOOK_EVERY_S = 0.25
KNOWN_RECEIPTS = 1_000


@dataclass(slots=True)
class LoadTally:
    """What became of messages and records, over all feeds; ``latency_s`` from first sending to being let go."""

    published: int = 0
    done: int = 0
    sent_again: int = 0
    no_subscriber: int = 0
    receipts_again: int = 0
    accepted: int = 0
    parked: int = 0
    dropped: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    not_accepted: Counter[str] = field(default_factory=Counter)
    not_receipts: Counter[str] = field(default_factory=Counter)
    latency_s: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(frozen=True, slots=True)
class Terms:
    """Whether a receipt is waited for, how many messages may be without, and how long before sending again."""

    receipts: bool
    window: int
    again_after_s: float


class LoadFeed:
    """Sends a sequence's messages in order and knows which are still without a receipt."""

    def __init__(
        self, sequence: Sequence, terms: Terms, where: tuple[str, int, str], tally: LoadTally, seen: Connections
    ) -> None:
        host, port, password = where
        self.sequence = sequence
        self.published = 0
        self.waiting: dict[int, list[float]] = {}  # by number: when first sent, when to send again
        self._terms = terms
        self._tally = tally
        # Receipts of an earlier run may still arrive: its numbers must not be ours.
        self._run = secrets.token_bytes(8)
        receipts = f"ack/v1/{sequence.vendor}/{sequence.feed}/r" if terms.receipts else None
        self._properties = wire.response_properties(receipts, 16) + self._run if receipts else b"\0"
        topic = f"telemetry/v1/{sequence.vendor}/{sequence.feed}/{sequence.site}"
        devices = [f"{topic}/{sequence.device(n)}" for n in range(sequence.devices)] if sequence.pack == 1 else [topic]
        self._topics = [wire.topic_bytes(name) for name in devices]
        self._total = sequence.messages
        self._known: dict[bytes, Receipt] = {}
        self._looked_at = 0.0
        address = Address(host, port, f"{sequence.vendor}.{sequence.feed}", password, receipts)
        self.connection = Connection(address, self, seen)

    @property
    def finished(self) -> bool:
        """Whether every message was let go."""
        return self.published == self._total and not self.waiting

    def advance(self, now_s: float, allowance: float) -> None:
        """Send what is to go again, then up to ``allowance`` new messages."""
        self.connection.advance(now_s)
        if now_s - self._looked_at > LOOK_EVERY_S:
            self._looked_at = now_s
            self._again(now_s)
        until = min(self._total, self.published + allowance)
        again_at = now_s + self._terms.again_after_s
        while self.published < until and len(self.waiting) < self._terms.window and self.connection.has_room():
            self.waiting[self.published] = [now_s, again_at]
            self._publish(self.published)
            self.published += 1
            self._tally.published += 1
        self.connection.write(now_s)

    def acknowledged(self, number: int, reason: int, now_s: float) -> None:
        """Let the message go if no receipt is waited for; a failure brings it back soon."""
        if number not in self.waiting:
            return
        if reason == NO_SUBSCRIBER:
            self._tally.no_subscriber += 1
        elif reason >= REFUSED:
            self._tally.refused[f"0x{reason:02x}"] += 1
        else:
            if not self._terms.receipts:
                self._let_go(number, now_s)
            return
        self.waiting[number][1] = now_s + RETRY_S

    def arrived(self, correlation: bytes, payload: bytes, now_s: float) -> None:
        """Let the message go whose receipt this is, unless some of its records are to be sent again."""
        number = int.from_bytes(correlation[8:], "big")
        if correlation[:8] != self._run or number not in self.waiting:
            self._tally.receipts_again += 1
            return
        try:
            said = self._read(payload)
            said.check(len(self.sequence.in_message(number)))
        except (ValueError, KeyError, TypeError) as error:
            self._tally.not_receipts[repr(error)[:200]] += 1
            return
        if said.not_accepted:
            self._tally.not_accepted.update(said.not_accepted)
            self.waiting[number][1] = now_s + NOT_ACCEPTED_S
            return
        self._tally.accepted += said.accepted
        self._tally.parked += said.parked
        self._tally.dropped += said.dropped
        if said.rejected:
            self._tally.rejected.update(reason for _, reason in said.rejected)
        self._let_go(number, now_s)

    def lost(self) -> None:
        """Everything without a receipt goes again as soon as there is a connection."""
        for times in self.waiting.values():
            times[1] = 0.0
        self._looked_at = 0.0

    def _read(self, payload: bytes) -> Receipt:
        # Most receipts are the same few bytes.
        said = self._known.get(payload)
        if said is None:
            said = read_receipt(payload)
            if len(self._known) < KNOWN_RECEIPTS:
                self._known[payload] = said
        return said

    def _let_go(self, number: int, now_s: float) -> None:
        self._tally.latency_s.append(now_s - self.waiting.pop(number)[0])
        self._tally.done += 1

    def _again(self, now_s: float) -> None:
        for number, times in self.waiting.items():
            if times[1] <= now_s and self.connection.has_room():
                times[1] = now_s + self._terms.again_after_s
                self._tally.sent_again += 1
                self._publish(number)

    def _publish(self, number: int) -> None:
        properties = self._properties + number.to_bytes(8, "big") if self._terms.receipts else self._properties
        topic = self._topics[number % len(self._topics)]
        self.connection.publish(number, topic, properties, self.sequence.payload(number))
