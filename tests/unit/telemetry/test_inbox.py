"""Batches: full ones at once, small ones after a short while, never across midnight, and a bound on what waits."""

import threading
import time

from services.telemetry.inbox import OVERHEAD_BYTES, Inbox, Limits
from tests.system.polling import until
from tests.unit.telemetry.world import NOW, AMessage

SLOW = Limits(gather_s=600)


def message(payload: bytes = b"{}", received_ms: int = NOW) -> AMessage:
    return AMessage("t", payload, received_ms)


def filled(limits: Limits, *messages: AMessage) -> Inbox[AMessage]:
    inbox: Inbox[AMessage] = Inbox(limits)
    for each in messages:
        inbox.put(each)
    return inbox


def test_nothing_comes_of_nothing() -> None:
    assert Inbox[AMessage]().take(0.01) == []


def test_a_small_batch_is_taken_after_a_short_while() -> None:
    begun = time.monotonic()
    inbox = filled(Limits(gather_s=0.05), message(), message())
    assert len(inbox.take(60)) == 2
    assert 0.05 <= time.monotonic() - begun < 30


def test_a_full_batch_is_taken_at_once_by_messages_records_or_bytes() -> None:
    for limits in (SLOW._replace(messages=2), SLOW._replace(records=2), SLOW._replace(size=2 * OVERHEAD_BYTES + 6)):
        inbox = filled(limits, *[message()] * 3)
        begun = time.monotonic()
        assert len(inbox.take(60)) == 2
        assert time.monotonic() - begun < 30


def test_what_was_taken_fills_no_later_batch() -> None:
    for limits in (Limits(records=2), Limits(size=2 * OVERHEAD_BYTES + 6)):
        inbox = filled(limits._replace(gather_s=0.05), message(), message())
        assert len(inbox.take(60)) == 2
        assert inbox.waiting_bytes == 0
        begun = time.monotonic()
        inbox.put(message())
        assert len(inbox.take(60)) == 1
        assert time.monotonic() - begun >= 0.05  # it waited for a second one


def test_a_message_larger_than_any_batch_is_a_batch_of_its_own() -> None:
    inbox = filled(SLOW._replace(records=3), message(b"{" * 10), message())
    assert [len(m.payload) for m in inbox.take(1)] == [10]


def test_a_batch_is_of_one_civil_day_of_receipt() -> None:
    inbox = filled(SLOW._replace(messages=3), message(received_ms=NOW - 1), message(), message())
    assert [m.received_ms for m in inbox.take(1)] == [NOW - 1]


def test_the_order_is_kept() -> None:
    inbox = filled(SLOW._replace(messages=2), *(message(b"%d" % n) for n in range(4)))
    assert [m.payload for m in inbox.take(1) + inbox.take(1)] == [b"0", b"1", b"2", b"3"]


def test_a_full_inbox_blocks_who_puts_until_something_is_taken() -> None:
    inbox = filled(Limits(waiting_bytes=OVERHEAD_BYTES + 10, gather_s=0), message())
    thread = threading.Thread(target=inbox.put, args=(message(b"second"),), daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    assert inbox.waiting_bytes == OVERHEAD_BYTES + 3
    assert [m.payload for m in inbox.take(1)] == [b"{}"]
    thread.join(10)
    assert [m.payload for m in inbox.take(1)] == [b"second"]


def test_closing_or_clearing_lets_go_of_who_puts() -> None:
    for let_go in (Inbox[AMessage].close, Inbox[AMessage].clear):
        inbox = filled(Limits(waiting_bytes=1), message())
        thread = threading.Thread(target=inbox.put, args=(message(),), daemon=True)
        thread.start()
        let_go(inbox)
        thread.join(10)
        assert not thread.is_alive()


def test_a_closed_inbox_gives_nothing_more() -> None:
    inbox = filled(Limits(), message())
    inbox.close()
    inbox.put(message())
    assert inbox.take(0.01) == []


def test_who_waits_for_a_batch_is_woken_by_the_first_message() -> None:
    inbox: Inbox[AMessage] = Inbox(Limits(gather_s=0))
    taken: list[AMessage] = []
    thread = threading.Thread(target=lambda: taken.extend(inbox.take(60)), daemon=True)
    thread.start()
    inbox.put(message())
    until(lambda: taken, bool, within_s=10)
    thread.join(10)


class Watched(Inbox[AMessage]):
    """Tells when somebody has looked whether the batch is full: having looked, he waits."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.looked = threading.Event()

    def _is_full(self) -> bool:
        self.looked.set()
        return super()._is_full()


def test_who_waits_for_more_is_woken_by_the_message_that_makes_the_batch_full() -> None:
    inbox = Watched(SLOW._replace(messages=2))
    inbox.put(message(b"first"))
    inbox.looked.clear()
    taken: list[AMessage] = []
    thread = threading.Thread(target=lambda: taken.extend(inbox.take(60)), daemon=True)
    thread.start()
    assert inbox.looked.wait(10)
    inbox.put(message(b"second"))
    thread.join(10)
    assert [m.payload for m in taken] == [b"first", b"second"]
