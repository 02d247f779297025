"""A feed's own heartbeats: what they say, when it was silent, and since when. Pure.

A feed was silent between two heartbeats that lie further apart than three of its intervals. What is judged is ``ts``:
heartbeats that come late fill the silence, in whatever order they come.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from services.telemetry.model import Heartbeats, Message, Outcome, SetAside
from services.telemetry.parsing import Wrong, parse_heartbeats, pieces
from shared.contracts.civil_time import day_of
from shared.contracts.telemetry import MAX_AGE_MS, MAX_AHEAD_MS
from shared.failures import Rejected


class Heard(NamedTuple):
    """A feed was there from ``first`` to ``last``, epoch milliseconds."""

    first: int
    last: int


class Silence(NamedTuple):
    """From a heartbeat until the next; ``to_ms`` is None while none has come."""

    from_ms: int
    to_ms: int | None


def feed_heartbeats(message: Message, vendor: str, feed: str, pause_ms: int) -> Outcome:
    """What becomes of a message of feed heartbeats."""
    try:
        items = parse_heartbeats(message.payload)
    except Rejected as rejected:
        aside = SetAside(None, rejected.reason, None, day_of(message.received_ms), message.payload)
        return Outcome(vendor, feed, "", None, rejected=[aside])
    accepted: list[int] = []
    rejected_ones: list[SetAside] = []
    for index, item in enumerate(items):
        if verdict := _wrong(item, message.received_ms):
            raw = pieces(message.payload)[index]
            rejected_ones.append(SetAside(index, *verdict, day_of(message.received_ms), raw))
        else:
            accepted.append(item.ts)  # type: ignore[arg-type]  # a Wrong has a verdict
    heartbeats = Heartbeats(vendor, feed, pause_ms, accepted) if accepted else None
    return Outcome(vendor, feed, "", None, rejected=rejected_ones, heartbeats=heartbeats)


def _wrong(item: object, received_ms: int) -> tuple[str, str | None] | None:
    if isinstance(item, Wrong):
        return "bad_record", item.field
    ts: int = item.ts  # type: ignore[attr-defined]
    if not received_ms - MAX_AGE_MS <= ts <= received_ms + MAX_AHEAD_MS:
        return ("too_old" if ts <= received_ms else "future_ts"), None
    return None


def joined(heard: Iterable[Heard], pause_ms: int) -> list[Heard]:
    """The same heartbeats as spans whose inner pauses are at most ``pause_ms``, ascending."""
    found: list[Heard] = []
    for span in sorted(heard):
        if found and span.first - found[-1].last <= pause_ms:
            found[-1] = Heard(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def silences(heard: Sequence[Heard], pause_ms: int, until_ms: int | None) -> list[Silence]:
    """When a feed was silent, from its first heartbeat on.

    The last one is open if nothing came for longer than ``pause_ms`` until ``until_ms``; None: that cannot be said yet.
    """
    spans = joined(heard, pause_ms)
    found = [Silence(one.last, other.first) for one, other in pairwise(spans)]
    if spans and until_ms is not None and until_ms - spans[-1].last > pause_ms:
        found.append(Silence(spans[-1].last, None))
    return found
