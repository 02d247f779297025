"""One message on real servers: from a gateway's publish to its point, its event, its receipt and its journal entry."""

import json

from services.telemetry.verify_journal import verify
from tests.integration.event_tap import EventTap
from tests.integration.telemetry_under_test import TelemetryUnderTest, now_ms
from tests.system.feed import Feed
from tests.system.polling import until


def test_one_message_becomes_a_point_an_event_a_receipt_and_an_entry(telemetry: TelemetryUnderTest, feed: Feed) -> None:
    ts = now_ms()
    record = {"kind": "usage", "ts": ts, "seq": 7, "action": "on", "trigger": "local"}
    with EventTap(telemetry.stack, telemetry.vendor) as tap:
        receipt = feed.send(telemetry.topic(device="lamp"), json.dumps(record).encode(), correlation=b"c-1")
        points = until(telemetry.points, bool)
        events = until(lambda: tap.of("usage"), bool)
        telemetry.until_drained()
        ledger = telemetry.settled()

    assert receipt == {"accepted": 1, "parked": 0, "rejected": []}
    assert [(p["measurement"], p["time"], p["site"], p["device"], p["action"], p["seq"]) for p in points] == [
        ("usage", ts * 1_000_000 + 7, telemetry.home, "lamp", "on", 7)
    ]
    assert [event["id"] for event in events] == [f"{telemetry.vendor}/lamp/usage/{ts}/7"]
    assert [key for key, _ in tap.seen()] == ["usage.home.nanshan"]
    assert [(r.received, r.stored, r.set_aside, r.waiting, r.repeated) for r in ledger.rows] == [(1, 1, {}, 0, 0)]
    head = until(lambda: verify(telemetry.folder / "worker" / "journal"), bool)
    assert head is not None
    assert head.count == 1
    assert telemetry.stop() == 0
