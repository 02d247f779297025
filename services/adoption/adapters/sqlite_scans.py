"""Conflicts across messages, and which days are to be scanned for them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from services.adoption.adapters import sqlite_marks
from services.adoption.adapters.sqlite_devices import numbered
from services.adoption.adapters.sqlite_refolds import MOST_DEVICES
from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.facts import days_touched
from services.adoption.scanning import Conflict
from shared.contracts.civil_time import start_of
from shared.runtime.sqlite import connect, snapshot, transaction

_DEVICES = """
SELECT d.vendor, d.device FROM device d WHERE
  EXISTS (SELECT 1 FROM strip s WHERE s.device = d.id AND s.day = :day)
  OR :marked AND EXISTS (SELECT 1 FROM refold r WHERE r.device = d.id AND r.day = :day)
  OR EXISTS (SELECT 1 FROM session s WHERE s.device = d.id AND s.ts >= :from_ms AND s.ts < :to_ms)
  OR EXISTS (SELECT 1 FROM fault f WHERE f.device = d.id AND f.ts >= :from_ms AND f.ts < :to_ms)
  OR EXISTS (SELECT 1 FROM void v WHERE v.device = d.id AND v.ts >= :from_ms AND v.ts < :to_ms)
ORDER BY 1, 2
"""
_KNOWN = "SELECT device, kind, ts, seq, contents FROM conflict WHERE vendor = ? AND device = ? AND ts >= ? AND ts < ?"
_FORGET = "DELETE FROM conflict WHERE vendor = ? AND device = ? AND kind = ? AND ts = ? AND seq = ?"
_LIST = "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?)"
_DUE = "SELECT DISTINCT day FROM arrival WHERE received_on < ? AND batches > scanned ORDER BY day"
_ARRIVALS = "SELECT received_on, batches FROM arrival WHERE day = ? AND received_on < ?"
_SCANNED = "UPDATE arrival SET scanned = max(scanned, ?) WHERE day = ? AND received_on = ?"


class SqliteScans:
    """See :class:`services.adoption.scanning.Scans`; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")

    def devices_on(self, day: int) -> dict[str, list[list[str]]]:
        """The devices that facts speak of on a day: each vendor's, in groups whose records fit into memory.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            found = devices_on(connection, day, marked=True)  # their strips may not be made yet
        groups: dict[str, list[list[str]]] = {}
        for vendor, device in found:
            of_vendor = groups.setdefault(vendor, [[]])
            if len(of_vendor[-1]) == MOST_DEVICES:
                of_vendor.append([])
            of_vendor[-1].append(device)
        return groups

    def keep(self, day: int, vendor: str, devices: Sequence[str], conflicts: Sequence[Conflict]) -> int:
        """These are all conflicts of these devices on a day; marks what is news, and says how many were.

        :raises Unavailable: if the database is away
        """
        found = {(each.device, *each.identity, each.contents) for each in conflicts}
        with transaction(self._connection) as connection:
            known: set[tuple[str, str, int, int, int]] = set()
            for device in devices:
                known.update(connection.execute(_KNOWN, (vendor, device, start_of(day), start_of(day + 1))))
            news = found - known
            connection.executemany(_FORGET, [(vendor, *each[:4]) for each in known - found])
            connection.executemany(_LIST, [(vendor, *each) for each in sorted(news)])
            numbers = numbered(connection, [(vendor, each[0]) for each in news], {})
            sqlite_marks.mark(
                connection,
                {(numbers[vendor, each[0]], on) for each in news for on in days_touched(each[1], each[2])},
            )
        return len(news)

    def due(self, today: int) -> list[int]:
        """The days of which anything was received before ``today`` that no scan has seen.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            return [day for (day,) in connection.execute(_DUE, (today,))]

    def arrivals(self, day: int, today: int) -> list[tuple[int, int]]:
        """What was received of a day before ``today``, to be told to :meth:`scanned` after the scan.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            return connection.execute(_ARRIVALS, (day, today)).fetchall()

    def scanned(self, day: int, arrivals: Sequence[tuple[int, int]]) -> None:
        """A scan of a day has seen these arrivals.

        :raises Unavailable: if the database is away
        """
        with transaction(self._connection) as connection:
            connection.executemany(_SCANNED, [(batches, day, received_on) for received_on, batches in arrivals])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def devices_on(connection: sqlite3.Connection, day: int, *, marked: bool) -> list[tuple[str, str]]:
    """The vendor and id of every device that facts speak of on a day; with ``marked`` of those to be refolded too."""
    where = {"day": day, "from_ms": start_of(day), "to_ms": start_of(day + 1), "marked": marked}
    return connection.execute(_DEVICES, where).fetchall()
