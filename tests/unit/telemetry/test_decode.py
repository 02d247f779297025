"""What becomes of each record: every reason of ARCHITECTURE section 3, and that neighbours are kept."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.telemetry.decode import decode
from services.telemetry.keeping import receipt
from services.telemetry.parsing import parse
from shared.contracts.civil_time import day_of
from shared.contracts.receipts import RejectedRecord
from tests.unit.telemetry.world import (
    DAY_MS,
    HOME,
    NOW,
    VENUE,
    AMessage,
    decoded,
    directory,
    fault,
    heartbeat,
    outcome,
    pack,
    reading,
    reasons,
    session,
    usage,
    void,
)

YEAR_MS = 365 * DAY_MS
WHOLE = {
    "not json": (b"hello", "not_json"),
    "empty": (b"", "not_json"),
    "half of a pack": (b'[{"kind": "heartbeat", "ts": 1764000000000, "device": "lamp"}', "not_json"),
    "100,000 open brackets": (b"[" * 100_000, "not_json"),
    "100,000 brackets that close": (b"[" * 100_000 + b"]" * 100_000, "not_json"),
    "deep nesting in an ignored field": (b'{"kind": "heartbeat", "ts": 1, "x": ' + b"[" * 9_999 + b"}", "not_json"),
    "NaN": (b'{"kind": "reading", "ts": 1764000000000, "device": "lamp", "values": {"a": NaN}}', "not_json"),
    "NaN beside a bad record": (b'[{"kind": "dance"}, {"kind": "reading", "values": {"a": NaN}}]', "not_json"),
    "not UTF-8": (b'{"kind": "heartbeat", "ts": 1764000000000, "device": "lamp", "note": "\xff"}', "not_json"),
    "a bad escape": (b'[{"kind": "dance"}, {"kind": "heartbeat", "ts": 1, "note": "\\q"}]', "not_json"),
    "2 MiB": (b'{"pad": "' + b"x" * 2 * 1024 * 1024 + b'"}', "too_large"),
    "5,001 records": (json.dumps([heartbeat(seq=n) for n in range(5_001)]).encode(), "too_large"),
    "5,001 things that are no records": (b"[" + b",".join([b"1"] * 5_001) + b"]", "too_large"),
}
RECORDS: dict[str, tuple[Any, str, str | None]] = {
    "no ts": ({"kind": "heartbeat", "device": "lamp"}, "bad_record", "ts"),
    "ts is text": (heartbeat(ts="now"), "bad_record", "ts"),
    "ts is null": (heartbeat(ts=None), "bad_record", "ts"),
    "no kind": ({"ts": NOW, "device": "lamp"}, "bad_record", "kind"),
    "unknown kind": (heartbeat(kind="dance"), "bad_record", "kind"),
    "no device in a pack": ({"kind": "heartbeat", "ts": NOW}, "bad_record", "device"),
    "a device with a space": (heartbeat(device="la mp"), "bad_record", "device"),
    "a device that ends in a line feed": (heartbeat(device="lamp\n"), "bad_record", "device"),
    "negative seq": (heartbeat(seq=-1), "bad_record", "seq"),
    "seq beyond 63 bits": (heartbeat(seq=2**63), "bad_record", "seq"),
    "test is a number": (heartbeat(test=1), "bad_record", "test"),
    "no values": ({"kind": "reading", "ts": NOW, "device": "lamp"}, "bad_record", "values"),
    "empty values": (reading(values={}), "bad_record", "values"),
    "33 values": (reading(values={f"v{n}": 1 for n in range(33)}), "bad_record", "values"),
    "a value that is text": (reading(values={"power_w": "1"}), "bad_record", "values"),
    "a value beyond a double": (reading(values={"power_w": 10**400}), "bad_record", "values"),
    "a name in capitals": (reading(values={"Power": 1}), "bad_record", "values"),
    "a reserved name": (reading(values={"time": 1}), "bad_record", "values"),
    "a name that is a field of every point": (reading(values={"boot": 1}), "bad_record", "values"),
    "unknown action": (usage(action="dance"), "bad_record", "action"),
    "no trigger": ({"kind": "usage", "ts": NOW, "device": "lamp", "action": "on"}, "bad_record", "trigger"),
    "a void of a void": (void(of={"kind": "void", "ts": NOW}), "bad_record", "of"),
    "a void of nothing": (void(of={"kind": "usage"}), "bad_record", "of"),
    "a fault without code": ({"kind": "fault", "ts": NOW, "device": "lamp", "active": True}, "bad_record", "code"),
    "a session at a home": (session(), "bad_record", "kind"),
    "a number": (17, "bad_record", None),
    "an array": ([heartbeat()], "bad_record", None),
    "null": (None, "bad_record", None),
    "a year ahead": (heartbeat(ts=NOW + YEAR_MS), "future_ts", None),
    "5 minutes and 1 ms ahead": (heartbeat(ts=NOW + 300_001), "future_ts", None),
    "a year ago": (heartbeat(ts=NOW - YEAR_MS), "too_old", None),
    "120 days and 1 ms ago": (heartbeat(ts=NOW - 120 * DAY_MS - 1), "too_old", None),
    "an astronomical ts": (heartbeat(ts=10**30), "future_ts", None),
}


@pytest.mark.parametrize(("payload", "reason"), WHOLE.values(), ids=WHOLE.keys())
def test_a_message_that_cannot_be_read_is_rejected_whole(payload: bytes, reason: str) -> None:
    found = outcome(AMessage(HOME, payload))
    assert reasons(found.rejected) == [(None, reason, None)]
    assert (found.accepted, found.parked, found.vendor) == ((), (), "acme")
    assert found.rejected[0].raw == payload


@pytest.mark.parametrize(("record", "reason", "field"), RECORDS.values(), ids=RECORDS.keys())
def test_a_bad_record_is_rejected_and_its_neighbours_are_accepted(record: Any, reason: str, field: str | None) -> None:
    found = outcome(pack(heartbeat(seq=1), record, heartbeat(seq=2)))
    assert reasons(found.rejected) == [(1, reason, field)]
    assert json.loads(found.rejected[0].raw) == record
    assert [r.seq for _, r in found.accepted] == [1, 2]


@pytest.mark.parametrize(
    "topic", ["telemetry/v1/acme/gw", "telemetry/v1/acme/gw/home-1/lamp/x", "telemetry/v1/ACME/gw/s"]
)
def test_a_topic_of_another_form_is_rejected_and_belongs_to_its_account(topic: str) -> None:
    found = outcome(AMessage(topic, b"{}"))
    assert reasons(found.rejected) == [(None, "bad_topic", None)]
    assert (found.vendor, found.feed) == (("", "") if "ACME" in topic else ("acme", "gw"))


@pytest.mark.parametrize("edge", [NOW + 300_000, NOW - 120 * DAY_MS])
def test_the_edges_of_the_window_are_accepted(edge: int) -> None:
    assert len(outcome(pack(heartbeat(ts=edge))).accepted) == 1


def test_a_session_may_not_end_more_than_5_minutes_ahead() -> None:
    ends = [session(ts=NOW - 300_000 + late, seq=late, duration_s=600) for late in (0, 1)]
    found = outcome(pack(*ends, topic=VENUE))
    assert len(found.accepted) == 1
    assert reasons(found.rejected) == [(1, "future_ts", None)]


def test_on_a_devices_topic_the_device_is_absent_or_equal() -> None:
    records = [{"kind": "heartbeat", "ts": NOW, "seq": 1}, heartbeat(seq=2), heartbeat(device="hmd")]
    found = outcome(pack(*records, topic=HOME + "/lamp"))
    assert [(device, r.seq) for device, r in found.accepted] == [("lamp", 1), ("lamp", 2)]
    assert reasons(found.rejected) == [(2, "bad_record", "device")]


def test_all_six_kinds_are_accepted() -> None:
    found = outcome(pack(heartbeat(), usage(), reading(), fault(), void(), session(), topic=VENUE))
    kinds = ["Heartbeat", "Usage", "Reading", "Fault", "Void", "Session"]
    assert [type(record).__name__ for _, record in found.accepted] == kinds


def test_a_single_record_needs_no_array_and_has_the_place_0() -> None:
    good, bad = json.dumps(heartbeat()).encode(), json.dumps(heartbeat(ts="x")).encode()
    assert len(outcome(AMessage(HOME, good)).accepted) == 1
    assert reasons(outcome(AMessage(HOME, b" \n" + bad)).rejected) == [(0, "bad_record", "ts")]


def test_unknown_fields_are_ignored_and_null_is_absent() -> None:
    assert len(outcome(pack(heartbeat(note="x", values=1e308), heartbeat(device="lamp", seq=1))).accepted) == 2
    assert len(outcome(pack(heartbeat(device=None), topic=HOME + "/lamp")).accepted) == 1


def test_what_the_registry_lacks_is_parked_with_its_device() -> None:
    found = outcome(pack(heartbeat(seq=1), heartbeat(device="new")))
    elsewhere = outcome(pack(heartbeat(device="new"), topic="telemetry/v1/acme/gw/nowhere"))
    assert [(a.position, a.reason, a.device) for a in found.parked] == [(1, "unknown_device", "new")]
    assert [(a.position, a.reason, a.device) for a in elsewhere.parked] == [(0, "unknown_site", "new")]
    assert len(found.accepted) == 1


def test_a_wrong_clock_is_rejected_at_once_also_where_the_registry_lacks_the_site() -> None:
    found = outcome(pack(heartbeat(ts=NOW + YEAR_MS), topic="telemetry/v1/acme/gw/nowhere"))
    assert reasons(found.rejected) == [(0, "future_ts", None)]


def test_a_device_of_another_vendor_is_unknown() -> None:
    assert [a.reason for a in outcome(pack(heartbeat(), topic=HOME.replace("acme", "other"))).parked] == [
        "unknown_device"
    ]


def test_other_content_under_one_identity_is_a_conflict_and_the_same_twice_is_not() -> None:
    found = outcome(pack(usage(), usage(action="off"), usage(boot=9), usage(seq=0), usage(trigger="app", seq=1)))
    assert reasons(found.rejected) == [(1, "conflict", None)]
    assert len(found.accepted) == 4


def test_true_and_1_are_two_contents_and_1_and_1_point_0_are_one() -> None:
    one, real, true = (reading(values={"on": value}) for value in (1, 1.0, True))
    assert outcome(pack(one, real)).rejected == ()
    assert reasons(outcome(pack(one, true)).rejected) == [(1, "conflict", None)]


def test_a_conflict_is_found_among_parked_records_too() -> None:
    found = outcome(pack(usage(device="new"), usage(device="new", action="off")))
    assert (len(found.parked), reasons(found.rejected)) == (1, [(1, "conflict", None)])


def test_the_201st_value_name_of_a_vendor_is_refused_and_known_names_go_on() -> None:
    known = {"acme": {f"v{n}" for n in range(199)}}
    messages = [
        pack(reading(values={"v0": 1, "a": 1}), reading(seq=1, values={"b": 1}), reading(seq=2, values={"a": 2}))
    ]
    result = decode(messages, directory(), known)
    assert result.new_names == [("acme", "a")]
    assert reasons(result.outcomes[0].rejected) == [(1, "bad_record", "values")]


def test_the_names_of_what_is_parked_are_not_counted() -> None:
    assert decoded(pack(reading(device="new"))).new_names == []


def test_a_record_is_counted_on_the_day_of_its_ts_and_else_of_its_receipt() -> None:
    yesterday = NOW - 1
    bad = [usage(ts=yesterday, action="x"), usage(ts="x"), heartbeat(ts=10**30), heartbeat(ts=NOW + YEAR_MS)]
    found = outcome(pack(*bad))
    assert [a.day for a in found.rejected] == [day_of(NOW) - 1, day_of(NOW), day_of(NOW), day_of(NOW) + 365]


def test_the_receipt_says_what_became_of_each_record() -> None:
    answer = receipt(outcome(pack(heartbeat(), heartbeat(device="new"), heartbeat(ts=None))))
    assert (answer.accepted, answer.parked) == (1, 1)
    assert answer.rejected == [RejectedRecord(2, "bad_record", "ts")]


RECORD = st.one_of(
    st.builds(
        heartbeat,
        device=st.sampled_from(["lamp", "hmd", "new", None]),
        ts=st.sampled_from([NOW, NOW - 1, NOW + YEAR_MS, NOW - YEAR_MS]),
        seq=st.integers(0, 3),
    ),
    st.builds(reading, values=st.dictionaries(st.sampled_from(["a", "b", "time", "z"]), st.integers(0, 2), min_size=1)),
    st.builds(usage, action=st.sampled_from(["on", "off"]), seq=st.integers(0, 2)),
    st.builds(session),
)


@given(st.lists(RECORD, min_size=2, max_size=6), st.sampled_from([HOME, VENUE, HOME + "/lamp", HOME + "x"]))
def test_the_quick_way_accepts_only_what_looking_one_by_one_accepts(records: list[Any], topic: str) -> None:
    """One record is always looked at closely; a pack of them must come to the same, but for what is about the pack."""
    names = {"acme": {"a", "b", "z"}}
    message = pack(*records, topic=topic)
    together = decode([message], directory(), names).outcomes[0]
    alone = [decode([pack(record, topic=topic)], directory(), names).outcomes[0] for record in records]
    conflicts = sum(a.reason == "conflict" for a in together.rejected)
    assert len(together.accepted) + len(together.parked) + conflicts == sum(
        len(one.accepted) + len(one.parked) for one in alone
    )
    assert [a for a in together.accepted if a not in [one for each in alone for one in each.accepted]] == []


@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,0123456789.eE-+truefalsn \\u', max_size=60).map(str.encode))
def test_no_payload_does_harm(payload: bytes) -> None:
    found = outcome(AMessage(HOME, payload))
    assert len(found.accepted) + len(found.parked) + len(found.rejected) >= (payload.strip() != b"[]")


def test_the_records_of_a_pack_are_parsed_in_order() -> None:
    items = parse(pack(heartbeat(seq=1), usage(seq=2)).payload)
    assert [getattr(item, "seq", None) for item in items] == [1, 2]
