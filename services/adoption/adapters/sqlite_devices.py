"""The numbers of devices: a device, as sent, is interned once."""

import sqlite3
from collections.abc import Iterable

Numbers = dict[tuple[str, str], int]  # by vendor and device


def numbered(connection: sqlite3.Connection, devices: Iterable[tuple[str, str]], known: Numbers) -> Numbers:
    """The number of each device, those known already included; a new one is interned."""
    unknown = {device for device in devices if device not in known}
    if not unknown:
        return known
    numbers = dict(known)
    connection.executemany("INSERT OR IGNORE INTO device (vendor, device) VALUES (?, ?)", sorted(unknown))
    for vendor, device in unknown:
        number = number_of(connection, vendor, device)
        assert number is not None
        numbers[vendor, device] = number
    return numbers


def number_of(connection: sqlite3.Connection, vendor: str, device: str) -> int | None:
    """The number of a device; None of one that facts do not know."""
    found = connection.execute("SELECT id FROM device WHERE vendor = ? AND device = ?", (vendor, device)).fetchone()
    return int(found[0]) if found else None
