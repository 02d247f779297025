"""Telemetry's own database: which ``seq`` of which devices have come, and how many lack on which day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, tuple_

from services.telemetry.adapters import ledger_tables as tables
from services.telemetry.adapters.sql_ledger import available, parts
from services.telemetry.intervals import Interval, joined, missing
from services.telemetry.receiving import Device
from shared.contracts.civil_time import date_from_day

_COLUMNS = ("vendor", "device", "boot", "first", "last")
_AT_ONCE = 250  # devices in one statement
_GROW = (  # nearly always a device's last interval has become longer, and nothing else
    tables.seq_interval.update()
    .where(
        tables.seq_interval.c.vendor == bindparam("_vendor"),
        tables.seq_interval.c.device == bindparam("_device"),
        tables.seq_interval.c.boot == bindparam("_boot"),
        tables.seq_interval.c.first == bindparam("_first"),
    )
    .values(last=bindparam("_last"))
)
Gaps = Counter[tuple[str, int]]  # by vendor and civil day


class SqlIntervals:
    """Keeps intervals of all workers together: a device's numbers may come through several."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, received: Mapping[Device, Sequence[Interval]]) -> None:
        """Join intervals to those kept, in one transaction.

        :raises Unavailable: if the database is away; nothing was kept then
        """
        with available(self._engine) as connection:
            tables.create(connection)
            gaps: Gaps = Counter()
            for devices in parts(sorted(received), _AT_ONCE):
                kept = _kept(connection, devices)
                _replace(
                    connection, kept, {device: joined((*kept[device], *received[device])) for device in devices}, gaps
                )
            _count(connection, gaps)

    def of_device(self, vendor: str, device: str) -> dict[int, list[Interval]]:
        """A device's intervals by boot.

        :raises Unavailable: if the database is away
        """
        table = tables.seq_interval
        query = select(table).where(table.c.vendor == vendor, table.c.device == device)
        found: dict[int, list[Interval]] = {}
        with available(self._engine) as connection:
            for row in connection.execute(query.order_by(table.c.boot, table.c.first)):
                found.setdefault(row.boot, []).append(Interval(row.first, row.last, row.first_ts))
        return found


def _kept(connection: Connection, devices: Sequence[Device]) -> dict[Device, list[Interval]]:
    table = tables.seq_interval
    wanted = tuple_(table.c.vendor, table.c.device, table.c.boot).in_([tuple(device) for device in devices])
    found: dict[Device, list[Interval]] = {device: [] for device in devices}
    for row in connection.execute(select(table).where(wanted).order_by(table.c.first).with_for_update()):
        found[Device(row.vendor, row.device, row.boot)].append(Interval(row.first, row.last, row.first_ts))
    return found


def _replace(
    connection: Connection,
    before: Mapping[Device, Sequence[Interval]],
    after: Mapping[Device, Sequence[Interval]],
    gaps: Gaps,
) -> None:
    table = tables.seq_interval
    gone: list[tuple[Any, ...]] = []
    grown: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for device, intervals in after.items():
        was = before[device]
        if intervals == was:
            continue
        for sign, some in ((-1, was), (1, intervals)):
            for day, count in missing(some).items():
                gaps[device.vendor, day] += sign * count
        if len(was) == len(intervals) and was[:-1] == intervals[:-1] and was[-1][::2] == intervals[-1][::2]:
            grown.append({f"_{name}": value for name, value in zip(_COLUMNS, (*device, *intervals[-1]), strict=False)})
            continue
        gone += [(*device, interval.first) for interval in was if interval not in intervals]
        fresh += [device._asdict() | interval._asdict() for interval in intervals if interval not in was]
    for part in parts(gone, _AT_ONCE):
        key = tuple_(table.c.vendor, table.c.device, table.c.boot, table.c.first)
        connection.execute(table.delete().where(key.in_(part)))
    if fresh:
        connection.execute(table.insert(), fresh)
    if grown:
        connection.execute(_GROW, grown)


def _count(connection: Connection, gaps: Gaps) -> None:
    table = tables.seq_missing
    for (vendor, day), change in gaps.items():
        if change:
            where = (table.c.vendor == vendor, table.c.day == date_from_day(day))
            changed = connection.execute(table.update().where(*where).values(count=table.c["count"] + change))
            if not changed.rowcount:
                connection.execute(table.insert(), {"vendor": vendor, "day": date_from_day(day), "count": change})
