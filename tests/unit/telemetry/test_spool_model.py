"""Whatever order receiving, keeping, crashing and sending come in: what was acknowledged is in the spool or was sent.

A model of the broker (it sends again what was not acknowledged) and of two stores (sets: writing twice is writing
once) is played against the real spool, ingest, drains and journal.
"""

import gzip
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import event, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.bodies import Body
from services.telemetry.closing import Closing
from services.telemetry.draining import publish_events, write_points
from services.telemetry.ingest import Ingest
from services.telemetry.model import Outcome, ReceivedEntry
from services.telemetry.verify_journal import verify
from shared.failures import Unavailable
from tests.unit.telemetry.world import HOME, NOW, Spooled, directory, usage

FATE = st.sampled_from(["done", "done", "crash", "away"])


class Crash(Exception):
    """The process ends here."""


class Sent:
    """A message at the broker; ``ids`` are the sequence numbers of its records."""

    def __init__(self, ids: list[int]) -> None:
        self.topic = HOME
        self.payload = json.dumps([usage(seq=seq) for seq in ids]).encode()
        self.received_ms = NOW
        self.ids = ids
        self.acknowledged = False


def acknowledge(batch: Sequence[Sent], _outcomes: Sequence[Outcome]) -> None:
    for message in batch:
        message.acknowledged = True


def die(_batch: Sequence[Sent], _outcomes: Sequence[Outcome]) -> None:
    raise Crash


class SpoolModel(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.next = 0
        self.at_broker: list[Sent] = []
        self.kept_records = 0  # with repeats
        self.points: set[int] = set()
        self.events: set[int] = set()
        self.numbered: set[int] = set()
        self.restart()

    def restart(self) -> None:
        self.spool = Spooled(self.folder / "spool.db")
        self.closing = Closing(self.spool.giving_out, JournalFiles(self.folder / "journal"), "w")

    @rule(count=st.integers(1, 3), records=st.integers(1, 3))
    def receive(self, count: int, records: int) -> None:
        for _ in range(count):
            self.at_broker.append(Sent(list(range(self.next, self.next + records))))
            self.next += records

    @precondition(lambda self: any(not message.acknowledged for message in self.at_broker))
    @rule(crash=st.booleans())
    def keep(self, crash: bool) -> None:
        batch = [message for message in self.at_broker if not message.acknowledged]
        self.kept_records += sum(len(message.ids) for message in batch)
        try:
            Ingest(directory(), self.spool.taking_in, die if crash else acknowledge).ingest(batch)
        except Crash:  # it was kept, and nobody was told
            self.restart()

    @rule(fate=FATE)
    def write(self, fate: str) -> None:
        def store(text: str) -> None:
            if fate == "away":
                raise Unavailable("influxdb")
            self.points |= {int(line.split("seq=")[1].split("i")[0]) for line in text.split("\n")}
            if fate == "crash":
                raise Crash

        self._drain(lambda: write_points(self.spool.giving_out, store, lambda: NOW))

    @rule(fate=FATE)
    def publish(self, fate: str) -> None:
        def broker(bodies: list[Body]) -> None:
            if fate == "away":
                raise Unavailable("rabbitmq")
            self.events |= {event["data"]["seq"] for body in bodies for event in json.loads(body.content)}
            if fate == "crash":
                raise Crash

        self._drain(lambda: publish_events(self.spool.giving_out, broker, "w"))

    def _drain(self, step: Any) -> None:
        try:
            step()
        except Crash:
            self.restart()
        except Unavailable:
            return

    @rule(crash=st.booleans())
    def mirror(self, crash: bool) -> None:
        snapshot = self.spool.mirroring.changes(0, 10)
        if crash:
            self.restart()
        else:
            self.spool.mirroring.mirrored(snapshot.upto, snapshot.revision)

    @rule(crash=st.booleans())
    def take_numbers(self, crash: bool) -> None:
        run = self.spool.numbers.numbered()
        if run is None:
            return
        if crash:
            self.restart()
        else:
            self.numbered |= {seq for batch in run.numbered for flat in batch["acme"].values() for seq in flat[1::3]}
            self.spool.numbers.received(run.upto)

    @rule(fate=FATE)
    def journal(self, fate: str) -> None:
        """Most of the time all stores have caught up when a segment is closed."""
        if fate != "away":
            self.write("done")
            self.publish("done")
            self.mirror(False)
            self.take_numbers(False)
        if fate == "crash":
            self.spool.giving_out.journalled = _crash  # type: ignore[method-assign, assignment]
        try:
            self.closing.step(NOW, at_stop=True)
        except Crash:
            self.restart()

    @rule()
    def crash(self) -> None:
        self.restart()

    @invariant()
    def what_was_acknowledged_is_safe(self) -> None:
        acknowledged = {seq for message in self.at_broker if message.acknowledged for seq in message.ids}
        lines, events = self.spool.giving_out.lines(10**9), self.spool.giving_out.events(10**9)
        waiting = [int(part.split("i")[0]) for part in (lines.text if lines else "").split("seq=")[1:]]
        untold = {
            json.loads(event)["data"]["seq"]
            for by_key, _ in (events.batches if events else ())
            for finished in by_key.values()
            for event in finished
        }
        assert acknowledged <= self.points | set(waiting)
        assert acknowledged <= self.events | untold
        numbers = self.spool.numbers.numbered()
        unnumbered = {seq for batch in (numbers.numbered if numbers else ()) for seq in batch["acme"]["lamp"][1::3]}
        assert acknowledged <= self.numbered | unnumbered
        counts = self.spool.counts()
        assert counts.get("received", 0) == counts.get("accepted", 0) == self.kept_records
        assert counts.get("accepted", 0) - counts.get("written", 0) == len(waiting)

    @invariant()
    def journal_and_spool_have_every_message_once(self) -> None:
        folder = self.folder / "journal"
        head = self.spool.giving_out.journal_head()
        last = verify(folder)
        if last is not None:
            assert last.segment in (head.segment, head.segment + 1)  # a crash may leave one to be written again
        in_spool = [e for _, entries in self.spool.giving_out.entries(10**9) for e in entries]
        spooled = sum(len(json.loads(e.payload)) for e in in_spool if isinstance(e, ReceivedEntry))
        journalled = _records_in(folder, head.segment)
        assert spooled + journalled == self.kept_records

    def teardown(self) -> None:
        event(f"segments: {self.spool.giving_out.journal_head().segment}")
        shutil.rmtree(self.folder)


def _crash(*_: Any) -> None:
    raise Crash


def _records_in(folder: Path, upto: int) -> int:
    count = 0
    for path in folder.rglob("*.gz"):
        if int(path.name.split(".")[0]) <= upto:
            for line in gzip.decompress(path.read_bytes()).splitlines()[1:]:
                count += len(json.loads(json.loads(line)["payload"]))
    return count


TestSpoolModel = SpoolModel.TestCase
TestSpoolModel.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
