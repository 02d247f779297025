"""The facts of device-days as they stand, compared with what they should be, and replaced."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.adoption.adapters import sqlite_marks
from services.adoption.adapters.sqlite_devices import numbered
from services.adoption.adapters.sqlite_facts import fault_rows, session_rows, void_rows
from services.adoption.adapters.sqlite_refolds import MOST_DEVICES, replace, stored_rows, withdrawals
from services.adoption.adapters.sqlite_scans import devices_on
from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.facts import Facts
from services.adoption.rebuilding import Changed, Device, Rebuilt
from services.adoption.refolding import Chunk, Refolded, Waiting
from shared.contracts.civil_time import start_of
from shared.runtime.sqlite import connect, snapshot, transaction

Row = tuple[Any, ...]
_PLACES = {"session": 11, "fault": 9, "void": 10}  # of a row
_AT_SITE = """
SELECT DISTINCT d.vendor, d.device FROM {table} t JOIN device d ON d.id = t.device
WHERE t.site = ? AND t.ts >= ? AND t.ts < ?
"""
_MARK = "SELECT marked FROM refold WHERE device = ? AND day = ?"


class SqliteStock:
    """See :class:`services.adoption.rebuilding.Stock`; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")

    def devices_on(self, day: int, site: str | None) -> list[Device]:
        """The devices that facts speak of on a day; of a site, those whose rows name it.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            if site is None:
                return devices_on(connection, day, marked=False)
            where = site, start_of(day), start_of(day + 1)
            return [device for table in _PLACES for device in connection.execute(_AT_SITE.format(table=table), where)]

    def mark(self, vendor: str, day: int, devices: Collection[str]) -> Iterator[Chunk]:
        """Mark device-days, in chunks whose records fit into memory.

        :raises Unavailable: if the database is away
        """
        all_of_them = sorted(set(devices))
        for first in range(0, len(all_of_them), MOST_DEVICES):
            some = all_of_them[first : first + MOST_DEVICES]
            with transaction(self._connection) as connection:
                numbers = numbered(connection, [(vendor, device) for device in some], {})
                sqlite_marks.mark(connection, [(number, day) for number in numbers.values()])
            yield self.again(vendor, day, some)

    def again(self, vendor: str, day: int, devices: Collection[str]) -> Chunk:
        """Device-days with their marks and voids as they are now; mark 0 where there is none.

        :raises Unavailable: if the database is away
        """
        with transaction(self._connection) as connection:
            numbers = numbered(connection, [(vendor, device) for device in devices], {})
            waiting = [
                Waiting(device, number, _mark_of(connection, number, day), withdrawals(connection, number))
                for (_, device), number in sorted(numbers.items())
            ]
        return Chunk(vendor, day, waiting)

    def rebuild(self, chunk: Chunk, refolded: Sequence[Refolded], rows: Facts) -> Rebuilt:
        """Replace strips and rows of the device-days whose mark has not moved, all or none.

        :raises Unavailable: if the database is away
        """
        changed, moved = [], []
        with transaction(self._connection) as connection:
            wanted = _wanted(chunk, rows)
            for waiting, strips in zip(chunk.waiting, refolded, strict=True):
                if _mark_of(connection, waiting.number, chunk.day) != waiting.mark:
                    moved.append(waiting.device)
                    continue
                what = [
                    table for table in _PLACES if _mend(connection, table, waiting.number, chunk.day, wanted[table])
                ]
                if replace(connection, strips):
                    what.append("strip")
                if what:
                    changed.append(Changed(chunk.vendor, waiting.device, chunk.day, what))
        return Rebuilt(changed, moved)

    def differing(self, chunk: Chunk, refolded: Sequence[Refolded], rows: Facts) -> list[Changed]:
        """The device-days that are not as they should be, and in which tables; nothing is changed.

        :raises Unavailable: if the database is away
        """
        found = []
        with snapshot(self._connection) as connection:
            wanted = _wanted(chunk, rows)
            for waiting, strips in zip(chunk.waiting, refolded, strict=True):
                what = [
                    table
                    for table in _PLACES
                    if _stored(connection, table, waiting.number, chunk.day) != wanted[table].get(waiting.number, set())
                ]
                if stored_rows(connection, waiting.number, chunk.day) != list(strips.rows):
                    what.append("strip")
                if what:
                    found.append(Changed(chunk.vendor, waiting.device, chunk.day, what))
        return found


def _mark_of(connection: sqlite3.Connection, number: int, day: int) -> int:
    found = connection.execute(_MARK, (number, day)).fetchone()
    return int(found[0]) if found else 0


def _wanted(chunk: Chunk, rows: Facts) -> dict[str, dict[int, set[Row]]]:
    """The rows that should be there, by table and device."""
    numbers = {(chunk.vendor, waiting.device): waiting.number for waiting in chunk.waiting}
    found: dict[str, dict[int, set[Row]]] = {table: {} for table in _PLACES}
    for table, made in (("session", session_rows), ("fault", fault_rows), ("void", void_rows)):
        for row in made(rows, numbers):
            found[table].setdefault(row[0], set()).add(row)
    return found


def _stored(connection: sqlite3.Connection, table: str, number: int, day: int) -> set[Row]:
    where = number, start_of(day), start_of(day + 1)
    sql = f"SELECT * FROM {table} WHERE device = ? AND ts >= ? AND ts < ?"  # noqa: S608 – our names
    return set(connection.execute(sql, where))


def _mend(connection: sqlite3.Connection, table: str, number: int, day: int, wanted: dict[int, set[Row]]) -> bool:
    should, are = wanted.get(number, set()), _stored(connection, table, number, day)
    if should == are:
        return False
    # before and after: a void that goes may let a lesser one of its identity hold again
    touched = _taken(connection, table, are - should)
    for row in are - should:
        sql = f"DELETE FROM {table} WHERE device = ? AND ts = ? AND seq = ? AND content_sha256 = ? AND until = ?"  # noqa: S608
        connection.execute(sql, row[:5])
    places = ", ".join("?" * _PLACES[table])
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", should - are)  # noqa: S608 – our names
    sqlite_marks.mark(connection, touched | _taken(connection, table, should - are))
    return True


def _taken(connection: sqlite3.Connection, table: str, rows: Collection[Row]) -> set[sqlite_marks.DeviceDay]:
    if table == "void":
        return sqlite_marks.taken_from(connection, (), list(rows))
    return sqlite_marks.taken_from(connection, list(rows), ()) if table == "session" else set()
