"""What the telemetry workers tell of themselves, kept: the greatest holds, so order does not matter."""

import sqlite3

from services.adoption.facts import Facts

_WATERMARK = """
INSERT INTO watermark VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
  received_before_ms = excluded.received_before_ms, batch = excluded.batch
WHERE (excluded.received_before_ms, excluded.batch) > (received_before_ms, batch)
"""
_OUTAGE = "INSERT INTO outage VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET to_ms = max(to_ms, excluded.to_ms)"
_LEDGER = """
INSERT INTO ledger VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  revision = excluded.revision, counts = excluded.counts
WHERE (excluded.revision, excluded.counts) > (revision, counts)
"""


def keep(connection: sqlite3.Connection, facts: Facts) -> None:
    """Join watermarks, outages and ledger totals to those kept."""
    connection.executemany(_WATERMARK, [(worker, *said) for worker, said in facts.watermarks.items()])
    connection.executemany(_OUTAGE, [(*key, to_ms) for key, to_ms in facts.outages.items()])
    connection.executemany(_LEDGER, [(*key, *said) for key, said in facts.ledger.items()])
