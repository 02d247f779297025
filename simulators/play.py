"""Play a score: all feeds at once, in one loop over their sockets, until every message has its receipt."""

import select
import sys
import time
from collections import defaultdict
from collections.abc import Callable

from simulators.city import Row
from simulators.link import Account, Link
from simulators.messages import Message
from simulators.outbox import Outbox, Tally
from simulators.score import Manner, RejectedRecords, Score
from simulators.totals import totals
from simulators.trial import Trial

PROGRESS_EVERY_S = 2.0
TICK_S = 0.02


def play(
    score: Score, manner: Manner, broker: tuple[str, int], passwords: dict[str, str], trial: Trial | None = None
) -> tuple[Row, RejectedRecords]:
    """Send everything and wait for every receipt; the totals, with what is ``missing`` if it was given up.

    :returns: the totals, and the identities of the records that were rejected
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
    stage = Stage(links, tally, manner.patience_s, len(score.messages))
    began = time.monotonic()
    try:
        if trial is not None:
            well = trial.run([link.outbox for link in links], stage.run)
        else:
            first_ms = score.messages[0].due_ms if score.messages else 0
            pace = _pace(first_ms, began, manner.speed)
            well = stage.run(pace, lambda: all(link.outbox.finished for link in links), idles=manner.speed > 0)
    finally:
        stage.close()
    missing = [message for link in links for message in link.outbox.unfinished]
    told = totals(score, manner.repeat, tally, missing, time.monotonic() - began)
    return told | {"given_up": not well}, tally.rejected_records


def _pace(first_ms: int, began: float, speed: float) -> Callable[[float], float]:
    """Until which event time messages are due at a moment."""
    return lambda now: first_ms + (now - began) * speed * 1000 if speed else float("inf")


class Stage:
    """The links of all feeds, served until something is so."""

    def __init__(self, links: list[Link], tally: Tally, patience_s: float, total: int) -> None:
        self._links = links
        self._tally = tally
        self._patience_s = patience_s
        self._total = total
        self._told = self._pinged = time.monotonic()

    def run(self, horizon: Callable[[float], float], finished: Callable[[], bool], *, idles: bool = False) -> bool:
        """Send what is due and take in receipts until finished; False if nothing moved for too long.

        ``idles``: while nothing is due, nothing need move.
        """
        moved, done = time.monotonic(), self._done
        while not finished():
            now = time.monotonic()
            until_ms = horizon(now)
            for link in self._links:
                link.advance(now, until_ms)
            self._exchange()
            if self._done != done or (idles and not any(link.outbox.overdue(until_ms) for link in self._links)):
                done, moved = self._done, now
            if now - moved > self._patience_s:
                return False
            self._regularly(now)
        return True

    @property
    def _done(self) -> int:
        return self._tally.receipts + self._tally.pubacks_only

    def close(self) -> None:
        """Say goodbye on all links."""
        for link in self._links:
            link.close()

    def _regularly(self, now: float) -> None:
        if now - self._pinged > 1:
            self._pinged = now
            for link in self._links:
                link.keep_alive()
        if now - self._told > PROGRESS_EVERY_S:
            self._told = now
            print(f"{self._done:,} of {self._total:,} messages have their receipt", file=sys.stderr, flush=True)

    def _exchange(self) -> None:
        """Wait a moment for the sockets and serve those that are ready."""
        watched = {sock: (link, wants) for link in self._links for sock, wants in [link.watch()] if sock is not None}
        writers = [sock for sock, (_, wants) in watched.items() if wants]
        readable, writable, _ = select.select(list(watched), writers, [], TICK_S)
        for sock in writable:
            watched[sock][0].write()
        for sock in readable:
            watched[sock][0].read(time.monotonic())
