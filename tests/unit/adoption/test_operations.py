"""What the workers tell of themselves is kept in any order; days are scanned once what came of them is complete."""

import json
import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.decode import decode
from services.adoption.scanning import scan_due
from shared.brokers.rabbitmq import Body
from tests.fakes.published_journal import PublishedJournal
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.world import Json, body, facts_file, fold_batches, journal_of

EPOCH = date(1970, 1, 1)
FIRST = date(2024, 2, 28)
DAY = (FIRST - EPOCH).days
HALF_PAST_TWO_MS = 9_000_000


def ops(kind: str, **data: Any) -> Json:
    said = {"specversion": "1.0", "type": f"pilotlight.{kind}.v1", "id": "x", "source": "/workers/telemetry-1"}
    return said | {"time": "2024-02-28T04:00:00.000Z", "data": {"worker": "telemetry-1"} | data}


WATERMARKS = [ops("watermark", received_before_ms=ms, batch=batch) for ms, batch in ((5, 1), (7, 2), (7, 3), (6, 9))]
OUTAGES = [
    ops("outage", from_ms=midnight_ms(FIRST) + start, to_ms=midnight_ms(FIRST) + end, reason="session_lost")
    for start, end in ((0, 10), (0, 30), (0, 20), (40, 50))
]
LEDGERS = [
    ops("ledger", vendor="acme", day=str(FIRST), revision=revision, counts={"received": count, "dropped": 0})
    for revision, count in ((1, 10), (3, 30), (2, 20))
]


def kept(path: Path, table: str) -> list[Any]:
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("seed", range(10))
def test_in_any_order_the_greatest_is_kept(seed: int) -> None:
    chance = random.Random(seed)
    events = [*WATERMARKS, *OUTAGES, *LEDGERS]
    events += chance.sample(events, 4)
    chance.shuffle(events)
    cut = chance.randrange(len(events))
    with facts_file() as path:
        batches = [events[:cut], events[cut:]]
        fold_batches(path, [[Body("ops.watermark", json.dumps(batch).encode())] for batch in batches])
        assert kept(path, "watermark") == [("telemetry-1", 6, 9)]  # by batch: a clock may be set back
        start = midnight_ms(FIRST)
        assert kept(path, "outage") == [("telemetry-1", start, start + 30), ("telemetry-1", start + 40, start + 50)]
        ((worker, vendor, day, revision, counts),) = kept(path, "ledger")
        assert (worker, vendor, day, revision) == ("telemetry-1", "acme", DAY, 3)
        assert json.loads(counts) == {"received": 30, "dropped": 0}
        assert kept(path, "set_aside") == []


@pytest.mark.parametrize(
    ("where", "bad"),
    [
        ("data.received_before_ms", ops("watermark", received_before_ms=-1, batch=1)),
        ("data.received_before_ms", ops("watermark", received_before_ms=10**17, batch=1)),
        ("data.batch", ops("watermark", received_before_ms=1, batch=-1)),
        ("data.from_ms", ops("outage", from_ms=0, to_ms=10, reason="session_lost")),
        ("data.to_ms", ops("outage", from_ms=midnight_ms(FIRST), to_ms=midnight_ms(FIRST), reason="session_lost")),
        ("data.reason", ops("outage", from_ms=midnight_ms(FIRST), to_ms=2 * midnight_ms(FIRST), reason="bored")),
        ("data.revision", ops("ledger", vendor="acme", day="2024-02-28", revision=2**63, counts={})),
        ("data.day", ops("ledger", vendor="acme", day="2024-02-30", revision=1, counts={})),
    ],
)
def test_what_no_worker_can_mean_is_set_aside(where: str, bad: Json) -> None:
    events, (piece,) = decode("ops.watermark", json.dumps([WATERMARKS[0], bad]).encode())
    assert (len(events), piece.reason) == (1, "bad_event")
    assert where in piece.detail


def usage(day: date, received: date, trigger: str = "local") -> Json:
    said = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": midnight_ms(day), "seq": 0}
    return said | {"action": "on", "trigger": trigger, "received_ms": midnight_ms(received) + 60_000}


def scanned(path: Path, journal: PublishedJournal, day: date, after_midnight_ms: int) -> list[date]:
    scans = SqliteScans(path)
    now_ms = midnight_ms(day) + after_midnight_ms
    found = [EPOCH + timedelta(days=found.day) for found in scan_due(now_ms, HALF_PAST_TWO_MS, scans, journal)]
    scans.close()
    return found


def test_each_night_the_days_are_scanned_of_which_anything_came_before_and_no_other() -> None:
    one = timedelta(days=1)
    records = [usage(FIRST, FIRST), usage(FIRST - 3 * one, FIRST)]
    journal = journal_of(records)
    with facts_file() as path:
        fold_batches(path, [[body(records)]])
        assert scanned(path, journal, FIRST, 80_000_000) == []  # the day is not over
        assert scanned(path, journal, FIRST + one, HALF_PAST_TWO_MS - 1) == []
        assert scanned(path, journal, FIRST + one, HALF_PAST_TWO_MS) == [FIRST - 3 * one, FIRST]
        assert scanned(path, journal, FIRST + one, HALF_PAST_TWO_MS + 1) == []
        late = usage(FIRST, FIRST + one, "app")
        journal.add([late])
        fold_batches(path, [[body([late])]])
        assert scanned(path, journal, FIRST + 4 * one, HALF_PAST_TWO_MS) == [FIRST]  # nights that were missed
        assert [row[1:] for row in kept(path, "conflict")] == [("lamp-1", "usage", midnight_ms(FIRST), 0, 2)]
        assert [row[1:] for row in kept(path, "refold")] == [(DAY, 1, 0, 1)]


def test_what_comes_while_a_day_is_scanned_makes_it_due_again() -> None:
    one = timedelta(days=1)
    journal = journal_of([usage(FIRST, FIRST)])
    with facts_file() as path:
        fold_batches(path, [[body([usage(FIRST, FIRST)])]])
        scans = SqliteScans(path)
        for _ in scan_due(midnight_ms(FIRST + one) + HALF_PAST_TWO_MS, HALF_PAST_TWO_MS, scans, journal):
            fold_batches(path, [[body([usage(FIRST, FIRST)])]])  # before the scan is noted as done
        assert scans.due((FIRST + one - EPOCH).days) == [DAY]
        scans.close()
