"""What the stores must hold, record by record."""

from typing import Any

from tests.under_load.sent import holding_of, points_by_day

# 2024-10-04 00:00:00 in Shenzhen is 2024-10-03 16:00:00 UTC, epoch 1,727,971,200.
MIDNIGHT_MS = 1_727_971_200_000
MINUTE = MIDNIGHT_MS // 60_000


def line(device: str = "lamp", **record: Any) -> dict[str, Any]:
    return {"site": "home", "vendor": "v", "feed": "f", "device": device, "record": {"ts": MIDNIGHT_MS} | record}


def test_a_heartbeat_is_a_point_and_a_minute_seen() -> None:
    held = holding_of([line(kind="heartbeat", seq=7)])

    assert held.points == {("heartbeat", "home", "lamp", 1_727_971_200_000_000_007, 7)}
    assert held.minutes == {("seen", "lamp", MINUTE)}
    assert not held.sessions


def test_seq_enters_the_time_of_a_point_by_its_last_six_digits() -> None:
    held = holding_of([line(kind="heartbeat", seq=3_000_002)])

    assert held.points == {("heartbeat", "home", "lamp", 1_727_971_200_000_000_002, 3_000_002)}


def test_a_use_marks_the_strip_of_its_trigger() -> None:
    strips = {
        trigger: {strip for strip, _, _ in holding_of([line(kind="usage", action="on", trigger=trigger)]).minutes}
        for trigger in ("local", "app", "voice", "scene", "schedule", "linkage")
    }

    assert strips == {
        "local": {"seen", "local"},
        "app": {"seen", "smart"},
        "voice": {"seen", "smart"},
        "scene": {"seen", "smart"},
        "schedule": {"seen", "automated"},
        "linkage": {"seen", "automated"},
    }


def test_an_acknowledged_alarm_is_no_other_use() -> None:
    held = holding_of([line(kind="usage", action="ack", trigger="local")])

    assert {strip for strip, _, _ in held.minutes} == {"seen", "ack"}


def test_a_session_is_a_row_and_is_seen_in_every_minute_it_touches() -> None:
    held = holding_of([line("hmd", kind="session", ts=MIDNIGHT_MS + 59_000, seq=1, duration_s=61)])

    assert held.sessions == {("hmd", MIDNIGHT_MS + 59_000, 1, 61)}
    assert held.minutes == {("seen", "hmd", MINUTE), ("seen", "hmd", MINUTE + 1)}


def test_a_test_record_and_a_void_are_points_only() -> None:
    held = holding_of(
        [line(kind="heartbeat", test=True), line(kind="void", seq=1, of={"kind": "usage", "ts": 1, "seq": 0})]
    )

    assert len(held.points) == 2
    assert not held.minutes


def test_sent_twice_is_once() -> None:
    record = line("hmd", kind="session", duration_s=60)

    assert holding_of([record, record]) == holding_of([record])


def test_points_are_counted_by_civil_day_in_shenzhen() -> None:
    held = holding_of(
        [
            line(kind="heartbeat"),
            line(kind="heartbeat", ts=MIDNIGHT_MS - 1),
            line(kind="usage", action="on", trigger="app"),
        ]
    )

    assert points_by_day(held) == {20_000: 2, 19_999: 1}
