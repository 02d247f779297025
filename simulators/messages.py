"""Records as MQTT messages, the way each sort of feed sends them.

A vendor's cloud sends packs, one site at a time. A home gateway and a venue's PC send each usage or session at once, on
the device's own topic, and the rest as hourly packs. Some gateways lose their connection for an afternoon and send
what they kept when it is back.
"""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulators.city import City, Row
from simulators.civil import HOUR_MS, start_ms
from simulators.stream_record import SentRecord

PACK_RECORDS = 500
PACK_PERIOD_MS = HOUR_MS
AT_ONCE = ("usage", "session")


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message: ``due_ms`` is the event time at which its feed sends it.

    ``records`` is what goes out, ``good`` the distinct records among it; they differ where bad ones were put in.
    ``raw`` goes out in their place if it is there. Without ``receipt`` (feed heartbeats) a PUBACK is all that comes.
    """

    user: str
    vendor: str
    topic: str
    due_ms: int
    records: tuple[Row, ...]
    good: tuple[SentRecord, ...]
    single: bool = False
    raw: bytes | None = None
    receipt: bool = True

    def payload(self) -> bytes:
        """The bytes to publish. A NaN is written as ``NaN``, which JSON does not have."""
        if self.raw is not None:
            return self.raw
        body = self.records[0] if self.single else self.records
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def name(self) -> str:
        """What tells this message from every other of its play, so that each can have draws of its own."""
        first = self.records[0]
        return f"{self.topic}/{first.get('device', '')}/{first['kind']}/{first['ts']}/{first.get('seq', 0)}"


def pack(city: City, records: Iterable[SentRecord]) -> list[Message]:
    """The messages that carry the records, in the order in which they are due."""
    clouds = {(feed["vendor"], feed["feed"]) for feed in city.collections["feeds"] if feed["vendor_cloud"]}
    packs: dict[tuple[str, str, str, int], list[SentRecord]] = {}
    messages: list[Message] = []
    for sent in records:
        if sent.record["kind"] in AT_ONCE and (sent.vendor, sent.feed) not in clouds:
            messages.append(_single(sent))
        else:
            period = sent.at_ms // PACK_PERIOD_MS
            packs.setdefault((sent.vendor, sent.feed, sent.site, period), []).append(sent)
    for (_, _, _, period), said in packs.items():
        said.sort(key=lambda sent: (sent.record["ts"], sent.device, sent.record["seq"]))
        for start in range(0, len(said), PACK_RECORDS):
            messages.append(_pack(said[start : start + PACK_RECORDS], (period + 1) * PACK_PERIOD_MS))
    held = _held_back(city)
    messages = [
        replace(message, due_ms=held[message.user][1]) if _within(message.due_ms, held.get(message.user)) else message
        for message in messages
    ]
    return sorted(messages, key=lambda message: (message.due_ms, message.topic, message.good[0].record["ts"]))


def shuffled(messages: list[Message], chance: random.Random) -> list[Message]:
    """The same messages and records in another order; the k-th message still goes out when the k-th was due."""
    mixed = list(messages)
    chance.shuffle(mixed)
    return [
        replace(message, due_ms=slot.due_ms, records=tuple(chance.sample(message.records, len(message.records))))
        for slot, message in zip(messages, mixed, strict=True)
    ]


def _single(sent: SentRecord) -> Message:
    return Message(
        user=f"{sent.vendor}.{sent.feed}",
        vendor=sent.vendor,
        topic=f"telemetry/v1/{sent.vendor}/{sent.feed}/{sent.site}/{sent.device}",
        due_ms=sent.at_ms + sent.record.get("duration_s", 0) * 1000,
        records=(sent.record,),
        good=(sent,),
        single=True,
    )


def _pack(said: list[SentRecord], due_ms: int) -> Message:
    first = said[0]
    return Message(
        user=f"{first.vendor}.{first.feed}",
        vendor=first.vendor,
        topic=f"telemetry/v1/{first.vendor}/{first.feed}/{first.site}",
        due_ms=due_ms,
        records=tuple({"device": sent.device, **sent.record} for sent in said),
        good=tuple(said),
    )


def _held_back(city: City) -> dict[str, tuple[int, int]]:
    """For one home gateway in four, the event time it spent without a connection."""
    chance = city.random("gateways")
    first_ms, days = start_ms(city.first_day), (city.until - city.first_day).days
    gone: dict[str, tuple[int, int]] = {}
    for feed in city.collections["feeds"]:
        if feed["feed"].startswith("gw-") and chance.random() < 0.25:
            begins = first_ms + chance.randrange(days) * 24 * HOUR_MS + 13 * HOUR_MS
            gone[f"{feed['vendor']}.{feed['feed']}"] = (begins, begins + chance.randrange(2, 8) * HOUR_MS)
    return gone


def _within(ts_ms: int, span: tuple[int, int] | None) -> bool:
    return span is not None and span[0] <= ts_ms < span[1]
