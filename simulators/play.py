"""Play the city's days: all feeds at once, in one loop over their sockets, until every message has its receipt."""

import json
import random
import select
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simulators.city import City, Row
from simulators.civil import day_of
from simulators.flaws import REASONS, Flaws, spoil
from simulators.link import Account, Link
from simulators.messages import Message, pack, shuffled
from simulators.outbox import Outbox, Tally
from simulators.stream import SentRecord, stream

PROGRESS_EVERY_S = 2.0
TICK_S = 0.02


@dataclass(frozen=True, slots=True)
class Manner:
    """How the same records are sent: none of it changes them.

    ``speed`` is event time over wall time, 0 as fast as receipts allow; ``window`` the messages a feed may have without
    a receipt; ``patience_s`` how long nothing at all may move before the play is given up.
    """

    speed: float = 0.0
    heartbeat_minutes: int | None = None
    shuffle: bool = False
    repeat: int = 1
    only: str | None = None
    bad: bool = False
    window: int = 20
    again_after_s: float = 10.0
    patience_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Score:
    """The messages of a play in the order in which they go out, and what is in them."""

    records: list[SentRecord]
    messages: list[Message]
    distinct_messages: int
    flaws: Flaws


def compose(city: City, manner: Manner) -> Score:
    """Everything that will be sent; the same city and manner always give the same."""
    records = list(stream(city, manner.heartbeat_minutes, manner.only))
    messages = pack(city, records)
    flaws = Flaws(Counter(), Counter())
    if manner.bad:
        messages, flaws = spoil(messages, city.random("flaws"))
    rounds = [_in_order(city, messages, turn, shuffle=manner.shuffle) for turn in range(manner.repeat)]
    return Score(records, [message for turn in rounds for message in turn], len(messages), flaws)


def play(score: Score, manner: Manner, broker: tuple[str, int], passwords: dict[str, str]) -> Row:
    """Send everything and wait for every receipt; the totals, with what is ``missing`` if it was given up.

    :raises ValueError: if a feed that is to speak has no password
    """
    by_user: dict[str, list[Message]] = defaultdict(list)
    for message in score.messages:
        by_user[message.user].append(message)
    if lacking := sorted(set(by_user) - set(passwords)):
        raise ValueError(f"no password for {', '.join(lacking)}")
    tally = Tally()
    links = []
    for user, messages in by_user.items():
        vendor, feed = user.split(".", 1)
        account = Account(vendor, feed, passwords[user], *broker)
        links.append(Link(account, Outbox(messages, tally, manner.window, manner.again_after_s), tally))
    began = time.monotonic()
    _run(links, score, manner, tally)
    missing = [message for link in links for message in link.outbox.unfinished]
    return _totals(score, manner, tally, missing, time.monotonic() - began)


def write_sent(records: Iterable[SentRecord], path: Path) -> None:
    """One JSON line for each distinct record: site, vendor, feed, device, record."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sent in records:
            line = {name: getattr(sent, name) for name in ("site", "vendor", "feed", "device", "record")}
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def _in_order(city: City, messages: list[Message], turn: int, *, shuffle: bool) -> list[Message]:
    chance: random.Random = city.random("shuffle", str(turn))
    return shuffled(messages, chance) if shuffle else messages


def _run(links: list[Link], score: Score, manner: Manner, tally: Tally) -> None:
    began = moved = told = misc = time.monotonic()
    receipts, total = 0, len(score.messages)
    first_ms = score.messages[0].due_ms if score.messages else 0
    try:
        while not all(link.outbox.finished for link in links):
            now = time.monotonic()
            horizon = first_ms + (now - began) * manner.speed * 1000 if manner.speed else float("inf")
            for link in links:
                link.advance(now, horizon)
            _exchange(links)
            if tally.receipts != receipts or not any(link.outbox.overdue(horizon) for link in links):
                receipts, moved = tally.receipts, now
            if now - moved > manner.patience_s:
                return
            if now - misc > 1:
                misc = now
                for link in links:
                    link.keep_alive()
            if now - told > PROGRESS_EVERY_S:
                told = now
                print(f"{tally.receipts:,} of {total:,} messages have their receipt", file=sys.stderr, flush=True)
    finally:
        for link in links:
            link.close()


def _exchange(links: list[Link]) -> None:
    """Wait a moment for the sockets and serve those that are ready."""
    watched = {sock: (link, wants) for link in links for sock, wants in [link.watch()] if sock is not None}
    writers = [sock for sock, (_, wants) in watched.items() if wants]
    readable, writable, _ = select.select(list(watched), writers, [], TICK_S)
    for sock in writable:
        watched[sock][0].write()
    for sock in readable:
        watched[sock][0].read(time.monotonic())


def _totals(score: Score, manner: Manner, tally: Tally, missing: list[Message], took_s: float) -> Row:
    latency = sorted(tally.latency_s)
    return {
        "records": {
            "distinct": len(score.records),
            "test": sum(bool(sent.record.get("test")) for sent in score.records),
            "by_kind": _count(sent.record["kind"] for sent in score.records),
            "by_site": _count(sent.site for sent in score.records),
            "by_vendor_day": _by_vendor_day(score.records),
        },
        "bad": {
            "records": score.flaws.by_flaw.total(),
            "by_flaw": _count(score.flaws.by_flaw.elements()),
            "by_reason": _count(REASONS[flaw] for flaw in score.flaws.by_flaw.elements()),
            "by_vendor": _count(score.flaws.by_vendor.elements()),
        },
        "messages": {
            "distinct": score.distinct_messages,
            "repeats": score.distinct_messages * (manner.repeat - 1),
            "published": tally.published,
            "sent_again": tally.sent_again,
        },
        "receipts": {
            "messages": tally.receipts,
            "again": tally.receipts_again,
            "accepted": tally.accepted,
            "parked": tally.parked,
            "dropped": tally.dropped,
            "not_accepted": _count(tally.not_accepted.elements()),
            "rejected": _count(tally.rejected.elements()),
        },
        "broker": {
            "connections": tally.connections,
            "connections_lost": tally.connections_lost,
            "no_subscriber": tally.no_subscriber,
            "refused": _count(tally.refused.elements()),
        },
        "missing": _count(message.topic for message in missing),
        "problems": {what: sorted(users) for what, users in sorted(tally.problems.items())},
        "took_s": round(took_s, 3),
        "receipt_ms": {
            "p50": round(latency[len(latency) // 2] * 1000) if latency else None,
            "p99": round(latency[len(latency) * 99 // 100] * 1000) if latency else None,
        },
    }


def _count(items: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))


def _by_vendor_day(records: list[SentRecord]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sent in records:
        counts[sent.vendor][day_of(sent.record["ts"]).isoformat()] += 1
    return {vendor: dict(sorted(days.items())) for vendor, days in sorted(counts.items())}
