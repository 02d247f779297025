"""When a ledger is settled: by what each worker says of itself before the count, after it, and two copies later."""

from collections.abc import Iterator, Mapping
from itertools import chain, repeat

import pytest

from services.telemetry import ledger as module
from services.telemetry.counting import ACCEPTED, RECEIVED, WRITTEN
from services.telemetry.ledger import FRESH_MS, Ledger, LedgerState, WorkerState, ledger
from tests.unit.telemetry.mirrored import TODAY
from tests.unit.telemetry.world import NOW

KEY = ("acme", TODAY)
ONE = {RECEIVED: 1, ACCEPTED: 1, WRITTEN: 1}
TWO = {RECEIVED: 2, ACCEPTED: 2, WRITTEN: 2}


def worker(name: str = "w1", beat: int = 1, head: int = 5, at: int = 5, at_ms: int = NOW) -> WorkerState:
    return WorkerState(name, head, {"influxdb": at, "rabbitmq": head}, beat, at_ms, 0, "")


def state(*workers: WorkerState, counts: Mapping[str, int] = ONE) -> LedgerState:
    return LedgerState(workers, {KEY: counts})


class Copies:
    """A database that shows one state after another, and the last from then on."""

    def __init__(self, *states: LedgerState) -> None:
        self.reads = 0
        self._states: Iterator[LedgerState] = chain(states, repeat(states[-1]))

    def state(self, from_day: int, to_day: int, vendors: object) -> LedgerState:
        self.reads += 1
        return next(self._states)


def told(copies: Copies, stored: Mapping[tuple[str, int], int] = {KEY: 1}) -> Ledger:
    return ledger(copies, lambda _from, _to: stored, TODAY, TODAY + 1, None, NOW)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 0.0)


def test_the_second_copy_from_the_count_on_settles_and_the_first_does_not() -> None:
    under_way, begun_later = state(worker(beat=2)), state(worker(beat=3), counts=TWO)
    found = told(Copies(state(worker()), state(worker()), under_way, begun_later))
    assert [(row.received, row.repeated) for row in found.rows] == [(2, None)]
    same = told(Copies(state(worker()), state(worker()), under_way, state(worker(beat=3))))
    assert (same.settled, [(row.received, row.repeated) for row in same.rows]) == (True, [(1, 0)])


def test_every_worker_has_to_copy_twice() -> None:
    early, late = worker("w1", 3), worker("w2", 2)
    begun = state(worker("w1"), worker("w2"))
    found = told(Copies(begun, begun, state(early, late, counts=TWO), state(early, worker("w2", 3))))
    assert (found.settled, found.rows[0].received) == (True, 1)


@pytest.mark.parametrize(
    ("before", "later"),
    [
        (worker(at=4), worker(beat=3)),
        (worker(), worker(beat=3, at=4)),
        (worker(), worker(beat=3, head=6, at=6)),
    ],
    ids=["a store lagged before the count", "a store lags after it", "something was kept meanwhile"],
)
def test_rows_may_be_settled_while_the_ledger_is_not(before: WorkerState, later: WorkerState) -> None:
    found = told(Copies(state(before), state(before), state(later)))
    assert (found.settled, [row.repeated for row in found.rows]) == (False, [0])


@pytest.mark.parametrize("at_ms", [NOW - FRESH_MS, NOW + FRESH_MS], ids=["stopped copying", "its clock is ahead"])
def test_one_worker_of_two_whose_copy_is_not_of_now_settles_nothing_and_is_not_waited_for(at_ms: int) -> None:
    begun = state(worker("w1"), worker("w2", at_ms=at_ms))
    copies = Copies(begun, begun, state(worker("w1", 3), worker("w2", 3, at_ms=at_ms)))
    found = told(copies)
    assert (found.settled, [row.repeated for row in found.rows], copies.reads) == (False, [None], 2)


def test_a_copy_that_is_just_fresh_enough_is_one_of_now() -> None:
    begun = state(worker("w1", at_ms=NOW - FRESH_MS + 1), worker("w2", at_ms=NOW + FRESH_MS - 1))
    assert told(Copies(begun, begun, state(worker("w1", 3), worker("w2", 3)))).settled


def test_points_of_which_no_worker_knows_are_a_row_of_their_own_and_a_negative_number() -> None:
    found = told(Copies(state(worker()), state(worker()), state(worker(beat=3))), {KEY: 1, ("stray", TODAY): 7})
    rows = [(row.vendor, row.received, row.stored, row.repeated) for row in found.rows]
    assert rows == [("acme", 1, 1, 0), ("stray", 0, 7, -7)]
