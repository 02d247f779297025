"""What the telemetry workers tell of themselves, kept: the greatest holds, so order does not matter."""

import sqlite3

from services.adoption.facts import Facts

_WATERMARK = """
INSERT INTO watermark (worker, batch, received_before_ms) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
  batch = excluded.batch, received_before_ms = excluded.received_before_ms
WHERE (excluded.batch, excluded.received_before_ms) > (batch, received_before_ms)
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
