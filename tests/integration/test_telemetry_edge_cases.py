"""What is sent and cannot be counted as it is, on real servers: bad input, parking, test records, refusals."""

import requests

from tests.integration.event_tap import EventTap
from tests.integration.records import heartbeat, pack, usage
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms
from tests.system.feed import Feed
from tests.system.polling import until

YEAR_MS = 365 * 86_400_000


def test_bad_input_is_set_aside_and_explained_and_its_neighbours_are_stored(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    ts = now_ms()
    whole = [b"hello", b"[" * 100_000, b'{"v": NaN}', b'{"pad": "' + b"x" * 2_000_000 + b'"}', b'{"x": "\xff"}']
    receipts = [feed.send(telemetry.topic(), payload) for payload in whole]
    receipts.append(feed.send(telemetry.topic(device="lamp") + "/x/y", pack(heartbeat(ts))))
    mixed = [
        heartbeat(ts, seq=1),
        heartbeat(ts, ts="x"),
        heartbeat(ts + YEAR_MS),
        usage(ts, 1),
        usage(ts, 1, action="off"),
    ]
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
    ts = now_ms()
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        receipt = feed.send(telemetry.topic(), pack(usage(ts, 1, device="new"), usage(ts, 2)))
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
    receipt = feed.send(telemetry.topic(site=site), pack(usage(now_ms(), 1)))
    assert receipt["parked"] == 1
    telemetry.stop()
    telemetry.register_home(site, "baoan")
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        telemetry.start()
        until(lambda: tap.of("usage"), bool)
        assert [key for key, _ in tap.seen()] == ["usage.home.baoan"]


def test_a_test_record_is_stored_and_never_told(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    ts = now_ms()
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        feed.send(telemetry.topic(), pack(usage(ts, 1, test=True), heartbeat(ts, test=True)))
        feed.send(telemetry.topic(), pack(usage(ts, 2)))
        until(lambda: tap.of("usage"), bool)
        telemetry.until_drained()
        assert [event["data"]["seq"] for event in tap.of("usage")] == [2]
        assert tap.heard() == set()
    assert {(p["seq"], p["test"]) for p in telemetry.points()} == {(1, True), (0, True), (2, False)}


def test_what_finds_no_room_in_parking_is_not_accepted_and_counts_when_it_is_sent_again(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    assert telemetry.stop() == 0
    telemetry.spawn(PARKING_QUOTA_BYTES="0")
    telemetry.wait_ready()
    topic, ts = telemetry.topic(), now_ms()
    body = pack(heartbeat(ts, device="late"), heartbeat(ts))
    assert feed.send(topic, body) == {"accepted": 1, "parked": 0, "rejected": [], "not_accepted": {"parking_full": 1}}
    (row,) = telemetry.settled().rows
    assert (row.received, row.stored, row.set_aside, row.not_accepted) == (2, 1, {}, {"parking_full": 1})

    telemetry.register_device("late")
    until(lambda: feed.send(topic, body)["accepted"], lambda accepted: accepted == 2)
    (row,) = telemetry.settled().rows
    assert row.stored == 2
    assert {point["device"] for point in telemetry.points()} == {"lamp", "late"}


def test_a_point_that_influxdb_refuses_is_set_aside_and_the_others_are_stored(
    telemetry: TelemetryUnderTest, feed: Feed
) -> None:
    """Somebody else has written text under a name that is a number in ours, into the shard of that day."""
    ts = now_ms()
    name = "power_" + telemetry.vendor
    url = f"{telemetry.stack.urls['influx']}/write?db=pilotlight"
    login = ("telemetry", telemetry.stack.addresses.accounts.password("influxdb", "telemetry"))
    requests.post(url, f'reading {name}="text" {ts * 1_000_000}', auth=login, timeout=10).raise_for_status()
    records = [heartbeat(ts, kind="reading", seq=seq, values={"ok_w": seq}) for seq in range(20)]
    records[13]["values"] = {name: 1.0}
    assert feed.send(telemetry.topic(), pack(*records))["accepted"] == 20
    ledger = telemetry.settled()
    assert [(r.received, r.stored, r.set_aside, r.repeated) for r in ledger.rows] == [
        (20, 19, {"refused_by_store": 1}, 0)
    ]
    assert {p["seq"] for p in telemetry.points()} == set(range(20)) - {13}
