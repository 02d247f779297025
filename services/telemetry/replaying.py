"""What was parked, tried again when the registry has brought what it waited for.

Time is judged by the first receipt, events carry it, and one transaction takes the records out of parking and
appends what became of them: exactly once, whenever the process is killed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import NamedTuple, Protocol

from services.telemetry.counting import count_expired, count_replayed
from services.telemetry.decode import decode
from services.telemetry.directory import Directory
from services.telemetry.holding import held
from services.telemetry.keeping import in_order, reasons, rejected
from services.telemetry.model import Counts, Kept, Outcome, Parked, ReplayedEntry, SetAside
from services.telemetry.outgoing import outgoing
from services.telemetry.parsing import counted_day, parse
from shared.contracts.civil_time import day_of

ROWS_AT_ONCE = 200
PARKED_FOR_MS = 35 * 86_400_000


class ParkedRow(NamedTuple):
    """Parked records with the id of their row, and the batch they came in."""

    id: int
    n: int
    parked: Parked


class Key(NamedTuple):
    """What the registry brought: a site (``device`` empty), or a vendor's device."""

    reason: str
    site_or_vendor: str
    device: str = ""


class Parking(Protocol):
    """Where parked records wait."""

    @property
    def names(self) -> Mapping[str, Set[str]]:
        """The value names each vendor has used."""

    def parked_places(self) -> Sequence[tuple[str, str, str]]:
        """Every (vendor, site, device) that something is parked for."""

    def parked_for(self, key: Key, after_id: int, most: int) -> list[ParkedRow]:
        """The next rows that wait for this key, by id."""

    def replay(self, kept: Kept, released: Collection[int], moved: Mapping[int, str]) -> int:
        """Take rows out of parking, give others a new reason, and append a batch, in one transaction.

        :raises Unavailable: if it could not be written; nothing has changed then
        """

    def parked_before(self, received_ms: int, most: int) -> list[ParkedRow]:
        """Rows that were received before this moment and still wait."""

    def expire(self, rows: Collection[int], counts: Counts) -> None:
        """Let go of parked rows for good, and move their records in the ledger, in one transaction.

        :raises Unavailable: if it could not be written; nothing has changed then
        """


class _Again(NamedTuple):
    """Parked records as the message they came in, first receipt and all."""

    topic: str
    payload: bytes
    received_ms: int


class Replaying:
    """Tries parked records again, key by key, a bounded number at a time."""

    def __init__(self, directory: Directory, parking: Parking) -> None:
        self._directory = directory
        self._parking = parking
        self._due: dict[Key, int] = {}  # to the last row tried

    def sites_arrived(self, sites: Collection[str]) -> None:
        """The registry has these sites now."""
        self._due |= {Key("unknown_site", site): 0 for site in sites}

    def devices_arrived(self, devices: Collection[tuple[str, str]]) -> None:
        """The registry has these devices, as (vendor, device), now."""
        self._due |= {Key("unknown_device", vendor, device): 0 for vendor, device in devices}

    def look_for_all(self) -> None:
        """Whatever is parked for a site or device that the directory has (at start: it may have come meanwhile)."""
        for vendor, site, device in self._parking.parked_places():
            if self._directory.site(site) is not None:
                self.sites_arrived([site])
            if device in self._directory.devices(vendor):
                self.devices_arrived([(vendor, device)])

    def step(self, now_ms: int) -> int:
        """Try the next rows again; returns how many there were, 0 when nothing is due.

        :raises Unavailable: if the spool could not be written; nothing has changed then
        """
        while self._due:
            key, after_id = next(iter(self._due.items()))
            rows = self._parking.parked_for(key, after_id, ROWS_AT_ONCE)
            if rows:
                self._replay(rows, now_ms)
                self._due[key] = rows[-1].id
                return len(rows)
            del self._due[key]
        return 0

    def expire(self, now_ms: int) -> int:
        """Let go of what has waited for 35 days: its records are expired; returns how many rows that were.

        :raises Unavailable: if the spool could not be written; what had expired by then stays so
        """
        count = 0
        while rows := self._parking.parked_before(now_ms - PARKED_FOR_MS, ROWS_AT_ONCE):
            self._parking.expire([row.id for row in rows], count_expired(_were_parked(rows)))
            count += len(rows)
        return count

    def _replay(self, rows: Sequence[ParkedRow], now_ms: int) -> None:
        messages = [_Again(row.parked.topic, row.parked.raw, row.parked.received_ms) for row in rows]
        decoded = decode(messages, self._directory, self._parking.names)
        outcomes = [_all_or_none(outcome) for outcome in decoded.outcomes]
        tried = list(zip(rows, messages, outcomes, strict=True))
        moved = {row.id: outcome.parked[0].reason for row, _, outcome in tried if outcome.parked}
        kept = Kept(
            day=day_of(now_ms),
            at_ms=now_ms,
            entries=[_entry(row, outcome, now_ms) for row, _, outcome in tried if row.id not in moved],
            outgoing=outgoing(outcomes),
            rejected=[
                record for row, message, outcome in tried for record in rejected(message, _in_its_message(row, outcome))
            ],
            parked=(),
            counts=count_replayed(_were_parked(rows), outcomes),
            new_names=decoded.new_names,
            held=held([outcome for outcome in outcomes if not outcome.parked]),
        )
        self._parking.replay(kept, [row.id for row in rows if row.id not in moved], moved)


def _all_or_none(outcome: Outcome) -> Outcome:
    """A row is of one device: while the registry lacks anything, all of it waits on, the rejected included."""
    if not outcome.parked:
        return outcome
    reason = outcome.parked[0].reason
    waiting = [aside._replace(reason=reason) for aside in in_order(outcome)]
    waiting += [SetAside(position, reason, None, day, b"") for position, day in outcome.dropped]
    return outcome._replace(rejected=(), dropped=(), parked=waiting)


def _were_parked(rows: Sequence[ParkedRow]) -> Iterator[tuple[str, SetAside]]:
    """What the ledger counts as parked of these rows, with its vendor."""
    for _, _, row in rows:
        for item in parse(row.raw):
            day = counted_day(item.ts, row.received_ms)
            yield row.vendor, SetAside(None, row.reason, None, day, b"", row.device)


def _in_its_message(row: ParkedRow, outcome: Outcome) -> Outcome:
    """The outcome with places in the message that first brought the records."""
    indexes = row.parked.indexes
    return outcome._replace(
        rejected=[aside._replace(position=indexes[aside.position or 0]) for aside in outcome.rejected]
    )


def _entry(row: ParkedRow, outcome: Outcome, now_ms: int) -> ReplayedEntry:
    aside = reasons(_in_its_message(row, outcome))
    gone = {reason.index for reason in aside} | {row.parked.indexes[position] for position, _ in outcome.dropped}
    accepted = [index for index in row.parked.indexes if index not in gone]
    return ReplayedEntry(now_ms, row.n, row.parked.message, accepted, aside)
