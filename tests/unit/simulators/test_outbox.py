import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from simulators.messages import Message
from simulators.outbox import Outbox, Parcel, Tally

FOREVER = float("inf")
REFUSED = 0x87


def message(due_ms: int, records: int = 1) -> Message:
    return Message(
        "v.f",
        "v",
        "telemetry/v1/v/f/s",
        due_ms,
        tuple({"device": "d", "kind": "heartbeat", "ts": n} for n in range(records)),
        (),
    )


def outbox(messages: Sequence[Message], window: int = 2) -> tuple[Outbox, Tally]:
    tally = Tally()
    return Outbox(list(messages), tally, window, again_after_s=10), tally


def receipt(accepted: int, parked: int = 0, rejected: Sequence[dict[str, object]] = ()) -> bytes:
    return json.dumps({"accepted": accepted, "parked": parked, "rejected": list(rejected)}).encode()


def take(box: Outbox, now_s: float, horizon_ms: float = FOREVER) -> list[Parcel]:
    return list(box.take(now_s, horizon_ms))


def test_no_more_than_the_window_is_out_without_a_receipt() -> None:
    box, _ = outbox([message(n) for n in range(5)])

    first = take(box, 0)
    assert [parcel.message.due_ms for parcel in first] == [0, 1]
    assert take(box, 1) == []

    box.receipt(first[1].number, receipt(1), 1)
    assert [parcel.message.due_ms for parcel in take(box, 1)] == [2]


def test_nothing_goes_out_before_it_is_due() -> None:
    box, _ = outbox([message(1000), message(2000)])

    assert take(box, 0, horizon_ms=999) == []
    assert not box.overdue(999)
    assert len(take(box, 1, horizon_ms=1000)) == 1
    assert box.overdue(1000)


def test_a_puback_alone_lets_nothing_go() -> None:
    box, _ = outbox([message(1)])
    (parcel,) = take(box, 0)

    box.acknowledged(parcel.number, 0, "Success", 0)

    assert not box.finished


def test_a_message_that_asks_for_no_receipt_is_let_go_by_its_puback() -> None:
    box, tally = outbox([replace(message(1), receipt=False)])
    (parcel,) = take(box, 0)

    box.acknowledged(parcel.number, 0, "Success", 0)

    assert box.finished
    assert (tally.pubacks_only, tally.unheard) == (1, 0)


def test_such_a_message_that_nobody_takes_in_is_tried_three_times_and_counted() -> None:
    box, tally = outbox([replace(message(1), receipt=False)])
    for now in (0, 2, 4):
        (parcel,) = take(box, now)
        box.acknowledged(parcel.number, 0x10, "No matching subscribers", now)

    assert box.finished
    assert (tally.pubacks_only, tally.unheard, tally.no_subscriber) == (1, 1, 3)


def test_what_has_no_receipt_in_time_goes_again_under_the_same_number() -> None:
    box, tally = outbox([message(1)])
    (parcel,) = take(box, 0)

    assert take(box, 9.9) == []
    assert [again.number for again in take(box, 10)] == [parcel.number]
    assert (tally.published, tally.sent_again) == (1, 1)


def test_after_a_lost_connection_all_without_receipt_goes_again_at_once() -> None:
    box, _ = outbox([message(1), message(2)])
    sent = take(box, 0)
    box.receipt(sent[0].number, receipt(1), 1)

    box.connection_lost()

    assert [parcel.number for parcel in take(box, 1)] == [sent[1].number]


@pytest.mark.parametrize("reason", [0x10, REFUSED])
def test_what_nobody_was_subscribed_to_or_was_refused_goes_again_soon(reason: int) -> None:
    box, tally = outbox([message(1)])
    (parcel,) = take(box, 0)

    box.acknowledged(parcel.number, reason, "Not authorized", 0.5)

    assert take(box, 1) == []
    assert [again.number for again in take(box, 2)] == [parcel.number]
    assert tally.no_subscriber + tally.refused.total() == 1


def test_receipts_are_added_up_and_a_second_one_for_the_same_message_is_not() -> None:
    box, tally = outbox([message(1, records=4), message(2, records=3)])
    first, second = take(box, 0)
    bad: dict[str, object] = {"index": 3, "reason": "bad_record", "field": "ts"}
    whole: dict[str, object] = {"index": None, "reason": "not_json"}

    box.receipt(first.number, receipt(2, parked=1, rejected=[bad]), 1)
    box.receipt(first.number, receipt(4), 2)
    box.receipt(second.number, receipt(0, rejected=[whole]), 2)

    assert box.finished
    assert (tally.accepted, tally.parked, tally.receipts, tally.receipts_again) == (2, 1, 2, 1)
    assert tally.rejected == {"bad_record": 1, "not_json": 1}
    assert tally.rejected_records == {("v", "d", "heartbeat", 3, 0, "bad_record")}


def test_a_receipt_that_leaves_records_out_is_no_receipt() -> None:
    box, _ = outbox([message(1, records=4)])
    (parcel,) = take(box, 0)

    with pytest.raises(ValueError, match="accounts for 3 records of 4"):
        box.receipt(parcel.number, receipt(3), 1)

    assert not box.finished


def test_records_not_accepted_for_now_are_sent_again_and_counted_when_they_are() -> None:
    box, tally = outbox([message(1, records=4)])
    (parcel,) = take(box, 0)

    box.receipt(parcel.number, json.dumps(json.loads(receipt(2)) | {"not_accepted": {"parking_full": 2}}).encode(), 1)
    assert not box.finished
    assert take(box, 5.9) == []
    assert [again.number for again in take(box, 6)] == [parcel.number]
    box.receipt(parcel.number, json.dumps(json.loads(receipt(3)) | {"dropped": 1}).encode(), 7)

    assert box.finished
    assert (tally.accepted, tally.dropped, tally.not_accepted) == (3, 1, {"parking_full": 2})


def test_a_receipt_of_an_earlier_run_lets_nothing_go() -> None:
    earlier, _ = outbox([message(1)])
    (old,) = take(earlier, 0)
    box, tally = outbox([message(1)])
    take(box, 0)

    box.receipt(old.number, receipt(1), 1)

    assert not box.finished
    assert tally.receipts_again == 1
