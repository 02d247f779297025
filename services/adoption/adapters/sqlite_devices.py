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
    for device in sorted(unknown):
        connection.execute("INSERT OR IGNORE INTO device (vendor, device) VALUES (?, ?)", device)
        found = connection.execute("SELECT id FROM device WHERE vendor = ? AND device = ?", device)
        numbers[device] = found.fetchone()[0]
    return numbers
