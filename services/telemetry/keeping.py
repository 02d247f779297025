"""From a decoded batch to what the spool keeps of it. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from services.telemetry.counting import count_received
from services.telemetry.holding import held
from services.telemetry.model import (
    Decoded,
    Kept,
    Message,
    Outcome,
    Parked,
    Reason,
    ReceivedEntry,
    RejectedRecord,
    SetAside,
)
from services.telemetry.outgoing import outgoing
from services.telemetry.parking import packed, rows
from services.telemetry.parsing import pieces
from shared.contracts.civil_time import day_of
from shared.contracts.receipts import Receipt, RejectedRecord as Refusal

MAX_SHOWN_BYTES = 65_536  # of a rejected record, what its vendor is shown; the journal has all of it


def kept(messages: Sequence[Message], decoded: Decoded) -> Kept:
    """All the spool keeps of a batch, whose messages were received on one civil day."""
    outcomes = decoded.outcomes
    pairs = [pair for pair in zip(messages, outcomes, strict=True) if _is_kept(pair[1])]
    return Kept(
        day=day_of(messages[0].received_ms),
        at_ms=messages[0].received_ms,
        entries=[_entry(message, outcome) for message, outcome in pairs],
        outgoing=outgoing(outcomes),
        rejected=[row for message, outcome in pairs if outcome.rejected for row in rejected(message, outcome)],
        parked=[
            row
            for index, (message, outcome) in enumerate(pairs)
            if outcome.parked
            for row in parked(index, message, outcome)
        ],
        counts=count_received(outcomes),
        new_names=decoded.new_names,
        heartbeats=[outcome.heartbeats for _, outcome in pairs if outcome.heartbeats],
        held=held(outcomes),
    )


def receipt(outcome: Outcome) -> Receipt:
    """What the feed is told of a message."""
    return Receipt(
        accepted=len(outcome.accepted) + (len(outcome.heartbeats.ts) if outcome.heartbeats else 0),
        parked=len(outcome.parked),
        rejected=[Refusal(aside.position, aside.reason, aside.field) for aside in outcome.rejected],
        dropped=len(outcome.dropped),
        not_accepted=dict(Counter(aside.reason for aside in outcome.not_accepted)),  # type: ignore[arg-type]
    )


def reasons(outcome: Outcome) -> list[Reason]:
    """Why each record of a message that was not accepted was not, in the order of the message."""
    return [Reason(aside.position, aside.reason, aside.field) for aside in in_order(outcome)]


def in_order(outcome: Outcome) -> list[SetAside]:
    """All of a message that was not accepted, in its order."""
    asides = (*outcome.rejected, *outcome.parked, *outcome.not_accepted)
    return sorted(asides, key=lambda aside: -1 if aside.position is None else aside.position)


def rejected(message: Message, outcome: Outcome) -> Iterator[RejectedRecord]:
    """What the vendor may see of each rejected record."""
    for aside in outcome.rejected:
        yield RejectedRecord(
            outcome.vendor,
            outcome.feed,
            message.topic,
            message.received_ms,
            aside.position,
            aside.reason,
            aside.field,
            len(aside.raw),
            aside.raw[:MAX_SHOWN_BYTES],
        )


def parked(index: int, message: Message, outcome: Outcome) -> Iterator[Parked]:
    """The parked records of message ``index``, device by device."""
    for device, reason, records in rows(outcome):
        yield Parked(
            index,
            outcome.vendor,
            outcome.feed,
            outcome.site,
            device,
            message.topic,
            message.received_ms,
            reason,
            [_place(outcome, record.position or 0) for record in records],
            packed(records),
        )


def _is_kept(outcome: Outcome) -> bool:
    """Whether anything of a message is left, where some of it was refused by its dwelling or found no room."""
    gone = outcome.dropped or outcome.not_accepted
    return bool(outcome.accepted or outcome.rejected or outcome.parked or not gone)


def _entry(message: Message, outcome: Outcome) -> ReceivedEntry:
    digest = hashlib.sha256(message.payload).digest()
    aside = reasons(outcome) if outcome.rejected or outcome.parked or outcome.not_accepted else ()
    if not outcome.dropped:
        return ReceivedEntry(message.received_ms, message.topic, digest, message.payload, aside)
    gone = {position for position, _ in outcome.dropped}
    rest = [piece for position, piece in enumerate(pieces(message.payload)) if position not in gone]
    moved = [Reason(_place(outcome, one.index or 0), one.reason, one.field) for one in aside]
    payload = b"[" + b",".join(rest) + b"]"
    return ReceivedEntry(message.received_ms, message.topic, digest, payload, moved, len(gone))


def _place(outcome: Outcome, position: int) -> int:
    """Where a record of a message stands in what is kept of it."""
    return position - sum(gone < position for gone, _ in outcome.dropped)
