"""What the HTTP API shows – ledger, rejected, parked, status – copied from the spool to telemetry's own database.

Totals are absolute and rows have the names the spool gave them, so copying again changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from services.telemetry.closing import Head
from services.telemetry.model import RejectedRecord

REJECTED_AT_ONCE = 1_000


class CountedRow(NamedTuple):
    """One total: of a vendor, a civil day, and what was counted."""

    vendor: str
    day: int
    what: str
    total: int


class ParkedState(NamedTuple):
    """Parked records of one message and device; ``waits`` is false once they wait no longer."""

    id: int
    vendor: str
    feed: str
    site: str
    device: str
    topic: str
    received_ms: int
    reason: str
    records: int
    waits: bool


class Snapshot(NamedTuple):
    """What changed in a spool since a revision; and what was rejected in the batches after the cursor, to ``upto``."""

    head: int
    cursors: Mapping[str, int]
    revision: int
    journal: Head
    upto: int
    counted: Sequence[CountedRow]
    parked: Sequence[ParkedState]
    rejected: Sequence[tuple[int, Sequence[RejectedRecord]]]  # with the number of their batch


class Spool(Protocol):
    """Where it is copied from."""

    def changes(self, since: int, most_rejected: int) -> Snapshot:
        """What changed after revision ``since``.

        :raises Unavailable: if the spool cannot be read
        """

    def mirrored(self, upto: int, revision: int) -> None:
        """Move the database's cursor, and forget the parked rows of which it knows that they wait no more.

        :raises Unavailable: if the spool cannot be written
        """


class Database(Protocol):
    """Where it is copied to."""

    def revision(self) -> int:
        """The revision last copied from this worker's spool, 0 where there is none.

        :raises Unavailable: if the database is away
        """

    def mirror(self, snapshot: Snapshot, at_ms: int) -> None:
        """Copy a snapshot in one transaction.

        :raises Unavailable: if the database is away; nothing was copied then
        """


class Mirroring:
    """Copies one worker's spool."""

    def __init__(self, spool: Spool, database: Database) -> None:
        self._spool = spool
        self._database = database
        self._since: int | None = None

    def step(self, at_ms: int) -> bool:
        """Copy what changed; returns whether there is more.

        :raises Unavailable: if the spool or the database is away; the cursor has not moved then
        """
        if self._since is None:
            self._since = self._database.revision()  # of an empty database: all is copied again
        snapshot = self._spool.changes(self._since, REJECTED_AT_ONCE)
        self._database.mirror(snapshot, at_ms)
        if snapshot.upto > snapshot.cursors["database"] or snapshot.parked:
            self._spool.mirrored(snapshot.upto, snapshot.revision)
        self._since = snapshot.revision
        return snapshot.upto < snapshot.head
