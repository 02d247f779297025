"""Everything a play sends, in the order in which it goes out; and what is written down of it afterwards."""

import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulators import faults
from simulators.city import City
from simulators.consent import refusing_devices
from simulators.faults import Share
from simulators.feed_beats import feed_beats
from simulators.flaws import Flaws, malformed, spoil
from simulators.held import held_back
from simulators.messages import Message, pack, shuffled
from simulators.outages import Outage, delayed, planned_outages, read_outage, without_lost
from simulators.stream import stream
from simulators.stream_record import SentRecord

DROPPED, REJECTED = "dropped", "rejected"
RejectedRecords = set[tuple[str, str, str, int, int, str]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a city's records are sent, and what goes wrong beside what its plan says.

    ``speed`` is event time over wall time, 0 as fast as receipts allow; ``window`` the messages a feed may have without
    a receipt; ``patience_s`` how long nothing at all may move before the play is given up. Only ``skew``, ``unknown``
    and ``outages`` change which records there are.
    """

    speed: float = 0.0
    heartbeat_minutes: int | None = None
    shuffle: bool = False
    repeat: int = 1
    only: str | None = None
    bad: bool = False
    malformed: float = 0.0
    duplicate: float = 0.0
    late: Share | None = None
    skew: Share | None = None
    unknown: int = 0
    outages: tuple[str, ...] = ()
    window: int = 20
    again_after_s: float = 10.0
    patience_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Score:
    """The messages of a play in the order in which they go out, and what is in them."""

    records: list[SentRecord]
    messages: list[Message]
    distinct_messages: int
    flaws: Flaws = field(default_factory=Flaws)


def compose(city: City, manner: Manner) -> Score:
    """Everything that will be sent; the same city and manner always give the same.

    :raises ValueError: if an outage is not one of the city's
    """
    outages = planned_outages(city) + [read_outage(text, city) for text in manner.outages]
    records = _records(city, manner, outages)
    flaws = Flaws()
    messages = _messages(city, manner, records, outages, flaws)
    rounds = [_in_order(city, messages, turn, shuffle=manner.shuffle) for turn in range(manner.repeat)]
    beats = feed_beats(city, {message.user for message in messages}, outages, singly=manner.speed == 1)
    # Only once and in order: what feeds say of themselves is judged by when they say it.
    rounds[0] = list(heapq.merge(rounds[0], beats, key=lambda message: message.due_ms))
    return Score(records, [message for turn in rounds for message in turn], len(messages), flaws)


def write_sent(records: Iterable[SentRecord], path: Path, rejected: RejectedRecords | None = None) -> None:
    """One JSON line a distinct record: site, vendor, feed, device, record; ``outcome`` if it is not to be stored."""
    early = {named[:5] for named in rejected or () if named[5] == "future_ts"}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sent in records:
            line = {name: getattr(sent, name) for name in ("site", "vendor", "feed", "device", "record")}
            outcome = REJECTED if sent.shift_ms > 0 and sent.identity in early else sent.outcome
            if outcome is not None:
                line["outcome"] = outcome
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def unexpected(score: Score, rejected: RejectedRecords) -> list[tuple[str, str]]:
    """Site and reason of each good record that was rejected, but those of clocks that are ahead."""
    good = {sent.identity: sent for sent in score.records}
    found = [(good[named[:5]], named[5]) for named in rejected if named[:5] in good]
    return [(sent.site, reason) for sent, reason in found if not (sent.shift_ms > 0 and reason == "future_ts")]


def _records(city: City, manner: Manner, outages: list[Outage]) -> list[SentRecord]:
    records: Iterable[SentRecord] = stream(city, manner.heartbeat_minutes, manner.only)
    if manner.skew:
        records = faults.skewed(city, records, manner.skew)
    if refused := refusing_devices(city):
        records = (replace(s, outcome=DROPPED) if (s.vendor, s.device) in refused else s for s in records)
    kept = without_lost(records, outages)
    return kept + without_lost(faults.unknown(city, manner.unknown, manner.only), outages)


def _messages(
    city: City, manner: Manner, records: list[SentRecord], outages: list[Outage], flaws: Flaws
) -> list[Message]:
    messages = held_back(city, delayed(pack(city, records), outages))
    if manner.late:
        messages = faults.late(city, messages, manner.late)
    plain = messages
    if manner.bad:
        messages = spoil(messages, city.random("flaws"), flaws)
    if manner.malformed:
        messages = messages + malformed(city, plain, manner.malformed, flaws)
    if manner.duplicate:
        messages = messages + faults.again(city, plain, manner.duplicate)
    return sorted(messages, key=lambda message: message.due_ms)


def _in_order(city: City, messages: list[Message], turn: int, *, shuffle: bool) -> list[Message]:
    return shuffled(messages, city.random("shuffle", str(turn))) if shuffle else messages
