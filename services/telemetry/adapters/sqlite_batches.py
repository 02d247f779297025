"""A batch into the spool's tables, inside the caller's transaction."""

import json
import sqlite3
import zlib
from typing import Any

import msgspec

from services.telemetry.adapters.sqlite_feeds import add_heartbeats
from services.telemetry.model import Counts, Kept, Parked

_pack = msgspec.msgpack.Encoder().encode


def append(connection: sqlite3.Connection, kept: Kept) -> int:
    """Append a batch inside the caller's transaction; returns its number."""
    n, revision = connection.execute(
        "UPDATE state SET head = head + 1, revision = revision + 1 RETURNING head, revision"
    ).fetchone()
    entries = _pack(kept.entries)
    batch = (n, kept.day, kept.at_ms, len(entries), _pack(kept.held))
    connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?)", batch)
    connection.execute("INSERT INTO entries VALUES (?, ?)", (n, entries))
    outgoing = kept.outgoing
    if outgoing.points:
        connection.execute("INSERT INTO lines VALUES (?, ?, ?)", (n, outgoing.points, outgoing.lines))
    if outgoing.events or outgoing.heard:
        weight = outgoing.events + sum(len(heard.minutes) for heard in outgoing.heard)
        body = _pack((outgoing.events_by_key, outgoing.heard))
        connection.execute("INSERT INTO events VALUES (?, ?, ?)", (n, weight, body))
    if outgoing.numbered:
        connection.execute("INSERT INTO numbered VALUES (?, ?)", (n, _pack(outgoing.numbered)))
    if kept.rejected:
        connection.execute("INSERT INTO rejected VALUES (?, ?)", (n, _pack(kept.rejected)))
    add_counts(connection, kept.counts, revision)
    for heartbeats in kept.heartbeats:
        add_heartbeats(connection, heartbeats)
    if kept.new_names:
        connection.executemany("INSERT OR IGNORE INTO value_name VALUES (?, ?)", kept.new_names)
    if kept.parked:
        connection.executemany(
            "INSERT INTO parked (n, message, vendor, feed, site, device, topic, received_ms, reason, indexes, raw, "
            "revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_parked_row(n, parked, revision) for parked in kept.parked],
        )
    return int(n)


def add_counts(connection: sqlite3.Connection, counts: Counts, revision: int) -> None:
    """Add to the totals, inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO counted VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET count = count + excluded.count, revision = excluded.revision",
        [(vendor, day, what, count, revision) for (vendor, day, what), count in counts.items()],
    )


def _parked_row(n: int, parked: Parked, revision: int) -> tuple[Any, ...]:
    return (n, *parked[:8], json.dumps(list(parked.indexes)), zlib.compress(parked.raw), revision)
