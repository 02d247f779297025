"""Faults asked for by option, each with draws of its own: one changes nothing of what another does.

Over records: devices whose clock is off, devices nobody registered. Over messages: some late, some twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from simulators.city import City
from simulators.civil import HOUR_MS, MINUTE_MS, SECOND_MS, start_ms
from simulators.messages import Message
from simulators.stream_record import SentRecord

AGAIN_WITHIN_MS = HOUR_MS
PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0 to 1) of messages or devices, and by how much each is late or ahead."""

    share: float
    amount: float


def read_share(text: str) -> Share:
    """A share and an amount from ``0.05:3600``.

    :raises ValueError: if it is of another form
    """
    share, colon, amount = text.partition(":")
    if not colon or not 0 <= float(share) <= 1:
        raise ValueError(f"not a share from 0 to 1 and an amount, like 0.05:3600: {text}")
    return Share(float(share), float(amount))


def skewed(city: City, records: Iterable[SentRecord], skew: Share) -> Iterator[SentRecord]:
    """The records, those of some devices with the ts of a clock that is off."""
    shift_ms = round(skew.amount * SECOND_MS)
    off: dict[tuple[str, str], bool] = {}
    for sent in records:
        device = sent.vendor, sent.device
        if device not in off:
            off[device] = city.lot("skew", *device) < skew.share
        if off[device]:
            yield replace(sent, record=sent.record | {"ts": sent.record["ts"] + shift_ms}, shift_ms=shift_ms)
        else:
            yield sent


def unknown(city: City, count: int, only: str | None) -> Iterator[SentRecord]:
    """What ``count`` devices say that nobody registered: a heartbeat an hour, through the feeds of others."""
    chance = city.random("unknown")
    venues = {venue["slug"] for venue in city.collections["venues"]}
    neighbours = [s for s in city.speakers if only is None or (s.site in venues) == (only == "venues")]
    for number in range(count):
        beside = chance.choice(neighbours)
        begins = start_ms(city.first_day) + chance.randrange(60) * MINUTE_MS
        for seq, ts in enumerate(range(begins, start_ms(city.until), HOUR_MS)):
            record = {"ts": ts, "seq": seq, "kind": "heartbeat"}
            yield SentRecord(beside.site, beside.vendor, beside.feed, f"unknown-{number:04d}", record, outcome=PARKED)


def late(city: City, messages: list[Message], some: Share) -> list[Message]:
    """The messages, some of them held back for so many hours."""
    held_ms = round(some.amount * HOUR_MS)
    return [
        replace(message, due_ms=message.due_ms + held_ms) if city.lot("late", message.name) < some.share else message
        for message in messages
    ]


def again(city: City, messages: list[Message], share: float) -> list[Message]:
    """Some of the messages a second time, within the hour after."""
    return [
        replace(message, due_ms=message.due_ms + round(city.lot("again", message.name) * AGAIN_WITHIN_MS))
        for message in messages
        if city.lot("duplicate", message.name) < share
    ]
