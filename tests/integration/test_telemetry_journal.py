"""The journal over HTTP while messages arrive and segments close: every answer is whole, none tells anything twice."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.integration.processes import serving_http
from tests.integration.telemetry_under_test import Json, TelemetryUnderTest, now_ms
from tests.system.polling import until

PACKS, PACK = 100, 20


class Journal:
    """The HTTP process beside the worker, asked as an auditor."""

    def __init__(self, telemetry: TelemetryUnderTest, url: str) -> None:
        self._telemetry = telemetry
        self._url = url

    def records(self, day: str, **query: str) -> list[Json]:
        """What an answer tells of this vendor; it must be whole, and its head and end must say so."""
        token = self._telemetry.registry.token("auditor")
        answer = requests.get(
            f"{self._url}/v1/journal",
            params={"day": day, "vendor": self._telemetry.vendor, **query},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/x-ndjson"), answer.text
        head, *records, end = (json.loads(line) for line in answer.content.splitlines())
        assert head["head"]["day"] == day
        assert list(head["head"]["workers"]) == ["telemetry-1"]
        assert end == {"end": len(records), "erased": 0}
        return records


@pytest.fixture
def journal(telemetry: TelemetryUnderTest) -> Iterator[Journal]:
    environment = telemetry.environment | {"WORKER_DIRS": str(telemetry.folder / "worker")}
    with serving_http(environment, "services.telemetry.app:create_app()") as url:
        yield Journal(telemetry, url)


def day_of(ts: int) -> str:
    return (datetime.fromtimestamp(ts / 1000, UTC) + timedelta(hours=8)).date().isoformat()


def pack(ts: int, seqs: range, device: str = "lamp") -> bytes:
    return json.dumps([{"kind": "heartbeat", "device": device, "ts": ts, "seq": seq} for seq in seqs]).encode()


def seqs(records: list[Json]) -> Counter[int]:
    return Counter(record["record"]["seq"] for record in records)


def test_every_answer_is_whole_while_messages_arrive(telemetry: TelemetryUnderTest, journal: Journal) -> None:
    ts = now_ms() - 3 * 86_400_000  # received on other days than they tell of
    acknowledged: list[range] = []

    def send() -> None:
        with telemetry.receiving() as feed:
            for number in range(PACKS):
                told = range(number * PACK, (number + 1) * PACK)
                feed.send(telemetry.topic(), pack(ts, told))
                acknowledged.append(told)

    sending = threading.Thread(target=send, daemon=True)
    sending.start()
    answers = 0
    while sending.is_alive() or answers < 5:
        before = {seq for told in list(acknowledged) for seq in told}
        found = seqs(journal.records(day_of(ts), site=telemetry.home))
        assert before <= found.keys()
        assert set(found.values()) <= {1}
        assert len(found) % PACK == 0
        answers += 1
        sending.join(0.02)
    assert len(acknowledged) == PACKS
    everything = Counter(range(PACKS * PACK))
    assert seqs(journal.records(day_of(ts))) == everything
    telemetry.until_drained()
    until(lambda: in_spool(telemetry), lambda batches: batches == 0, within_s=30)  # all of it is closed by now
    assert seqs(journal.records(day_of(ts), device="lamp")) == everything
    assert journal.records(day_of(ts), device="other") == []
    assert journal.records(day_of(ts), site=telemetry.venue) == []


def test_what_was_parked_is_told_once_its_device_is_registered(telemetry: TelemetryUnderTest, journal: Journal) -> None:
    ts = now_ms()
    with telemetry.receiving() as feed:
        feed.send(telemetry.topic(), pack(ts, range(3), "late"))
    assert journal.records(day_of(ts)) == []
    telemetry.register_device("late")
    found = until(lambda: journal.records(day_of(ts)), lambda records: len(records) == 3, within_s=30)
    assert [(record["device"], record["index"]) for record in found] == [("late", 0)] * 3
    assert all(ts <= record["received_ms"] <= now_ms() for record in found)


def test_killed_between_writing_a_segment_and_letting_go_of_its_batches(
    telemetry: TelemetryUnderTest, journal: Journal
) -> None:
    """A test that holds the spool's write lock keeps the worker exactly there."""
    ts = now_ms()
    spool = telemetry.folder / "worker" / "spool.db"
    with telemetry.receiving() as feed, closing(sqlite3.connect(spool, isolation_level=None, timeout=30)) as lock:
        sent = 0

        def caught() -> bool:
            """Whether the lock holds now, with something that waits for nothing but the journal."""
            nonlocal sent
            feed.send(telemetry.topic(), pack(ts, range(sent, sent + 5)))
            sent += 5
            lock.execute("BEGIN IMMEDIATE")
            if not drained_in_spool(lock):
                lock.execute("ROLLBACK")
            return lock.in_transaction

        until(caught, lambda yes: yes, within_s=30)
        until(lambda: segments(telemetry), lambda found: found > closed(lock), within_s=30)
        assert seqs(journal.records(day_of(ts))) == Counter(range(sent))
        telemetry.kill()
        lock.execute("ROLLBACK")
        assert segments(telemetry) > closed(lock)
        assert seqs(journal.records(day_of(ts))) == Counter(range(sent))
        telemetry.start()
        feed.send(telemetry.topic(), pack(ts, range(sent, sent + 4)))
        until(lambda: in_spool(telemetry), lambda batches: batches == 0, within_s=30)
        assert seqs(journal.records(day_of(ts))) == Counter(range(sent + 4))


def in_spool(telemetry: TelemetryUnderTest) -> int:
    with closing(sqlite3.connect(telemetry.folder / "worker" / "spool.db", timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM batch").fetchone()[0])


def drained_in_spool(connection: sqlite3.Connection) -> bool:
    """Whether a batch waits for nothing but the journal."""
    row = connection.execute("SELECT count(*) FROM batch WHERE n <= (SELECT min(n) FROM cursor)").fetchone()
    return bool(row[0])


def closed(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT segment FROM state").fetchone()[0])


def segments(telemetry: TelemetryUnderTest) -> int:
    return len(list((telemetry.folder / "worker" / "journal").glob("*/*/*/*.gz")))
