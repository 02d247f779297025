"""The walk of a batch: facts are kept before anything is acknowledged, and what is unavailable is waited out."""

import json
import threading
from collections.abc import Sequence

import pytest

from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.decode import SetAside
from services.adoption.facts import Facts
from services.adoption.fold import Folded, fold
from shared.brokers.rabbitmq import Body
from shared.failures import Unavailable
from shared.runtime import delivery
from shared.runtime.delivery import Stopping
from tests.unit.adoption.world import body, event, facts_file

USAGE = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": 1_764_000_000_000, "seq": 0}
USAGE |= {"action": "on", "trigger": "local", "received_ms": 1_764_000_001_000}


class Queue:
    """Holds bodies until they are acknowledged; ``idle_away``: the broker is gone when it is told that we are alive."""

    def __init__(self, bodies: Sequence[Body], log: list[str], idle_away: bool = False) -> None:
        self.bodies = list(bodies)
        self.log = log
        self.idle_away = idle_away

    def take(self, most: int, wait_s: float) -> list[Body]:
        self.log.append("take")
        return self.bodies[:most]

    def acknowledge(self, last: Body) -> None:
        self.log.append("acknowledge")
        del self.bodies[: self.bodies.index(last) + 1]

    def idle(self) -> None:
        self.log.append("idle")
        if self.idle_away:
            raise Unavailable("rabbitmq")


class Store:
    """Counts what it keeps; away a number of times first."""

    def __init__(self, log: list[str], away: int = 0) -> None:
        self.log = log
        self.away = away

    def keep(self, facts: Facts, set_aside: Sequence[SetAside], at_ms: int) -> None:
        self.log.append("keep")
        if self.away:
            self.away -= 1
            raise Unavailable("database", "disk full")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.001)


def folded(queue: Queue, store: Store, told: list[str], stop: threading.Event | None = None) -> Folded:
    return fold(queue, store, lambda: 1, stop or threading.Event(), lambda failure: told.append(failure.part))


def test_facts_are_kept_before_anything_is_acknowledged() -> None:
    log: list[str] = []
    queue = Queue([body([USAGE]), body([USAGE | {"seq": 1}, USAGE | {"seq": 2}])], log)
    assert folded(queue, Store(log), []) == (2, 3, 0)
    assert (log, queue.bodies) == (["take", "keep", "acknowledge"], [])


def test_while_the_database_is_away_the_bodies_are_held_and_the_broker_hears_from_us() -> None:
    log: list[str] = []
    told: list[str] = []
    queue = Queue([body([USAGE])], log)
    folded(queue, Store(log, away=2), told)
    assert log == ["take", "keep", "idle", "keep", "idle", "keep", "acknowledge"]
    assert told == ["database", "database"]
    assert queue.bodies == []


def test_if_the_broker_goes_away_too_the_bodies_come_again() -> None:
    log: list[str] = []
    queue = Queue([body([USAGE])], log, idle_away=True)
    with pytest.raises(Unavailable, match="rabbitmq"):
        folded(queue, Store(log, away=1), [])
    assert len(queue.bodies) == 1


def test_asked_to_stop_while_the_database_is_away_it_acknowledges_nothing() -> None:
    log: list[str] = []
    stop = threading.Event()
    stop.set()
    queue = Queue([body([USAGE])], log)
    with pytest.raises(Stopping):
        folded(queue, Store(log, away=9), [], stop)
    assert len(queue.bodies) == 1


def test_nothing_waiting_is_nothing_kept() -> None:
    log: list[str] = []
    assert folded(Queue([], log), Store(log), []) == (0, 0, 0)
    assert log == ["take"]


def test_a_bad_event_is_set_aside_in_the_transaction_that_folds_its_neighbours() -> None:
    good, bad = event(USAGE), {"specversion": "1.0", "type": "pilotlight.nonsense.v1"}
    bodies = [Body("usage.home.nanshan", json.dumps([good, bad]).encode())]
    bodies.append(Body("usage.home.nanshan", b"no batch"))
    with facts_file() as path:
        store = SqliteFacts(path)
        for _ in range(2):
            queue = Queue(bodies, [])
            assert fold(queue, store, lambda: 77, threading.Event(), lambda _: None) == (2, 1, 2)
        store.close()
        with SqliteKnownFacts(path).at_once() as known:
            assert known.counts() == {"device": 1, "strip": 1, "session": 0, "fault": 0, "void": 0, "set_aside": 2}
            assert known.folded_at_ms() == 77
