"""From a segment's file to what it tells of messages and replays; what it tells of refused points is passed over. Pure.

Tolerant of what later versions may add to an entry: a record once accepted must be told for as long as it is kept.
"""

import base64
import gzip
from array import array
from collections.abc import Callable, Iterator, Sequence

import msgspec

from services.telemetry.journal import Aside, Place
from services.telemetry.model import Entry, Reason, ReceivedEntry, ReplayedEntry


class Received(msgspec.Struct, frozen=True):
    """Message ``index`` of batch ``n``; every record that ``aside`` does not name was accepted.

    ``payload`` is None where it was erased.
    """

    n: int
    index: int
    received_ms: int
    topic: str
    payload: bytes | None
    aside: Sequence[Reason | Aside]


class Replayed(msgspec.Struct, frozen=True):
    """Records that were parked from message ``index`` of batch ``n`` and accepted later, by their places in it."""

    n: int
    index: int
    accepted: Sequence[int]


Told = Received | Replayed


class _Entry(msgspec.Struct):
    n: int
    index: int
    received_ms: int = 0
    topic: str | None = None
    aside: list[Aside] = []
    replay_of: Place | None = None
    accepted: list[int] = []


class _Line(msgspec.Struct):
    entry: _Entry
    payload: msgspec.Raw = msgspec.Raw(b"null")  # read only where the topic is asked for
    payload_b64: str | None = None


_LINE = msgspec.json.Decoder(_Line)
_TEXT = msgspec.json.Decoder(str | None)


def told_by_segment(content: bytes, wants: Callable[[str], bool], upto: int) -> Iterator[Told]:
    """What a segment tells of batches up to ``upto``: messages whose topic is wanted, and every replay."""
    for text in gzip.decompress(content).splitlines()[1:]:
        line = _LINE.decode(text)
        entry = line.entry
        if entry.n > upto:
            return
        if entry.replay_of is not None:
            yield _replayed(entry.replay_of.n, entry.replay_of.index, entry.accepted)
        elif entry.topic is not None and wants(entry.topic):
            yield Received(entry.n, entry.index, entry.received_ms, entry.topic, _payload(line), entry.aside)


def told_by_batch(n: int, entries: Sequence[Entry], wants: Callable[[str], bool]) -> Iterator[Told]:
    """What a batch that still lies in the spool tells, likewise."""
    for index, entry in enumerate(entries):
        if isinstance(entry, ReplayedEntry):
            yield _replayed(entry.n, entry.index, entry.accepted)
        elif isinstance(entry, ReceivedEntry) and wants(entry.topic):
            yield Received(n, index, entry.received_ms, entry.topic, entry.payload, entry.aside)


def _replayed(n: int, index: int, accepted: Sequence[int]) -> Replayed:
    return Replayed(n, index, array("H", accepted))  # two bytes each: a day's question may meet many


def _payload(line: _Line) -> bytes | None:
    if line.payload_b64 is not None:
        return base64.b64decode(line.payload_b64, validate=True)
    text = _TEXT.decode(line.payload)
    return None if text is None else text.encode()
