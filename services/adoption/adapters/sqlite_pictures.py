"""What facts say of device-days, for the comparison with InfluxDB, and how far they have come."""

import sqlite3
from collections.abc import Collection
from pathlib import Path

from services.adoption.adapters.sqlite_devices import number_of
from services.adoption.adapters.sqlite_refolds import withdrawals
from services.adoption.adapters.sqlite_schema import SCHEMA
from services.adoption.canonical import Bits, packed, withdrawn_on
from services.adoption.facts import OPEN
from services.adoption.pictures import Picture
from services.adoption.strips import from_bytes
from shared.contracts.civil_time import start_of
from shared.runtime.sqlite import connect, snapshot

_STRIPS = "SELECT seen, local, smart, automated, ack FROM strip WHERE device = ? AND day = ? AND until = ?"
_SESSIONS = """
SELECT max(content_sha256), ts, seq, site, duration_s, content, headcount, completed FROM session
WHERE device = ? AND ts >= ? AND ts < ? AND until = ? GROUP BY ts, seq
"""
_FAULTS = """
SELECT max(content_sha256), ts, seq, site, code, active FROM fault
WHERE device = ? AND ts >= ? AND ts < ? AND until = ? GROUP BY ts, seq
"""
_VOIDS = """
SELECT max(content_sha256), ts, seq, site, of_kind, of_ts, of_seq FROM void
WHERE device = ? AND ts >= ? AND ts < ? AND until = ? GROUP BY ts, seq
"""
_LISTED = """
SELECT 1 FROM conflict WHERE vendor = :vendor AND device = :device
AND (kind = 'void' OR ts >= CASE kind WHEN 'session' THEN :before_ms ELSE :from_ms END AND ts < :to_ms) LIMIT 1
"""
_SEVERAL = """
SELECT 1 FROM session WHERE device = :number AND ts >= :before_ms AND ts < :to_ms GROUP BY ts, seq HAVING count(*) > 1
UNION ALL SELECT 1 FROM fault
  WHERE device = :number AND ts >= :from_ms AND ts < :to_ms GROUP BY ts, seq HAVING count(*) > 1
UNION ALL SELECT 1 FROM void WHERE device = :number GROUP BY ts, seq HAVING count(*) > 1 LIMIT 1
"""
_WAITING = "SELECT 1 FROM waiting WHERE device = ? AND day = ?"
_SITE = """
SELECT site FROM session WHERE device = :number UNION ALL SELECT site FROM fault WHERE device = :number
UNION ALL SELECT site FROM void WHERE device = :number LIMIT 1
"""


class SqlitePictures:
    """See :class:`services.adoption.reconciling.Depicted`; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.executescript(f"BEGIN;{SCHEMA}COMMIT;")

    def pictures(self, vendor: str, day: int, devices: Collection[str]) -> dict[str, Picture]:
        """What facts say of each device on a day; of one they do not know, nothing.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            numbers = {device: number_of(connection, vendor, device) for device in devices}
            return {device: _picture(connection, number, day) for device, number in numbers.items() if number}

    def in_conflict(self, vendor: str, day: int, devices: Collection[str]) -> set[str]:
        """The devices that have an identity with several contents that may touch the day.

        :raises Unavailable: if the database is away
        """
        moments = {"before_ms": start_of(day - 1), "from_ms": start_of(day), "to_ms": start_of(day + 1)}
        found = set()
        with snapshot(self._connection) as connection:
            for device in devices:
                where = moments | {"vendor": vendor, "device": device, "number": number_of(connection, vendor, device)}
                if any(connection.execute(sql, where).fetchone() for sql in (_LISTED, _SEVERAL)):
                    found.add(device)
        return found

    def is_waiting(self, vendor: str, device: str, day: int) -> bool:
        """Whether a device-day waits to be refolded.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            where = number_of(connection, vendor, device), day
            return connection.execute(_WAITING, where).fetchone() is not None

    def site_of(self, vendor: str, device: str) -> str | None:
        """A site that a row of the device names, if there is any.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            found = connection.execute(_SITE, {"number": number_of(connection, vendor, device)}).fetchone()
            return str(found[0]) if found else None

    def reached(self) -> dict[str, int]:
        """Of each worker, the batch up to which everything is in InfluxDB and in the facts: its last watermark.

        :raises Unavailable: if the database is away
        """
        with snapshot(self._connection) as connection:
            return dict(connection.execute("SELECT worker, batch FROM watermark"))


def _picture(connection: sqlite3.Connection, number: int, day: int) -> Picture:
    bits: Bits = 0
    for stored in connection.execute(_STRIPS, (number, day, OPEN)):
        for strip, minutes in enumerate(stored):
            bits |= packed(strip, from_bytes(minutes))
    withdrawn = withdrawn_on(withdrawals(connection, number), OPEN)
    where = number, start_of(day), start_of(day + 1), OPEN
    return Picture(
        bits,
        frozenset(
            (ts, seq, site, duration_s, content or "", headcount or 0, bool(completed))
            for _, ts, seq, site, duration_s, content, headcount, completed in connection.execute(_SESSIONS, where)
            if ("session", ts, seq) not in withdrawn
        ),
        frozenset(
            (ts, seq, site, code, bool(active))
            for _, ts, seq, site, code, active in connection.execute(_FAULTS, where)
            if ("fault", ts, seq) not in withdrawn
        ),
        frozenset(tuple(said) for _, *said in connection.execute(_VOIDS, where)),
    )
