"""Telemetry's own database, the worker's side: what is copied there from the spool."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select, tuple_
from sqlalchemy.exc import DBAPIError

from services.telemetry.adapters import ledger_tables as tables
from services.telemetry.mirroring import CountedRow, ParkedState, Snapshot
from services.telemetry.model import RejectedRecord
from shared.contracts.civil_time import date_from_day, day_of
from shared.failures import Unavailable

Row = TypeVar("Row")
MOST_REJECTED_A_DAY = 10_000  # rows per vendor; beyond, only the ledger's count grows


def connect(url: str) -> Engine:
    """An engine whose SQLite files are in WAL mode and wait for each other."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # all of it can be copied again
            connection.execute("PRAGMA busy_timeout = 30000")

    return engine


@contextmanager
def available(engine: Engine) -> Iterator[Connection]:
    """One transaction.

    :raises Unavailable: if the database is away
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise Unavailable("database", str(error.orig)) from error


class SqlLedger:
    """Copies one worker's spool into the database."""

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine
        self._worker = worker

    def revision(self) -> int:
        """The revision last copied from this worker's spool, 0 where there is none.

        :raises Unavailable: if the database is away
        """
        with available(self._engine) as connection:
            tables.create(connection)
            row = connection.execute(
                select(tables.worker.c.revision).where(tables.worker.c.worker == self._worker)
            ).scalar()
        return int(row or 0)

    def mirror(self, snapshot: Snapshot, at_ms: int) -> None:
        """Copy a snapshot in one transaction.

        :raises Unavailable: if the database is away; nothing was copied then
        """
        with available(self._engine) as connection:
            self._mirror_counted(connection, snapshot.counted)
            self._mirror_parked(connection, snapshot.parked)
            for n, records in snapshot.rejected:
                self._mirror_rejected(connection, n, records)
            self._mirror_worker(connection, snapshot, at_ms)

    def _mirror_counted(self, connection: Connection, counted: Sequence[CountedRow]) -> None:
        table = tables.counted
        rows = [
            {"worker": self._worker, "vendor": row.vendor, "day": date_from_day(row.day), "what": row.what}
            | {"count": row.total}
            for row in counted
        ]
        for part in parts(rows):
            keys = [(row["worker"], row["vendor"], row["day"], row["what"]) for row in part]
            columns = tuple_(table.c.worker, table.c.vendor, table.c.day, table.c.what)
            connection.execute(table.delete().where(columns.in_(keys)))
            connection.execute(table.insert(), part)

    def _mirror_parked(self, connection: Connection, parked: Sequence[ParkedState]) -> None:
        table = tables.parked
        for part in parts([row._asdict() | {"worker": self._worker} for row in parked]):
            ids = [row["id"] for row in part]
            connection.execute(table.delete().where(table.c.worker == self._worker, table.c.id.in_(ids)))
            if waiting := [row for row in part if row.pop("waits")]:
                connection.execute(table.insert(), waiting)

    def _mirror_rejected(self, connection: Connection, n: int, records: Sequence[RejectedRecord]) -> None:
        table = tables.rejected
        connection.execute(table.delete().where(table.c.worker == self._worker, table.c.n == n))
        room: dict[tuple[str, date], int] = {}
        rows = []
        for position, record in enumerate(records):
            key = (record.vendor, date_from_day(day_of(record.received_ms)))
            if key not in room:
                room[key] = MOST_REJECTED_A_DAY - _count_rejected(connection, *key)
            if room[key] > 0:
                room[key] -= 1
                rows.append(_rejected_row(self._worker, n, position, key[1], record))
        for part in parts(rows):
            connection.execute(table.insert(), part)

    def _mirror_worker(self, connection: Connection, snapshot: Snapshot, at_ms: int) -> None:
        table = tables.worker
        beat = connection.execute(select(table.c.beat).where(table.c.worker == self._worker)).scalar() or 0
        connection.execute(table.delete().where(table.c.worker == self._worker))
        connection.execute(
            table.insert(),
            {
                "worker": self._worker,
                "head": snapshot.head,
                "influxdb": snapshot.cursors["influxdb"],
                "rabbitmq": snapshot.cursors["rabbitmq"],
                "database": snapshot.upto,
                "revision": snapshot.revision,
                "beat": beat + 1,
                "at_ms": at_ms,
                "segment": snapshot.journal.segment,
                "segment_sha256": snapshot.journal.sha256,
            },
        )


def parts(rows: Sequence[Row], most: int = 500) -> Iterator[Sequence[Row]]:
    """The rows in parts that one statement bears."""
    return (rows[start : start + most] for start in range(0, len(rows), most))


def _count_rejected(connection: Connection, vendor: str, day: date) -> int:
    table = tables.rejected
    found = connection.execute(
        select(func.count()).select_from(table).where(table.c.vendor == vendor, table.c.day == day)
    )
    return int(found.scalar_one())


def _rejected_row(worker: str, n: int, position: int, day: date, record: RejectedRecord) -> dict[str, Any]:
    return {
        "worker": worker,
        "n": n,
        "position": position,
        "vendor": record.vendor,
        "feed": record.feed,
        "day": day,
        "topic": record.topic,
        "received_ms": record.received_ms,
        "record_index": record.index,
        "reason": record.reason,
        "field": record.field,
        "size": record.size,
        "raw": record.raw,
    }
