"""Whatever keeping, sending, closing, crashing and registering come in between: an answer is what had been accepted.

A plain list of receipts is played against the real spool and journal, read as the HTTP process reads them; also in
the middle of an answer things go on.
"""

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hypothesis import event, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.closing import Closing
from services.telemetry.directory import Directory
from services.telemetry.ingest import Ingest
from services.telemetry.recalling import Question, recall
from services.telemetry.replaying import Replaying
from shared.contracts.civil_time import day_of
from tests.unit.telemetry.world import DAY_MS, NOW, AMessage, Spooled, fault, heartbeat, reading, usage

VENDORS, SITES, DEVICES = ("acme", "other"), ("home-1", "home-2"), ("d1", "d2", "d3")
TODAY = day_of(NOW)
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(DEVICES),
        st.sampled_from([usage, heartbeat, reading, fault]),
        st.sampled_from([0, -1, -DAY_MS]),  # NOW is a midnight
        st.booleans(),  # whether it is a record at all
    ),
    min_size=1,
    max_size=4,
)


class Crash(Exception):
    """The process ends here."""


class Receipt(NamedTuple):
    """A record as the test sent it; ``accepted`` may come later."""

    vendor: str
    site: str
    device: str
    received_ms: int
    ts: int
    seq: int


class RecallModel(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.directory = Directory()
        self.registered: set[tuple[str, str]] = set()  # (vendor, device), or ("", site)
        self.accepted: list[Receipt] = []
        self.parked: list[Receipt] = []
        self.sent: list[tuple[AMessage, list[Receipt]]] = []
        self.seq = 0
        self.now = NOW
        self.register("", "home-1")
        self.restart()
        self.register("acme", "d1")

    def restart(self) -> None:
        self.spool = Spooled(self.folder / "spool.db", worker="w")
        self.closing = Closing(self.spool.giving_out, JournalFiles(self.folder / "journal"), "w", max_bytes=600)
        self.replaying = Replaying(self.directory, self.spool.taking_in)

    @rule(vendor=st.sampled_from(VENDORS), site=st.sampled_from(SITES), records=RECORDS, later_ms=st.integers(0, 9))
    def keep(self, vendor: str, site: str, records: list[tuple[str, Any, int, bool]], later_ms: int) -> None:
        self.now += later_ms
        made, receipts = [], []
        for device, kind, shift, good in records:
            self.seq += 1
            made.append(kind(device=device, ts=NOW + shift if good else None, seq=self.seq))
            if good:
                receipts.append(Receipt(vendor, site, device, self.now, NOW + shift, self.seq))
        topic = f"telemetry/v1/{vendor}/gw/{site}"
        self._receive(AMessage(topic, json.dumps(made).encode(), self.now), receipts)

    @rule(number=st.integers(0, 99))
    def keep_again(self, number: int) -> None:
        if self.sent:
            message, receipts = self.sent[number % len(self.sent)]
            again = message._replace(received_ms=self.now)
            self._receive(again, [receipt._replace(received_ms=self.now) for receipt in receipts])

    def _receive(self, message: AMessage, receipts: list[Receipt]) -> None:
        Ingest[AMessage](self.directory, self.spool.taking_in, lambda *_: None).ingest([message])
        self.sent.append((message, receipts))
        for receipt in receipts:
            (self.accepted if self._is_known(receipt) else self.parked).append(receipt)

    def _is_known(self, receipt: Receipt) -> bool:
        return {("", receipt.site), (receipt.vendor, receipt.device)} <= self.registered

    @rule(vendor=st.sampled_from(VENDORS), device=st.sampled_from(DEVICES))
    def register_a_device(self, vendor: str, device: str) -> None:
        self.register(vendor, device)
        self.replaying.devices_arrived([(vendor, device)])
        self.replay()

    @rule()
    def register_a_site(self) -> None:
        self.register("", "home-2")
        self.replaying.sites_arrived(["home-2"])
        self.replay()

    def register(self, vendor: str, name: str) -> None:
        self.registered.add((vendor, name))
        if vendor:
            self.directory.add_device(vendor, name)
        else:
            self.directory.add_site("home", name, "nanshan")

    def replay(self) -> None:
        while self.replaying.step(self.now):
            pass
        ready = [receipt for receipt in self.parked if self._is_known(receipt)]
        self.accepted += ready
        self.parked = [receipt for receipt in self.parked if receipt not in ready]

    @rule(back=st.integers(0, 3), crash=st.booleans())
    def send_and_close(self, back: int, crash: bool) -> None:
        giving_out = self.spool.giving_out
        upto = max(0, giving_out.cursors()[0] - back)
        giving_out.lines_written(upto, None)
        giving_out.events_published(upto)
        self.spool.mirroring.mirrored(upto, 0)
        self.spool.numbers.received(upto)
        if crash:
            giving_out.journalled = _crash  # type: ignore[method-assign, assignment]
        try:
            while self.closing.step(self.now, at_stop=True):
                pass
        except Crash:  # the segment is written, the spool has not let go
            self.restart()

    @rule()
    def restart_from_form_1(self) -> None:
        """As a spool that an earlier version has written, up to this moment."""
        with closing(sqlite3.connect(self.folder / "spool.db")) as connection, connection:
            for n, held in connection.execute("SELECT n, accepted FROM batch").fetchall():
                old = [(vendor, day, count) for vendor, day, count, *_ in msgspec.msgpack.decode(held) if count]
                connection.execute("UPDATE batch SET accepted = ? WHERE n = ?", (msgspec.msgpack.encode(old), n))
            for table in ("held", "segment", "unindexed", "worker"):
                connection.execute(f"DROP TABLE {table}")
            connection.execute("PRAGMA user_version = 1")
        self.restart()

    def expected(self, question: Question) -> Counter[Receipt]:
        return Counter(
            receipt
            for receipt in self.accepted
            if day_of(receipt.ts) == question.day
            and question.site in (None, receipt.site)
            and question.vendor in (None, receipt.vendor)
            and (not question.devices or receipt.device in question.devices)
        )

    @rule(
        day=st.sampled_from([TODAY, TODAY - 1]),
        site=st.sampled_from([None, *SITES]),
        vendor=st.sampled_from([None, *VENDORS]),
        devices=st.frozensets(st.sampled_from(DEVICES), max_size=2),
        between=st.lists(st.sampled_from(["keep", "close", "register"]), max_size=3),
    )
    def read(self, day: int, site: str | None, vendor: str | None, devices: frozenset[str], between: list[str]) -> None:
        question = Question(day, site, vendor, devices)
        expected = self.expected(question)
        answer = recall(question, [SlowJournal(self.folder, self, between)])
        assert told(answer) == expected

    @invariant()
    def two_days_tell_everything(self) -> None:
        journal = SqliteJournal(self.folder)
        found = sum((told(recall(Question(day), [journal])) for day in (TODAY - 1, TODAY)), Counter[Receipt]())
        assert found == Counter(self.accepted)

    def do(self, what: str) -> None:
        if what == "keep":
            self.keep("acme", "home-1", [("d1", usage, 0, True), ("d2", usage, -1, True)], 1)
        elif what == "close":
            self.send_and_close(0, False)
        else:
            self.register_a_device("acme", "d2")

    def teardown(self) -> None:
        event(f"segments: {min(9, self.spool.giving_out.journal_head().segment)}")
        shutil.rmtree(self.folder)


class SlowJournal(SqliteJournal):
    """One batch at a time, and between two of them something happens."""

    def __init__(self, folder: Path, model: RecallModel, between: list[str]) -> None:
        super().__init__(folder, bytes_at_once=1)
        self._model = model
        self._between = list(between)

    def runs(self, question: Question, upto: int) -> Iterator[Any]:
        for run in super().runs(question, upto):
            yield run
            if self._between:
                self._model.do(self._between.pop())


def _crash(*_: Any) -> None:
    raise Crash


def told(answer: Iterator[bytes]) -> Counter[Receipt]:
    """What an answer tells; it must be whole."""
    head, *lines, end = (json.loads(line) for line in b"".join(answer).splitlines())
    assert list(head) == ["head"]
    assert end == {"end": len(lines), "erased": 0}
    places = [(one["vendor"], one["site"], one["device"], one["received_ms"]) for one in lines]
    records = [(one["record"]["ts"], one["record"]["seq"]) for one in lines]
    return Counter(Receipt(*place, *record) for place, record in zip(places, records, strict=True))


TestRecallModel = RecallModel.TestCase
TestRecallModel.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
