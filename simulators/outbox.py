"""What one feed still has to send, and what it has sent and keeps until the receipt says that it is durable.

A receipt is the only thing that lets a message go (a PUBACK, where none is asked for). Lost connections,
PUBACK 0x10 (nobody was subscribed: not delivered) and PUBACK from 0x80 on (refused) bring it back; so does silence, and
a receipt that says that some records were not accepted for now. Sending again is harmless: a record counts once.
No clock and no socket in here: the caller says what time it is.
"""

import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulators.messages import Message
from simulators.receipts import read_receipt

NO_SUBSCRIBER = 0x10
REFUSED = 0x80
RETRY_S = 1.0
NOT_ACCEPTED_S = 5.0
TRIES_WITHOUT_RECEIPT = 3


@dataclass(slots=True)
class Tally:
    """What happened, over all feeds; ``latency_s`` is from the first sending to the receipt, ``problems`` which
    users met what, ``rejected_records`` identities and reasons, ``pubacks_only`` messages that ask for no receipt,
    ``unheard`` those of them that nobody took in."""

    published: int = 0
    sent_again: int = 0
    no_subscriber: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    connections_lost: int = 0
    receipts: int = 0
    receipts_again: int = 0
    accepted: int = 0
    parked: int = 0
    dropped: int = 0
    not_accepted: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    rejected_records: set[tuple[str, str, str, int, int, str]] = field(default_factory=set)
    pubacks_only: int = 0
    unheard: int = 0
    latency_s: list[float] = field(default_factory=list)
    problems: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class Parcel:
    """A message under way; ``number`` is its Correlation Data, ``send_at`` when to send it again."""

    number: bytes
    message: Message
    first_sent_at: float
    send_at: float
    tries: int = 1


class Outbox:
    """The messages of one feed, in order, at most ``window`` of them without a receipt."""

    def __init__(self, messages: Iterator[Message] | list[Message], tally: Tally, window: int, again_after_s: float):
        self._queue = deque(messages)
        self._tally = tally
        self._window = window
        self._again_after_s = again_after_s
        self._waiting: dict[bytes, Parcel] = {}
        # Receipts of an earlier run may still arrive: its numbers must not be ours.
        self._run = secrets.token_bytes(8)
        self._count = 0

    def take(self, now_s: float, horizon_ms: float) -> Iterator[Parcel]:
        """What to send now: what is due again, then new messages that are due before ``horizon_ms``."""
        for parcel in self._waiting.values():
            if parcel.send_at <= now_s:
                parcel.send_at = now_s + self._again_after_s
                parcel.tries += 1
                self._tally.sent_again += 1
                yield parcel
        while self._queue and len(self._waiting) < self._window and self._queue[0].due_ms <= horizon_ms:
            self._count += 1
            number = self._run + self._count.to_bytes(8, "big")
            parcel = Parcel(number, self._queue.popleft(), now_s, now_s + self._again_after_s)
            self._waiting[number] = parcel
            self._tally.published += 1
            yield parcel

    def acknowledged(self, number: bytes, reason: int, name: str, now_s: float) -> None:
        """The broker's answer to one PUBLISH; to one that asks for a receipt only a failure means anything."""
        parcel = self._waiting.get(number)
        failed = reason == NO_SUBSCRIBER or reason >= REFUSED
        if reason == NO_SUBSCRIBER:
            self._tally.no_subscriber += 1
        elif failed:
            self._tally.refused[name] += 1
        if parcel is None or (parcel.message.receipt and not failed):
            return
        if failed and (parcel.message.receipt or parcel.tries < TRIES_WITHOUT_RECEIPT):
            parcel.send_at = now_s + RETRY_S
            return
        del self._waiting[number]
        self._tally.pubacks_only += 1
        self._tally.unheard += failed

    def receipt(self, number: bytes, payload: bytes | bytearray, now_s: float) -> None:
        """Let the message go whose receipt this is, and count what it says.

        :raises ValueError: if the receipt is not one, or does not account for every record of the message
        """
        parcel = self._waiting.get(number)
        if parcel is None:
            self._tally.receipts_again += 1
            return
        said = read_receipt(payload)
        said.check(len(parcel.message.records))
        if said.not_accepted:
            # It says how many, not which: the whole message goes again.
            self._tally.not_accepted.update(said.not_accepted)
            parcel.send_at = now_s + NOT_ACCEPTED_S
            return
        del self._waiting[number]
        self._tally.receipts += 1
        self._tally.accepted += said.accepted
        self._tally.parked += said.parked
        self._tally.dropped += said.dropped
        for index, reason in said.rejected:
            self._tally.rejected[reason] += 1
            if index is not None and parcel.message.raw is None:
                self._tally.rejected_records.add((*_identity(parcel.message, index), reason))
        self._tally.latency_s.append(now_s - parcel.first_sent_at)

    def connection_lost(self) -> None:
        """Everything without a receipt goes again as soon as there is a connection."""
        for parcel in self._waiting.values():
            parcel.send_at = 0.0

    @property
    def finished(self) -> bool:
        """Whether every message has its receipt."""
        return not self._queue and not self._waiting

    @property
    def unfinished(self) -> list[Message]:
        """What has no receipt yet."""
        return [parcel.message for parcel in self._waiting.values()] + list(self._queue)

    def overdue(self, horizon_ms: float) -> bool:
        """Whether something should have gone out or come back by now."""
        return bool(self._waiting) or bool(self._queue and self._queue[0].due_ms <= horizon_ms)


def _identity(message: Message, index: int) -> tuple[str, str, str, int, int]:
    record = message.records[index]
    device = record.get("device") or message.topic.rsplit("/", 1)[1]
    return message.vendor, device, record["kind"], record["ts"], record.get("seq", 0)
