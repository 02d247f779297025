"""What was parked is counted once the registry has what it waited for: once, with its first receipt."""

from pathlib import Path

import pytest

from services.telemetry.model import ReplayedEntry
from services.telemetry.replaying import ROWS_AT_ONCE
from tests.unit.telemetry.home import LATER, Home
from tests.unit.telemetry.world import (
    DAY_MS,
    NOW,
    AMessage,
    heartbeat,
    pack,
    reading,
    session,
    usage,
)

NOWHERE = "telemetry/v1/acme/gw/nowhere"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "spool.db")


def test_parked_records_are_accepted_once_when_their_device_arrives(home: Home) -> None:
    home.receive(pack(usage(seq=1, device="new"), usage(seq=2), usage(seq=3, device="new"), heartbeat(device="other")))
    assert home.device_arrives("new") == 1
    assert home.device_arrives("new") == 0
    assert sorted(event["data"]["seq"] for event in home.events()) == [1, 2, 3]
    assert {event["time"] for event in home.events()} == {"2025-11-24T16:00:00.000Z"}
    assert len(home.lines()) == 3
    assert home.waiting() == [("other", "unknown_device")]
    assert home.spool.counts() == {"accepted": 3, "parked:unknown_device": 1, "received": 4}


def test_the_journal_says_which_records_a_replay_accepted(home: Home) -> None:
    home.receive(pack(usage(seq=9)), pack(usage(seq=1, device="new"), usage(seq=2), usage(seq=3, device="new")))
    home.device_arrives("new")
    *_, (n, entries) = home.spool.giving_out.entries(10**9)
    assert n == 2
    assert entries == [ReplayedEntry(LATER, 1, 1, [0, 2], [])]


def test_time_is_judged_by_the_first_receipt(home: Home) -> None:
    old = NOW - 119 * DAY_MS
    home.receive(pack(usage(ts=old, device="new"), usage(ts=NOW + DAY_MS, device="new")))
    home.device_arrives("new")
    assert home.spool.counts() == {"accepted": 1, "received": 2, "rejected:future_ts": 1}


def test_a_site_that_arrives_leaves_unknown_devices_parked_for_their_own_reason(home: Home) -> None:
    home.receive(pack(usage(), usage(device="new"), topic=NOWHERE))
    home.site_arrives("home", "nowhere")
    assert home.waiting() == [("new", "unknown_device")]
    assert home.spool.counts() == {"accepted": 1, "parked:unknown_device": 1, "received": 2}
    home.device_arrives("new")
    assert home.waiting() == []
    assert home.spool.counts() == {"accepted": 2, "received": 2}


def test_a_session_is_rejected_when_its_site_turns_out_to_be_a_home(home: Home) -> None:
    home.receive(pack(heartbeat(), session(device="lamp"), topic=NOWHERE))
    home.site_arrives("home", "nowhere")
    rejected = home.spool.mirroring.changes(0, 10).rejected[0][1]
    assert home.spool.counts() == {"accepted": 1, "received": 2, "rejected:bad_record": 1}
    assert [(r.index, r.reason, r.field, r.received_ms) for r in rejected] == [(1, "bad_record", "kind", NOW)]


def test_what_waits_on_keeps_all_its_records_the_later_rejected_too(home: Home) -> None:
    home.receive(pack(heartbeat(device="new"), session(device="new"), topic=NOWHERE))
    home.site_arrives("home", "nowhere")
    assert home.spool.counts() == {"parked:unknown_device": 2, "received": 2}
    home.device_arrives("new")
    assert home.spool.counts() == {"accepted": 1, "received": 2, "rejected:bad_record": 1}


def test_records_of_a_devices_topic_are_replayed_without_a_device_in_them(home: Home) -> None:
    home.receive(AMessage(NOWHERE.replace("nowhere", "home-1") + "/new", b'{"kind": "heartbeat", "ts": %d}' % NOW))
    home.device_arrives("new")
    assert home.lines()[0].startswith("heartbeat,device=new,site=home-1,vendor=acme ")


def test_value_names_are_counted_at_the_replay(home: Home) -> None:
    home.receive(pack(reading(device="new", values={"a": 1})))
    assert home.spool.taking_in.names == {}
    home.device_arrives("new")
    assert home.spool.taking_in.names == {"acme": {"a"}}


def test_after_a_restart_whatever_has_come_meanwhile_is_found(tmp_path: Path) -> None:
    before = Home(tmp_path / "spool.db")
    before.receive(pack(usage(device="new")), pack(usage(), topic=NOWHERE), pack(usage(device="stranger")))
    after = Home(tmp_path / "spool.db")
    after.directory.add_device("acme", "new")
    after.directory.add_site("vr", "nowhere", "baoan")
    after.replaying.look_for_all()
    after.replay()
    assert after.waiting() == [("stranger", "unknown_device")]
    assert sorted(event["data"]["site"] for event in after.events()) == ["home-1", "nowhere"]


def test_more_rows_than_fit_in_a_step_are_all_replayed(home: Home) -> None:
    home.receive(*(pack(usage(device="new", seq=seq)) for seq in range(450)))
    assert home.device_arrives("new") == 450
    assert home.spool.counts() == {"accepted": 450, "received": 450}


def test_a_device_that_goes_again_before_its_replay_stays_parked(home: Home) -> None:
    home.receive(pack(usage(device="new")))
    home.replaying.devices_arrived([("acme", "new")])
    assert home.replay() == 1
    assert home.waiting() == [("new", "unknown_device")]
    assert home.spool.counts() == {"parked:unknown_device": 1, "received": 1}


def test_what_waits_for_more_than_35_days_is_let_go_and_counted_as_expired(home: Home) -> None:
    home.receive(
        pack(usage(device="new"), heartbeat(device="new", ts=NOW - DAY_MS)),
        pack(usage(device="new", seq=1), received_ms=NOW + 1),
    )
    assert home.replaying.expire(NOW + 35 * DAY_MS) == 0
    assert home.replaying.expire(NOW + 35 * DAY_MS + 1) == 1
    assert home.replaying.expire(NOW + 35 * DAY_MS + 1) == 0
    assert home.device_arrives("new") == 1
    assert home.spool.counts() == {"accepted": 1, "expired": 2, "received": 3}


def test_whatever_number_of_rows_has_waited_too_long_none_is_left(home: Home) -> None:
    count = ROWS_AT_ONCE * 2 + 1
    home.receive(*(pack(usage(device=f"new-{number}")) for number in range(count)))
    assert home.replaying.expire(LATER) == count
    assert home.waiting() == []
    assert home.spool.counts() == {"expired": count, "received": count}
