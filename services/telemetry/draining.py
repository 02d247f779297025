"""From the spool to the stores: each has a cursor of its own, so that one's outage does not stop the others.

Send first, move the cursor then: a crash between the two sends again, and sending again changes nothing.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.telemetry.bodies import Body, bodies
from services.telemetry.counting import REJECTED
from services.telemetry.model import Heard, Kept, Outgoing, RefusedEntry, RejectedRecord
from shared.contracts.civil_time import day_of
from shared.failures import Rejected, Unavailable
from shared.runtime.delivery import until_done

POINTS_AT_ONCE = 10_000
EVENTS_AT_ONCE = 20_000
REFUSED = "refused_by_store"
_NOTHING = Outgoing(0, "", 0, {}, ())
_LINE = re.compile(r"vendor=(?P<vendor>\S+) .* (?P<ns>-?\d+)$")


class Lines(NamedTuple):
    """Line protocol of the batches after the cursor, up to ``upto``; ``more`` follow."""

    upto: int
    more: bool
    points: int
    text: str


class Events(NamedTuple):
    """Events and presence of the batches after the cursor, up to ``upto``; ``more`` follow."""

    upto: int
    more: bool
    batches: Sequence[tuple[Mapping[str, Sequence[bytes]], Sequence[Heard]]]


class Spool(Protocol):
    """What the stores still have to get."""

    def lines(self, most: int) -> Lines | None:
        """The next lines for InfluxDB, None if it has all.

        :raises Unavailable: if the spool cannot be read
        """

    def lines_written(self, upto: int, refused: Kept | None) -> None:
        """Move InfluxDB's cursor; what it refused is kept as a batch of its own, in the same transaction.

        :raises Unavailable: if the spool cannot be written
        """

    def events(self, most: int) -> Events | None:
        """The next events for RabbitMQ, None if it has all.

        :raises Unavailable: if the spool cannot be read
        """

    def events_published(self, upto: int) -> None:
        """Move RabbitMQ's cursor.

        :raises Unavailable: if the spool cannot be written
        """


def write_points(spool: Spool, write: Callable[[str], None], now_ms: Callable[[], int]) -> bool:
    """Write the next points to InfluxDB; returns whether more wait.

    ``write`` raises Rejected where the store refuses some of the text for good.

    :raises Unavailable: if InfluxDB or the spool is away; the cursor has not moved then
    """
    lines = spool.lines(POINTS_AT_ONCE)
    if lines is None:
        return False
    refused = refused_lines(write, lines.text) if lines.points else []
    spool.lines_written(lines.upto, _kept_refusals(refused, now_ms()) if refused else None)
    return lines.more


def publish_events(spool: Spool, publish: Callable[[list[Body]], None], worker: str) -> bool:
    """Publish the next events to RabbitMQ; returns whether more wait.

    :raises Unavailable: if RabbitMQ or the spool is away; the cursor has not moved then
    """
    events = spool.events(EVENTS_AT_ONCE)
    if events is None:
        return False
    if events.batches:
        publish(bodies(worker, events.batches))
    spool.events_published(events.upto)
    return events.more


def refused_lines(write: Callable[[str], None], text: str) -> list[str]:
    """Write lines, and halve what is refused until the bad lines stand alone; the good ones are written.

    Good lines may be written twice on the way, which changes nothing.

    :raises Unavailable: if the store is away
    """
    try:
        write(text)
    except Rejected:
        lines = text.split("\n")
        if len(lines) == 1:
            return lines
        half = len(lines) // 2
        return [refused for part in (lines[:half], lines[half:]) for refused in refused_lines(write, "\n".join(part))]
    return []


def _kept_refusals(refused: Sequence[str], at_ms: int) -> Kept:
    counts: Counter[tuple[str, int, str]] = Counter()
    rows = []
    for line in refused:
        identity = _LINE.search(line)
        assert identity, line  # lines are ours
        vendor = identity["vendor"]
        counts[vendor, day_of(int(identity["ns"]) // 1_000_000), REJECTED + REFUSED] += 1
        raw = line.encode()
        rows.append(RejectedRecord(vendor, "", "", at_ms, None, REFUSED, None, len(raw), raw))
    entries = [RefusedEntry(at_ms, "influxdb", line) for line in refused]
    return Kept(day_of(at_ms), at_ms, entries, _NOTHING, rows, (), counts)


def keep_up(
    step: Callable[[], bool],
    stop: threading.Event,
    wake: threading.Event,
    *,
    gather_s: float,
    idle: Callable[[], None] = lambda: None,
    on_unavailable: Callable[[Unavailable], None] | None = None,
) -> None:
    """Do ``step`` whenever there is something to do, until ``stop``; between steps, more may gather for a while.

    A step returns whether it left something for the next. ``idle`` is called at least every second.

    :raises Stopping: if stopped while a dependency was away
    """
    while not stop.is_set():
        if not until_done(step, stop, on_unavailable):
            idle()
            wake.wait(0.5)
            wake.clear()
            stop.wait(gather_s)
