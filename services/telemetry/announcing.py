"""What a worker tells on RabbitMQ of its own work: its ledger, and up to which moment all it received is out.

It speaks after the events it speaks of: each step comes behind the publishing of events, on the same channel. Totals
are absolute and an event's id derives from what it says, so telling again changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from services.telemetry.bodies import Body, contents
from services.telemetry.mirroring import CountedRow
from services.telemetry.watermark import Mark, Watermark
from shared.contracts.civil_time import date_from_day, rfc3339
from shared.contracts.events import OPS_KEYS, LedgerData, LedgerEvent, WatermarkData, WatermarkEvent

LEDGER_EVERY_S = 3.0
_encode = msgspec.json.Encoder().encode


class Totals(NamedTuple):
    """Every total of each (vendor, day) of which one has changed, at one revision of the spool."""

    revision: int
    rows: Sequence[CountedRow]


class Spool(Protocol):
    """Whose cursors tell how far the stores are."""

    def cursors(self) -> tuple[int, dict[str, int]]:
        """The last batch, and how far each store has got.

        :raises Unavailable: if the spool cannot be read
        """


class Counted(Protocol):
    """The totals that have not been told yet."""

    def untold(self) -> Totals:
        """What changed since the revision last told.

        :raises Unavailable: if the spool cannot be read
        """

    def told(self, revision: int) -> None:
        """Totals up to this revision were published.

        :raises Unavailable: if the spool cannot be written
        """


class Announcing:
    """Tells of one worker; belongs to the thread that publishes its events."""

    def __init__(
        self,
        worker: str,
        spool: Spool,
        counted: Counted,
        watermark: Watermark,
        publish: Callable[[Sequence[Body]], None],
    ) -> None:
        self._worker = worker
        self._spool = spool
        self._counted = counted
        self._watermark = watermark
        self._publish = publish
        self._ledger_at_s = float("-inf")

    def step(self, monotonic_s: float) -> None:
        """Publish what is due; nothing before the first moment is reached. Every event before it has been confirmed.

        :raises Unavailable: if RabbitMQ or the spool is away; all of it is due again then
        """
        mark = self._watermark.reached(self._spool.cursors()[1])
        if mark is None:
            return
        if monotonic_s - self._ledger_at_s >= LEDGER_EVERY_S:
            self._tell_ledger(mark)
            self._ledger_at_s = monotonic_s
        if self._watermark.is_due(mark, monotonic_s):
            self._publish(_bodies("watermark", [_watermark_event(self._worker, mark)]))
            self._watermark.was_told(mark, monotonic_s)

    def _tell_ledger(self, mark: Mark) -> None:
        totals = self._counted.untold()
        if totals.rows:
            self._publish(_bodies("ledger", _ledger_events(self._worker, mark, totals)))
            self._counted.told(totals.revision)


def _ledger_events(worker: str, mark: Mark, totals: Totals) -> Iterator[LedgerEvent]:
    """One event for each vendor and day; its time is the last moment of receipt known to be complete."""
    for (vendor, day), counts in _by_day(totals.rows).items():
        date = date_from_day(day)
        data = LedgerData(worker, vendor, date, totals.revision, counts)
        name = f"{worker}/ledger/{vendor}/{date.isoformat()}/{totals.revision}"
        yield LedgerEvent(name, f"/workers/{worker}", rfc3339(mark.received_before_ms), data)


def _watermark_event(worker: str, mark: Mark) -> WatermarkEvent:
    name = f"{worker}/watermark/{mark.batch}/{mark.received_before_ms}"
    data = WatermarkData(worker, mark.received_before_ms, mark.batch)
    return WatermarkEvent(name, f"/workers/{worker}", rfc3339(mark.received_before_ms), data)


def _by_day(rows: Iterable[CountedRow]) -> Mapping[tuple[str, int], dict[str, int]]:
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.vendor, row.day), {})[row.what] = row.total
    return found


def _bodies(kind: str, events: Iterable[LedgerEvent | WatermarkEvent]) -> list[Body]:
    return [Body(OPS_KEYS[kind], content) for content in contents([_encode(event) for event in events])]
