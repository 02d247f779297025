"""The same stream sent twice, shuffled, and cut by ``kill -9`` of the worker: the same points and events, exactly."""

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from services.telemetry.verify_journal import verify
from tests.integration.event_tap import EventTap
from tests.integration.telemetry_under_test import Json, TelemetryUnderTest, now_ms, telemetry_on
from tests.system.feed import Feed
from tests.system.polling import until

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
DEVICES = [f"d{number}" for number in range(20)]
RECORDS, PACK, KILLS = 6_000, 20, 3


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    with telemetry_on(brokers, tmp_path, *DEVICES) as made:
        made.start()
        yield made


def record(chance: random.Random, seq: int, now: int) -> Json:
    common = {"device": chance.choice(DEVICES), "ts": now - chance.randrange(100 * 86_400_000), "seq": seq}
    kind = chance.choice(["heartbeat", "usage", "reading", "fault", "void"])
    fields: dict[str, Json] = {
        "heartbeat": {},
        "usage": {"action": chance.choice(["on", "off"]), "trigger": chance.choice(["local", "schedule"])},
        "reading": {"values": {"power_w": chance.random() * 100}},
        "fault": {"code": "overheat", "active": chance.random() < 0.5},
        "void": {"of": {"kind": "usage", "ts": now}},
    }
    return common | {"kind": kind} | fields[kind]


def publish(feed: Feed, topic: str, payloads: list[bytes]) -> None:
    for payload in payloads:
        feed.publish(topic, payload)


def test_nothing_is_lost_and_nothing_counts_twice(telemetry: TelemetryUnderTest) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    chance = random.Random(SEED)
    now = now_ms()
    records = [record(chance, seq, now) for seq in range(RECORDS)]
    stream = records * 2
    chance.shuffle(stream)
    packs = [json.dumps(stream[start : start + PACK]).encode() for start in range(0, len(stream), PACK)]

    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        with telemetry.feed() as feed:
            sending = threading.Thread(target=publish, args=(feed, telemetry.topic(), packs), daemon=True)
            sending.start()
            for _ in range(KILLS):
                sending.join(chance.uniform(0.05, 0.4))
                telemetry.kill()
                telemetry.start()
            sending.join(60)
            assert not sending.is_alive()
        telemetry.until_drained()
        ledger = telemetry.settled()
        told = {"usage", "fault", "void"}
        expected = {
            f"{telemetry.vendor}/{r['device']}/{r['kind']}/{r['ts']}/{r['seq']}" for r in records if r["kind"] in told
        }
        until(lambda: {e["id"] for kind in told for e in tap.of(kind)}, lambda ids: ids >= expected, within_s=30)
        heard = {(r["device"], r["ts"] // 60_000) for r in records if r["kind"] in ("heartbeat", "reading")}
        until(tap.heard, lambda found: found >= heard, within_s=30)
        assert {e["id"] for kind in told for e in tap.of(kind)} == expected
        assert tap.heard() == heard

    points = telemetry.points()
    stored = {(p["measurement"], p["device"], p["time"], p["seq"]) for p in points}
    assert stored == {(r["kind"], r["device"], r["ts"] * 1_000_000 + r["seq"], r["seq"]) for r in records}
    assert len(points) == RECORDS
    assert sum(p["power_w"] or 0 for p in points if p["measurement"] == "reading") == pytest.approx(
        sum(r["values"]["power_w"] for r in records if r["kind"] == "reading")
    )
    received, repeated = (sum(getattr(row, name) or 0 for row in ledger.rows) for name in ("received", "repeated"))
    assert received >= 2 * RECORDS
    assert repeated == received - RECORDS
    assert min(row.repeated for row in ledger.rows if row.repeated is not None) >= 0
    telemetry.stop()
    head = verify(telemetry.folder / "worker" / "journal")
    assert head is not None
    assert head.last == telemetry.health()["head"]
