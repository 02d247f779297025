"""Bad records among good ones: each is set aside with its reason, and its neighbours count as ever.

They are no part of the distinct records, of ``--sent`` or of what is expected; they are counted apart.
"""

import random
from collections import Counter
from dataclasses import dataclass, replace

from simulators.city import Row
from simulators.civil import DAY_MS
from simulators.messages import Message

EACH = 3
# The flaw, and the reason with which ARCHITECTURE section 3 has it set aside.
REASONS = {
    "wrong_type": "bad_record",
    "unknown_kind": "bad_record",
    "year_ahead": "future_ts",
    "nan_message": "not_json",
}


@dataclass(frozen=True, slots=True)
class Flaws:
    """What was put in, by flaw and by vendor; a NaN counts as one record, for its whole message fails."""

    by_flaw: Counter[str]
    by_vendor: Counter[str]


def spoil(messages: list[Message], chance: random.Random) -> tuple[list[Message], Flaws]:
    """Put a bad record into the middle of some packs, and some messages that are not JSON among the messages."""
    packs = [number for number, message in enumerate(messages) if not message.single]
    chosen = chance.sample(packs, min(len(packs), EACH * len(REASONS)))
    flaws = Flaws(Counter(), Counter())
    spoilt = list(messages)
    for turn, number in enumerate(chosen):
        flaw, message = tuple(REASONS)[turn % len(REASONS)], messages[number]
        flaws.by_flaw[flaw] += 1
        flaws.by_vendor[message.vendor] += 1
        bad = _bad(flaw, message.records[0])
        if flaw == "nan_message":
            spoilt.append(replace(message, records=(bad,), good=()))
        else:
            middle = len(message.records) // 2
            spoilt[number] = replace(message, records=(*message.records[:middle], bad, *message.records[middle:]))
    return sorted(spoilt, key=lambda message: message.due_ms), flaws


def _bad(flaw: str, like: Row) -> Row:
    named = {"device": like["device"], "ts": like["ts"], "kind": "reading"}
    if flaw == "wrong_type":
        return named | {"values": {"temperature_c": "warm"}}
    if flaw == "unknown_kind":
        return named | {"kind": "telepathy"}
    if flaw == "year_ahead":
        return named | {"ts": like["ts"] + 365 * DAY_MS, "values": {"temperature_c": 24.5}}
    return named | {"values": {"temperature_c": float("nan")}}
