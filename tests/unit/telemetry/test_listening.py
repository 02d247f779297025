"""An outage of ours lasts from when we last listened until we do again; a broker that kept the session makes none."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.telemetry.adapters.sqlite_listening import SqliteListening
from services.telemetry.bodies import Body
from services.telemetry.draining import publish_events
from services.telemetry.listening import Listening, OwnOutage
from shared.contracts.events import OutageData, OutageEvent
from shared.failures import Unavailable
from tests.unit.telemetry.world import NOW, Spooled, kept_of, pack, usage

EVENT = msgspec.json.Decoder(OutageEvent)


class Listener:
    """A worker's memory of its session, on a real spool; ``restart`` is what a crash leaves."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "spool.db"
        self.restart()

    def restart(self) -> None:
        self.spool = Spooled(self.path)
        self.memory = SqliteListening(self.spool.file)
        self.listening = Listening(self.memory, "w1")

    def published(self) -> list[tuple[str, OutageData]]:
        told: list[Body] = []
        publish_events(self.spool.giving_out, told.extend, "w1")
        return [
            (body.routing_key, EVENT.decode(json.dumps(event)).data)
            for body in told
            for event in json.loads(body.content)
        ]


@pytest.fixture
def worker(tmp_path: Path) -> Listener:
    return Listener(tmp_path)


def test_a_lost_session_is_an_outage_from_when_we_last_listened_until_we_do_again(worker: Listener) -> None:
    worker.listening.connected(session_present=True)
    worker.listening.step(NOW, NOW)
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW, NOW + 60_000)
    assert worker.published() == [("ops.outage", OutageData("w1", NOW, NOW + 60_000, "session_lost"))]
    assert worker.memory.outages() == [OwnOutage(NOW, NOW + 60_000)]


def test_the_first_session_ever_is_no_outage(worker: Listener) -> None:
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW, NOW)
    worker.listening.step(NOW + 2_000, NOW + 2_000)
    assert (worker.published(), worker.memory.outages()) == ([], [])


def test_a_session_that_was_kept_is_no_outage_however_long_we_were_away(worker: Listener) -> None:
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW, NOW)
    worker.restart()
    worker.listening.connected(session_present=True)
    worker.listening.step(NOW + 86_400_000, NOW + 86_400_000)
    assert worker.published() == []


def test_a_crash_between_the_loss_and_the_subscription_forgets_no_outage(worker: Listener) -> None:
    """After the crash the broker says that the session is present: it is the new one."""
    worker.listening.step(NOW, NOW)
    worker.listening.connected(session_present=False)
    worker.restart()
    worker.listening.connected(session_present=True)
    worker.listening.step(NOW + 9_000, NOW + 9_000)
    assert [data for _, data in worker.published()] == [OutageData("w1", NOW, NOW + 9_000, "session_lost")]


def test_what_was_not_kept_by_then_is_within_the_outage(worker: Listener) -> None:
    """While the disk is full, messages wait unacknowledged in the session, and go with it."""
    worker.listening.step(NOW, NOW)
    worker.listening.step(NOW + 5_000, NOW + 3_600_000)
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW + 3_600_000, NOW + 3_700_000)
    assert worker.memory.outages() == [OwnOutage(NOW + 5_000, NOW + 3_700_000)]


def test_a_session_lost_twice_before_we_are_back_is_one_outage(worker: Listener) -> None:
    worker.listening.step(NOW, NOW)
    worker.listening.connected(session_present=False)
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW + 1, NOW + 7_000)
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW + 1, NOW + 8_000)
    assert worker.memory.outages() == [OwnOutage(NOW, NOW + 7_000), OwnOutage(NOW + 7_000, NOW + 8_000)]
    assert len(worker.published()) == 2


def test_a_loss_that_could_not_be_written_is_written_later(worker: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.listening.step(NOW, NOW)

    def full(*_: Any) -> None:
        raise Unavailable("spool", "full, as the test wants it")

    with monkeypatch.context() as broken:
        broken.setattr(worker.memory, "lost", full)
        worker.listening.connected(session_present=False)
        with pytest.raises(Unavailable):
            worker.listening.step(NOW + 2_000, NOW + 2_000)
    with monkeypatch.context() as broken:
        broken.setattr(worker.memory, "back", full)
        with pytest.raises(Unavailable):
            worker.listening.step(NOW + 3_000, NOW + 3_000)
    worker.listening.step(NOW + 4_000, NOW + 4_000)
    assert worker.memory.outages() == [OwnOutage(NOW, NOW + 4_000)]


def test_the_last_moment_is_written_once_a_second(worker: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(worker.memory, "listened", written.append)
    for moment in range(NOW, NOW + 3_000, 200):
        worker.listening.step(moment, moment)
    assert written == [NOW, NOW + 1_000, NOW + 2_000]


def test_a_clock_that_is_set_back_is_written_at_once(worker: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(worker.memory, "listened", written.append)
    for moment in (NOW, NOW - 999, NOW - 1_000):
        worker.listening.step(moment, moment)
    assert written == [NOW, NOW - 1_000]


def test_an_outage_during_which_the_clock_was_set_back_lasts_a_millisecond(worker: Listener) -> None:
    worker.listening.step(NOW, NOW)
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW - 60_000, NOW - 60_000)
    assert worker.memory.outages() == [OwnOutage(NOW, NOW + 1)]
    assert worker.published() == [("ops.outage", OutageData("w1", NOW, NOW + 1, "session_lost"))]


def test_an_outage_takes_its_place_among_the_batches(worker: Listener) -> None:
    worker.listening.step(NOW, NOW)
    worker.spool.taking_in.keep(kept_of(pack(usage())))
    worker.listening.connected(session_present=False)
    worker.listening.step(NOW, NOW + 1)
    assert worker.spool.giving_out.cursors()[0] == 2
    assert [len(entries) for _, entries in worker.spool.giving_out.entries(2)] == [1, 0]
