"""What goes wrong on real servers: bad input, parking, refusals, outages of each store, and a broker that forgets."""

import json
import operator
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.local.stack import Stack
from tests.fakes.published_registry import PublishedRegistry, serving
from tests.integration.telemetry_under_test import EventTap, Json, TelemetryUnderTest, now_ms
from tests.system.feed import Feed
from tests.system.polling import until

YEAR_MS = 365 * 86_400_000


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    registry = PublishedRegistry()
    with serving(registry):
        made = TelemetryUnderTest(brokers, registry, tmp_path)
        made.register_sites()
        made.register_device("lamp")
        made.start()
        yield made
        made.stop()


@pytest.fixture
def feed(telemetry: TelemetryUnderTest) -> Iterator[Feed]:
    with telemetry.feed() as made:
        made.subscribe(f"ack/v1/{telemetry.vendor}/gw/#")
        yield made


def heartbeat(**fields: Any) -> Json:
    return {"kind": "heartbeat", "ts": now_ms(), "device": "lamp"} | fields


def usage(seq: int, **fields: Any) -> Json:
    return {"kind": "usage", "ts": now_ms(), "device": "lamp", "seq": seq, "action": "on", "trigger": "app"} | fields


def pack(*records: Any) -> bytes:
    return json.dumps(records).encode()


def test_bad_input_is_set_aside_and_explained_and_its_neighbours_are_stored(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    whole = [b"hello", b"[" * 100_000, b'{"v": NaN}', b'{"pad": "' + b"x" * 2_000_000 + b'"}', b'{"x": "\xff"}']
    receipts = [feed.send(telemetry.topic(), payload) for payload in whole]
    receipts.append(feed.send(telemetry.topic(device="lamp") + "/x/y", pack(heartbeat())))
    mixed = [heartbeat(seq=1), heartbeat(ts="x"), heartbeat(ts=now_ms() + YEAR_MS), usage(1), usage(1, action="off")]
    receipts.append(feed.send(telemetry.topic(), pack(*mixed)))
    ledger = telemetry.settled()

    reasons = [(r["index"], r["reason"]) for receipt in receipts for r in receipt["rejected"]]
    assert reasons == [
        (None, "not_json"),
        (None, "not_json"),
        (None, "not_json"),
        (None, "too_large"),
        (None, "not_json"),
        (None, "bad_topic"),
        (1, "bad_record"),
        (2, "future_ts"),
        (4, "conflict"),
    ]
    totals: dict[str, int] = {}
    for row in ledger.rows:
        for reason, count in row.set_aside.items():
            totals[reason] = totals.get(reason, 0) + count
    assert totals == {"not_json": 4, "too_large": 1, "bad_topic": 1, "bad_record": 1, "future_ts": 1, "conflict": 1}
    assert [sum(getattr(row, name) for row in ledger.rows) for name in ("received", "stored")] == [11, 2]
    assert {row.repeated for row in ledger.rows} == {0}  # today's, and the day a year ahead
    assert {p["measurement"] for p in telemetry.points()} == {"heartbeat", "usage"}


def test_an_unknown_device_is_parked_and_counted_once_when_it_is_registered(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        receipt = feed.send(telemetry.topic(), pack(usage(1, device="new"), usage(2)))
        parked = telemetry.settled()
        received_at = {event["time"] for event in until(lambda: tap.of("usage"), bool)}
        telemetry.register_device("new")
        events = until(lambda: tap.of("usage"), lambda found: len(found) == 2)
        ledger = until(telemetry.settled, lambda found: found.rows[0].stored == 2)

    assert (receipt["accepted"], receipt["parked"]) == (1, 1)
    assert [(row.stored, row.set_aside) for row in parked.rows] == [(1, {"unknown_device": 1})]
    assert [(row.received, row.stored, row.set_aside, row.repeated) for row in ledger.rows] == [(2, 2, {}, 0)]
    assert {event["time"] for event in events} == received_at


def test_an_unknown_site_is_parked_until_it_is_registered_also_while_the_worker_is_away(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    site = f"{telemetry.vendor}-new"
    receipt = feed.send(telemetry.topic(site=site), pack(usage(1)))
    assert receipt["parked"] == 1
    telemetry.stop()
    telemetry.register_home(site, "baoan")
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        telemetry.start()
        until(lambda: tap.of("usage"), bool)
        assert [key for key, _ in tap.seen()] == ["usage.home.baoan"]


def test_a_test_record_is_stored_and_never_told(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        feed.send(telemetry.topic(), pack(usage(1, test=True), heartbeat(test=True)))
        feed.send(telemetry.topic(), pack(usage(2)))
        until(lambda: tap.of("usage"), bool)
        telemetry.until_drained()
        assert [event["data"]["seq"] for event in tap.of("usage")] == [2]
        assert tap.heard() == set()
    assert {(p["seq"], p["test"]) for p in telemetry.points()} == {(1, True), (0, True), (2, False)}


def test_while_influxdb_is_away_events_go_on_and_then_all_is_stored(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    stack = telemetry.stack
    with EventTap(stack, telemetry.vendor) as tap:
        stack.stop_program("influxdb")
        try:
            for seq in range(20):
                assert feed.send(telemetry.topic(), pack(usage(seq)))["accepted"] == 1
            until(lambda: tap.of("usage"), lambda found: len(found) == 20)
            assert telemetry.health()["cursors"]["influxdb"] < telemetry.health()["head"]
        finally:
            stack.start_program("influxdb")
        ledger = telemetry.settled(90)
    assert [(row.received, row.stored, row.repeated) for row in ledger.rows] == [(20, 20, 0)]


def test_while_rabbitmq_is_away_points_are_stored_and_then_all_is_told(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    stack = telemetry.stack
    with EventTap(stack, telemetry.vendor) as tap:
        stack.stop_program("rabbitmq")
        try:
            assert feed.send(telemetry.topic(), pack(*(usage(seq) for seq in range(20)), heartbeat()))["accepted"] == 21
            until(telemetry.points, lambda found: len(found) == 21)
        finally:
            stack.start_program("rabbitmq")
        until(lambda: {e["data"]["seq"] for e in tap.of("usage")}, lambda seqs: seqs == set(range(20)), within_s=90)
        until(tap.heard, lambda heard: len(heard) == 1)


def test_while_the_disk_is_nearly_full_nothing_is_acknowledged_and_then_all_is_kept(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    telemetry.stop()
    everything = str(10**18)
    telemetry.spawn(SPOOL_MIN_FREE_BYTES=everything)
    until(lambda: telemetry.health()["spare_bytes"], lambda spare: spare < 0)
    for seq in range(5):
        feed.publish(telemetry.topic(), pack(usage(seq)))
    until(lambda: telemetry.counter("telemetry_unavailable_total"), lambda count: count >= 2)
    assert telemetry.health()["ready"] is False
    assert telemetry.health()["head"] == 0
    telemetry.stop()
    telemetry.start()
    ledger = until(telemetry.settled, lambda found: bool(found.rows))
    assert [(row.received, row.stored) for row in ledger.rows] == [(5, 5)]


def test_a_point_that_influxdb_refuses_is_set_aside_and_the_others_are_stored(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    """Somebody else has written text under a name that is a number in ours, into the shard of that day."""
    ts = now_ms()
    name = "power_" + telemetry.vendor
    url = f"{telemetry.stack.urls['influx']}/write?db=pilotlight"
    login = ("telemetry", telemetry.stack.addresses.accounts.password("influxdb", "telemetry"))
    requests.post(url, f'reading {name}="text" {ts * 1_000_000}', auth=login, timeout=10).raise_for_status()
    records = [heartbeat(kind="reading", ts=ts, seq=seq, values={"ok_w": seq}) for seq in range(20)]
    records[13]["values"] = {name: 1.0}
    assert feed.send(telemetry.topic(), pack(*records))["accepted"] == 20
    ledger = telemetry.settled()
    assert [(r.received, r.stored, r.set_aside, r.repeated) for r in ledger.rows] == [
        (20, 19, {"refused_by_store": 1}, 0)
    ]
    assert {p["seq"] for p in telemetry.points()} == set(range(20)) - {13}


def test_a_database_that_influxdb_lost_is_made_again(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    telemetry.influx("DROP DATABASE pilotlight", user="admin")
    telemetry.influx("CREATE DATABASE elsewhere", user="admin")
    telemetry.influx("GRANT ALL PRIVILEGES TO telemetry", user="admin")
    try:
        feed.send(telemetry.topic(), pack(usage(1)))
        until(telemetry.points, bool, within_s=30)
    finally:
        telemetry.influx("CREATE DATABASE pilotlight", user="admin")
        telemetry.influx("REVOKE ALL PRIVILEGES FROM telemetry", user="admin")
        telemetry.influx("GRANT ALL ON pilotlight TO telemetry", user="admin")
        telemetry.influx("GRANT READ ON pilotlight TO adoption", user="admin")


def test_a_broker_that_forgot_the_session_loses_no_message_to_an_old_acknowledgement(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    """Packet ids begin again at 1 then, so a stale acknowledgement would remove a new message unread."""
    stack, ts = telemetry.stack, now_ms()
    assert feed.send(telemetry.topic(), pack(usage(0)))["accepted"] == 1
    before = telemetry.counter("telemetry_connections_total")
    assert telemetry.process is not None
    for round_ in range(1, 4):
        with telemetry.feed(f"gw{round_}") as fresh:
            os.kill(telemetry.process.pid, signal.SIGSTOP)
            for seq in range(5):  # these are on their way to the worker, unacknowledged, when the broker forgets them
                fresh.publish(telemetry.topic(feed=f"gw{round_}"), pack(usage(round_ * 100 + seq, ts=ts)))
            stack.stop_program("mosquitto")
        for kept in stack.folders.data_of("mosquitto").glob("mosquitto.db*"):
            kept.unlink()
        stack.start_program("mosquitto")
        os.kill(telemetry.process.pid, signal.SIGCONT)
        count = partial(telemetry.counter, "telemetry_connections_total")
        until(count, partial(operator.le, before + round_))
        telemetry.wait_ready()
        with telemetry.feed(f"gw{round_}") as fresh:
            fresh.subscribe(f"ack/v1/{telemetry.vendor}/gw{round_}/#")
            for seq in range(30):
                record = usage(round_ * 100 + seq, ts=ts)
                assert fresh.send(telemetry.topic(feed=f"gw{round_}"), pack(record))["accepted"] == 1
    ledger = telemetry.settled()
    assert sum(row.stored for row in ledger.rows) == 91


def test_what_finds_no_room_in_parking_is_not_accepted_and_counts_when_it_is_sent_again(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    assert telemetry.stop() == 0
    telemetry.spawn(PARKING_QUOTA_BYTES="0")
    telemetry.wait_ready()
    topic = telemetry.topic()
    body = json.dumps([heartbeat(device="late"), heartbeat()]).encode()
    assert feed.send(topic, body) == {"accepted": 1, "parked": 0, "rejected": [], "not_accepted": {"parking_full": 1}}
    (row,) = telemetry.settled().rows
    assert (row.received, row.stored, row.set_aside, row.not_accepted) == (2, 1, {}, {"parking_full": 1})

    telemetry.register_device("late")
    until(lambda: feed.send(topic, body)["accepted"], lambda accepted: accepted == 2)
    (row,) = telemetry.settled().rows
    assert row.stored == 2
    assert {point["device"] for point in telemetry.points()} == {"lamp", "late"}
