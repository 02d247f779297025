"""The index of the journal, in the spool: which segments hold records of a vendor, site and civil day of ``ts``."""

import sqlite3

import msgspec

from services.telemetry.model import Held

HELD = msgspec.msgpack.Decoder(list[Held])


def index(connection: sqlite3.Connection, upto: int, segment: int) -> None:
    """Write down what the batches up to this one hold as this segment's, inside the caller's transaction.

    A segment with a batch of a spool's first form counts as unindexed, and with it every one before.
    """
    batches = connection.execute("SELECT n, day, accepted FROM batch WHERE n <= ? ORDER BY n", (upto,)).fetchall()
    if not batches:
        return
    first, day, _ = batches[0]
    connection.execute("INSERT OR REPLACE INTO segment VALUES (?, ?)", (segment, day))
    if connection.execute("UPDATE unindexed SET segment = ? WHERE batch >= ?", (segment, first)).rowcount:
        return
    found = {(held.day, held.site, held.vendor) for _, _, body in batches for held in HELD.decode(body)}
    connection.executemany("INSERT OR IGNORE INTO held VALUES (?, ?, ?, ?)", [(*key, segment) for key in found])
