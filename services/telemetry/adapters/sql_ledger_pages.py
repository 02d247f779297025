"""Telemetry's own database, the HTTP API's side: status, totals, and pages of rejected and parked records."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, select, tuple_

from services.telemetry.adapters import ledger_tables as tables
from services.telemetry.adapters.sql_ledger import available
from services.telemetry.counting import MISSING
from services.telemetry.ledger import LedgerState, Page, WorkerState
from services.telemetry.watermark import Mark
from shared.contracts.civil_time import date_from_day, day_from_date
from shared.failures import Rejected

Vendors = Collection[str] | None  # None: all


class SqlLedgerPages:
    """Reads what the workers copied."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self) -> None:
        """Make the tables that are not there.

        :raises Unavailable: if the database is away
        """
        with available(self._engine) as connection:
            tables.create(connection)

    def check(self) -> None:
        """Ask the database something.

        :raises Unavailable: if it is away
        """
        with available(self._engine) as connection:
            connection.execute(select(1))

    def workers(self) -> list[WorkerState]:
        """Every worker's state at its last copy.

        :raises Unavailable: if the database is away
        """
        time = tables.worker_time
        with available(self._engine) as connection:
            joined = tables.worker.outerjoin(time, tables.worker.c.worker == time.c.worker)
            columns = (tables.worker, time.c.trial, time.c.received_before_ms, time.c.batch)
            rows = connection.execute(select(*columns).select_from(joined).order_by(tables.worker.c.worker)).all()
        return [
            WorkerState(
                row.worker,
                row.head,
                {name: getattr(row, name) for name in ("influxdb", "rabbitmq", "database")},
                row.beat,
                row.at_ms,
                row.segment,
                row.segment_sha256,
                bool(row.trial),
                None if row.batch is None else Mark(row.received_before_ms, row.batch),
            )
            for row in rows
        ]

    def state(self, from_day: int, to_day: int, vendors: Vendors) -> LedgerState:
        """Workers and totals of those days; the totals are at least as new as the workers' state.

        :raises Unavailable: if the database is away
        """
        workers = self.workers()
        table = tables.counted
        totals: dict[tuple[str, int], dict[str, int]] = {}
        wanted = [table.c.day >= date_from_day(from_day), table.c.day < date_from_day(to_day), *_of(table, vendors)]
        with available(self._engine) as connection:
            for row in connection.execute(select(table).where(*wanted)):
                counts = totals.setdefault((row.vendor, day_from_date(row.day)), {})
                counts[row.what] = counts.get(row.what, 0) + row._mapping["count"]
            self._add_missing(connection, from_day, to_day, vendors, totals)
        return LedgerState(workers, totals)

    def _add_missing(
        self, connection: Connection, from_day: int, to_day: int, vendors: Vendors, totals: dict[Any, dict[str, int]]
    ) -> None:
        table = tables.seq_missing
        wanted = [table.c.day >= date_from_day(from_day), table.c.day < date_from_day(to_day), *_of(table, vendors)]
        for row in connection.execute(select(table).where(*wanted)):
            totals.setdefault((row.vendor, day_from_date(row.day)), {})[MISSING] = row._mapping["count"]

    def rejected(self, vendors: Vendors, after: str, limit: int) -> Page:
        """Rejected records, by worker, batch and place in it.

        :raises Rejected: ``invalid_request`` if ``after`` is no id of these rows
        :raises Unavailable: if the database is away
        """
        table = tables.rejected
        return self._page(table, (table.c.worker, table.c.n, table.c.position), vendors, after, limit)

    def parked(self, vendors: Vendors, after: str, limit: int) -> Page:
        """Parked records, by worker and row.

        :raises Rejected: ``invalid_request`` if ``after`` is no id of these rows
        :raises Unavailable: if the database is away
        """
        table = tables.parked
        return self._page(table, (table.c.worker, table.c.id), vendors, after, limit)

    def _page(self, table: Any, key: tuple[Any, ...], vendors: Vendors, after: str, limit: int) -> Page:
        wanted = [*_of(table, vendors)]
        if after:
            wanted.append(tuple_(*key) > tuple_(*_values(after, len(key))))
        with available(self._engine) as connection:
            rows = connection.execute(select(table).where(*wanted).order_by(*key).limit(limit + 1)).mappings().all()
        named = [{**row, "id": "/".join(str(row[column.name]) for column in key)} for row in rows[:limit]]
        return Page(list(named), named[-1]["id"] if len(rows) > limit else None)


def _of(table: Any, vendors: Vendors) -> list[ColumnElement[bool]]:
    return [] if vendors is None else [table.c.vendor.in_(list(vendors))]


def _values(after: str, count: int) -> list[str | int]:
    worker, *numbers = after.split("/")
    if len(numbers) != count - 1 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise Rejected("invalid_request", "after")
    return [worker, *(int(number) for number in numbers)]
