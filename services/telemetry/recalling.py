"""What was accepted of a civil day, told from journal and spool: every receipt once, whatever is closed meanwhile.

An answer speaks of every batch up to a moment, the spool's head when it was asked. Batches are read from the last to
the first, so that a replay is met before the message it speaks of. Decisions are repeated, never made.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple, Protocol

import msgspec

from services.telemetry.parsing import Wrong, parse
from services.telemetry.segments import Received, Replayed, Told
from shared.contracts.civil_time import DAY_MS, date_from_day, start_of
from shared.contracts.journal import End, Head, JournalRecord, Moment
from shared.contracts.telemetry import Record, Topic, parse_topic

CHUNK_BYTES = 65_536
_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines


class Question(NamedTuple):
    """A civil day of ``ts``, and which records of it: None stands for all, and no device for every one."""

    day: int
    site: str | None = None
    vendor: str | None = None
    devices: Set[str] = frozenset()

    def wants(self, topic: str) -> bool:
        """Whether a message of this topic may hold what is asked for; a feed's own heartbeat never does."""
        parsed = parse_topic(topic)
        return parsed is not None and self.site in (None, parsed.site) and self.vendor in (None, parsed.vendor)


class Source(Protocol):
    """One worker's journal and spool."""

    def moment(self) -> tuple[str, int]:
        """The worker's name, and its last batch.

        :raises Unavailable: if the spool cannot be read
        """

    def runs(self, question: Question, upto: int) -> Iterator[Iterable[Told]]:
        """Everything up to a batch that may matter, as runs of batches, the last run first; each in order within.

        :raises Unavailable: if spool or journal cannot be read
        """


def recall(question: Question, sources: Sequence[Source]) -> Iterator[bytes]:
    """The answer in JSON lines, in pieces: Head, records, End.

    :raises Unavailable: if a spool cannot be read; later, from the iterator, if what it led to cannot be
    """
    moments = [source.moment() for source in sources]
    head = Head(Moment(date_from_day(question.day), dict(moments)))
    return _answer(_encode(head) + b"\n", question, list(zip(sources, moments, strict=True)))


def _answer(head: bytes, question: Question, sources: Sequence[tuple[Source, tuple[str, int]]]) -> Iterator[bytes]:
    piece = bytearray(head)
    count = erased = 0
    for source, (worker, upto) in sources:
        recollection = _Recollection(question, worker)
        for run in source.runs(question, upto):
            for records in recollection.of(run):
                count += len(records)
                piece += _encode_lines(records)
                if len(piece) >= CHUNK_BYTES:
                    yield bytes(piece)
                    piece.clear()
        erased += recollection.erased
    yield bytes(piece) + _encode(End(count, erased)) + b"\n"


class _Recollection:
    """What one worker accepted, told from its last batch to its first."""

    def __init__(self, question: Question, worker: str) -> None:
        self._question = question
        self._worker = worker
        self._from_ms = start_of(question.day)
        self._replayed: dict[tuple[int, int], list[Sequence[int]]] = {}
        self.erased = 0

    def of(self, run: Iterable[Told]) -> Iterator[list[JournalRecord]]:
        """The records of a run, message by message; a run holds its replays after what they speak of."""
        messages = []
        for told in run:
            if isinstance(told, Replayed):
                self._replayed.setdefault((told.n, told.index), []).append(told.accepted)
            else:
                messages.append(told)
        for message in messages:
            replays = self._replayed.pop((message.n, message.index), ())
            aside = {reason.index for reason in message.aside}.difference(*replays)
            if None in aside:
                continue
            if message.payload is None:
                self.erased += 1
            elif records := self._records(message, message.payload, aside):
                yield records

    def _records(self, message: Received, payload: bytes, aside: Set[int | None]) -> list[JournalRecord]:
        topic = parse_topic(message.topic)
        assert topic is not None  # the question wanted it
        from_ms, devices = self._from_ms, self._question.devices
        to_ms = from_ms + DAY_MS
        found = []
        for position, item in enumerate(parse(payload)):
            if position in aside:
                continue
            assert not isinstance(item, Wrong), (
                f"{message.n}/{message.index}/{position} was accepted once, but its {item.field} is not of the contract"
            )
            if from_ms <= item.ts < to_ms and (not devices or (item.device or topic.device) in devices):
                found.append(self._told(message, topic, position, item))
        return found

    def _told(self, message: Received, topic: Topic, position: int, record: Record) -> JournalRecord:
        return JournalRecord(
            self._worker,
            message.n,
            message.index,
            position,
            topic.vendor,
            topic.feed,
            topic.site,
            topic.device or record.device or "",
            message.received_ms,
            record,
        )
