"""Outages of each store: what needs it waits, the others go on, and at the end all is there."""

from tests.integration.event_tap import EventTap
from tests.integration.outages import down
from tests.integration.records import heartbeat, pack, usage
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms
from tests.system.feed import Feed
from tests.system.polling import until


def test_while_influxdb_is_away_events_go_on_and_then_all_is_stored(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    stack, ts = telemetry.stack, now_ms()
    with EventTap(stack, telemetry.vendor) as tap:
        with down(stack, "influxdb"):
            for seq in range(20):
                assert feed.send(telemetry.topic(), pack(usage(ts, seq)))["accepted"] == 1
            until(lambda: tap.of("usage"), lambda found: len(found) == 20)
            until(telemetry.health, lambda health: health["cursors"]["influxdb"] < health["head"])
        ledger = telemetry.settled(90)
    assert [(row.received, row.stored, row.repeated) for row in ledger.rows] == [(20, 20, 0)]


def test_while_rabbitmq_is_away_points_are_stored_and_then_all_is_told(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    stack, ts = telemetry.stack, now_ms()
    with EventTap(stack, telemetry.vendor) as tap:
        with down(stack, "rabbitmq"):
            assert (
                feed.send(telemetry.topic(), pack(*(usage(ts, seq) for seq in range(20)), heartbeat(ts)))["accepted"]
                == 21
            )
            until(telemetry.points, lambda found: len(found) == 21)
        until(lambda: {e["data"]["seq"] for e in tap.of("usage")}, lambda seqs: seqs == set(range(20)), within_s=90)
        until(tap.heard, lambda heard: len(heard) == 1)


def test_while_the_disk_is_nearly_full_nothing_is_acknowledged_and_then_all_is_kept(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    ts = now_ms()
    everything = str(10**18)
    telemetry.stop()
    telemetry.spawn(SPOOL_MIN_FREE_BYTES=everything)
    until(lambda: telemetry.health()["spare_bytes"], lambda spare: spare < 0)
    for seq in range(5):
        feed.publish(telemetry.topic(), pack(usage(ts, seq)))
    until(lambda: telemetry.counter("telemetry_unavailable_total"), lambda count: count >= 2)
    assert telemetry.health()["ready"] is False
    assert telemetry.health()["head"] == 0
    telemetry.stop()
    telemetry.start()
    ledger = until(telemetry.settled, lambda found: sum(row.received for row in found.rows) >= 5)
    assert [(row.received, row.stored) for row in ledger.rows] == [(5, 5)]


def test_a_database_that_influxdb_lost_is_made_again(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    try:
        telemetry.influx("DROP DATABASE pilotlight", user="admin")
        telemetry.influx("CREATE DATABASE elsewhere", user="admin")
        telemetry.influx("GRANT ALL PRIVILEGES TO telemetry", user="admin")
        feed.send(telemetry.topic(), pack(usage(now_ms(), 1)))
        until(telemetry.points, bool, within_s=30)
    finally:
        telemetry.influx("CREATE DATABASE pilotlight", user="admin")
        telemetry.influx("REVOKE ALL PRIVILEGES FROM telemetry", user="admin")
        telemetry.influx("GRANT ALL ON pilotlight TO telemetry", user="admin")
        telemetry.influx("GRANT READ ON pilotlight TO adoption", user="admin")
