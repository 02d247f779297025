"""All feeds of a load in one loop over their sockets, until each message was let go; and what to tell of it."""

import json
import select
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from simulators.city import Row
from simulators.load.connection import Connections
from simulators.load.feed import LoadFeed, LoadTally, Terms
from simulators.load.sequence import Sequence

PROGRESS_EVERY_S = 5.0
TICK_S = 0.002


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second over all feeds, 0 as fast as they are let go; how long nothing may move before giving up."""

    rate: float
    patience_s: float


class Load:
    """One run; :meth:`stop` ends it early, for instance on a signal."""

    def __init__(
        self, sequences: list[Sequence], terms: Terms, host: str, port: int, passwords: dict[str, str]
    ) -> None:
        if lacking := sorted({f"{s.vendor}.{s.feed}" for s in sequences} - set(passwords)):
            raise ValueError(f"no password for {', '.join(lacking)}")
        self._tally, self._seen = LoadTally(), Connections(0, 0, defaultdict(set))
        self._receipts = terms.receipts
        self._feeds = [
            LoadFeed(s, terms, (host, port, passwords[f"{s.vendor}.{s.feed}"]), self._tally, self._seen)
            for s in sequences
        ]
        self._total = sum(s.messages for s in sequences)
        self._stopped = False

    def stop(self) -> None:
        """Send nothing more; :meth:`run` returns with what was done so far."""
        self._stopped = True

    def run(self, pace: Pace) -> Row:
        """Send everything; the totals."""
        began, cpu_began = time.monotonic(), time.process_time()
        moved = told = began
        done = turn = 0
        try:
            while not self._stopped and not all(feed.finished for feed in self._feeds):
                now = time.monotonic()
                self._advance(now, self._allowance(pace.rate, now - began), turn)
                self._exchange()
                turn += 1
                if self._tally.done != done:
                    done, moved = self._tally.done, now
                if now - moved > pace.patience_s:
                    break
                if now - told > PROGRESS_EVERY_S:
                    told = now
                    print(f"{self._tally.done:,} of {self._total:,} messages", file=sys.stderr, flush=True)
        finally:
            for feed in self._feeds:
                feed.connection.close()
        return self._totals(time.monotonic() - began, time.process_time() - cpu_began)

    def write_sent(self, path: Path) -> None:
        """One line a feed: the formula, how many messages went out, and which of them have no receipt."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for feed in self._feeds:
                line = asdict(feed.sequence) | {"published": feed.published, "unanswered": sorted(feed.waiting)}
                file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def _allowance(self, rate: float, elapsed_s: float) -> float:
        """The messages that are due and not out: after a pause it catches up, so the mean rate is the one asked for."""
        return int(elapsed_s * rate) - self._tally.published if rate else float("inf")

    def _advance(self, now: float, allowance: float, turn: int) -> None:
        """Share out the allowance evenly, another feed first each time."""
        count = len(self._feeds)
        for place in range(count):
            share = -(-allowance // (count - place)) if allowance != float("inf") else allowance
            before = self._tally.published
            self._feeds[(place + turn) % count].advance(now, share)
            allowance -= self._tally.published - before

    def _exchange(self) -> None:
        poll = select.poll()
        by_file = {}
        for feed in self._feeds:
            number = feed.connection.fileno()
            if number is not None:
                by_file[number] = feed
                poll.register(number, select.POLLIN | (select.POLLOUT if feed.connection.wants_to_write else 0))
        for number, happened in poll.poll(TICK_S * 1000):
            if happened & select.POLLOUT:
                by_file[number].connection.write(time.monotonic())
            if happened & ~select.POLLOUT:
                by_file[number].connection.read(time.monotonic())

    def _totals(self, took_s: float, cpu_s: float) -> Row:
        tally = self._tally
        latency = sorted(tally.latency_s)
        return {
            "messages": {
                "planned": self._total,
                "published": tally.published,
                "done": tally.done,
                "sent_again": tally.sent_again,
            },
            "records": sum(feed.sequence.records for feed in self._feeds),
            "receipts": {
                "again": tally.receipts_again,
                "accepted": tally.accepted,
                "parked": tally.parked,
                "dropped": tally.dropped,
                "rejected": dict(tally.rejected),
                "not_accepted": dict(tally.not_accepted),
                "unreadable": dict(tally.not_receipts),
            },
            "broker": {
                "connections": self._seen.made,
                "connections_lost": self._seen.lost,
                "no_subscriber": tally.no_subscriber,
                "refused": dict(tally.refused),
            },
            "problems": {what: sorted(users) for what, users in sorted(self._seen.problems.items())},
            "missing": self._total - tally.done,
            "took_s": round(took_s, 3),
            "cpu_s": round(cpu_s, 3),
            "messages_per_s": round(tally.done / took_s, 1) if took_s else None,
            "receipt_ms" if self._receipts else "puback_ms": {
                "p50": round(latency[len(latency) // 2] * 1000, 1) if latency else None,
                "p99": round(latency[len(latency) * 99 // 100] * 1000, 1) if latency else None,
                "max": round(latency[-1] * 1000, 1) if latency else None,
            },
        }
