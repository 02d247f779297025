"""Bad records and messages among good ones: each is set aside with its reason, and its neighbours count as ever.

They are no part of the distinct records, of ``--sent`` or of what is expected; they are counted apart.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace

from simulators.city import City, Row
from simulators.civil import DAY_MS
from simulators.messages import Message

EACH = 3
NO_NEIGHBOUR_S_SEQ = 999_999_999
# The flaw, and the reason with which the telemetry contract, version 1, has it set aside.
RECORD_FLAWS = {
    "wrong_type": "bad_record",
    "unknown_kind": "bad_record",
    "year_ahead": "future_ts",
    "nan_message": "not_json",
}
MESSAGE_FLAWS = {"no_json": "not_json", "truncated": "not_json", "not_utf8": "not_json", "wrong_types": "bad_record"}
REASONS = RECORD_FLAWS | MESSAGE_FLAWS


@dataclass(frozen=True, slots=True)
class Flaws:
    """What was put in, by vendor and flaw; what fails as a whole message counts as one record."""

    count: Counter[tuple[str, str]] = field(default_factory=Counter)


def spoil(messages: list[Message], chance: random.Random, flaws: Flaws) -> list[Message]:
    """Put a bad record into the middle of some packs, and some messages that are not JSON among the messages."""
    packs = [number for number, message in enumerate(messages) if not message.single]
    chosen = chance.sample(packs, min(len(packs), EACH * len(RECORD_FLAWS)))
    spoilt = list(messages)
    for turn, number in enumerate(chosen):
        flaw, message = tuple(RECORD_FLAWS)[turn % len(RECORD_FLAWS)], messages[number]
        flaws.count[message.vendor, flaw] += 1
        bad = _bad(flaw, message.good[0].device, message.records[0])
        if flaw == "nan_message":
            spoilt.append(replace(message, records=(bad,), good=()))
        else:
            middle = len(message.records) // 2
            spoilt[number] = replace(message, records=(*message.records[:middle], bad, *message.records[middle:]))
    return spoilt


def malformed(city: City, messages: list[Message], share: float, flaws: Flaws) -> list[Message]:
    """Messages that cannot be read, each beside one of the good ones."""
    bad = []
    for message in messages:
        if city.lot("malformed", message.name) < share:
            flaw = tuple(MESSAGE_FLAWS)[int(city.lot("flaw", message.name) * len(MESSAGE_FLAWS))]
            flaws.count[message.vendor, flaw] += 1
            records = (message.records[0],)
            bad.append(replace(message, records=records, good=(), raw=_unreadable(flaw, message.payload())))
    return bad


def _unreadable(flaw: str, payload: bytes) -> bytes:
    if flaw == "no_json":
        return b"status=ok;temp=24.5"
    if flaw == "truncated":
        return payload[: len(payload) // 2]
    if flaw == "not_utf8":
        return payload.replace(b'"kind"', b'"k\xffnd"', 1)
    body = json.loads(payload)
    first = body[0] if isinstance(body, list) else body
    return json.dumps(first | {"ts": "soon", "seq": "seven"}).encode()


def _bad(flaw: str, device: str, like: Row) -> Row:
    named = {"device": device, "ts": like["ts"], "seq": NO_NEIGHBOUR_S_SEQ, "kind": "reading"}
    if flaw == "wrong_type":
        return named | {"values": {"temperature_c": "warm"}}
    if flaw == "unknown_kind":
        return named | {"kind": "telepathy"}
    if flaw == "year_ahead":
        return named | {"ts": like["ts"] + 365 * DAY_MS, "values": {"temperature_c": 24.5}}
    return named | {"values": {"temperature_c": float("nan")}}
