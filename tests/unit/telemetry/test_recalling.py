"""The journal as another process reads it, answer by answer: what is told of a day, what is not, and at what cost."""

import gzip
import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from services.telemetry.adapters import sqlite_journal
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.draining import write_points
from services.telemetry.model import Kept, Outgoing, Reason, ReceivedEntry
from services.telemetry.recalling import Question, recall
from shared.contracts.journal import End, Head, JournalRecord
from shared.contracts.telemetry import Usage
from shared.failures import Rejected, Unavailable
from tests.unit.telemetry.home import LATER
from tests.unit.telemetry.journalled import ALL, Journalled
from tests.unit.telemetry.world import (
    DAY_MS,
    HOME,
    NOW,
    VENUE,
    AMessage,
    Spooled,
    heartbeat,
    pack,
    session,
    usage,
)


@pytest.fixture
def world(tmp_path: Path) -> Journalled:
    return Journalled(tmp_path / "worker")


def test_an_answer_has_the_form_the_contract_shows(world: Journalled) -> None:
    world.receive(pack(heartbeat(ts=None), usage(seq=7, note="unknown to us"), received_ms=NOW + 5))
    raw_head, raw_record, raw_end = b"".join(recall(ALL, [SqliteJournal(world.folder)])).splitlines()
    head, end = msgspec.json.decode(raw_head, type=Head), msgspec.json.decode(raw_end, type=End)
    assert (head.head.day.isoformat(), head.head.workers, end) == ("2025-11-25", {"w-1": 1}, End(1, 0))
    assert b"unknown to us" not in raw_record
    assert msgspec.json.decode(raw_record, type=JournalRecord) == JournalRecord(
        "w-1", 1, 0, 1, "acme", "gw", "home-1", "lamp", NOW + 5, Usage(NOW, "on", "local", device="lamp", seq=7)
    )


def test_a_message_of_a_device_topic_is_told_with_its_device(world: Journalled) -> None:
    world.receive(AMessage(f"{HOME}/lamp", b'{"kind":"heartbeat","ts":%d}' % NOW))
    assert world.answer()[1]["device"] == "lamp"
    assert world.answer(Question(ALL.day, None, "acme", frozenset({"lamp"})))[-1]["end"] == 1
    assert world.answer(Question(ALL.day, None, "acme", frozenset({"hmd"})))[-1]["end"] == 0


def test_a_record_sent_twice_is_told_twice_a_test_record_too(world: Journalled) -> None:
    message = pack(usage(seq=1), usage(seq=2, test=True))
    world.receive(message, message)
    world.close()
    world.receive(message)
    assert world.seqs() == [1, 1, 1, 2, 2, 2]


def test_a_day_is_a_civil_day_of_ts_whatever_the_day_of_receipt(world: Journalled) -> None:
    last = NOW + DAY_MS - 1
    world.receive(pack(usage(seq=1, ts=NOW - 1), usage(seq=2), usage(seq=3, ts=last), received_ms=last))
    world.receive(pack(usage(seq=4, ts=last), usage(seq=5, ts=last + 1), received_ms=last + 1))
    for _ in range(2):
        world.close()
    found = {shift: world.seqs(Question(ALL.day + shift)) for shift in (-1, 0, 1, 2)}
    assert found == {-1: [1], 0: [2, 3, 4], 1: [5], 2: []}


def test_only_segments_with_the_question_s_day_and_place_are_read(
    world: Journalled, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.receive(pack(usage(seq=1)))
    world.close()
    world.receive(pack(session(seq=2), topic=VENUE))
    world.close()
    world.receive(pack(usage(seq=3, ts=NOW - DAY_MS)))
    world.close()
    opened: list[str] = []
    content = sqlite_journal._content

    def noted(path: Path) -> bytes:
        opened.append(path.name[:9])
        return content(path)

    monkeypatch.setattr(sqlite_journal, "_content", noted)
    assert world.seqs(Question(ALL.day, "home-1")) == [1]
    assert world.seqs(Question(ALL.day - 1)) == [2, 3]
    assert world.seqs(Question(ALL.day, vendor="other")) == []
    assert opened == ["000000001", "000000003", "000000002"]


def test_what_was_parked_is_told_once_accepted_with_its_first_receipt(world: Journalled) -> None:
    world.receive(pack(usage(seq=1, device="new"), usage(seq=2), usage(seq=3, device="new"), received_ms=NOW + 5))
    world.close()
    assert world.seqs() == [2]
    world.device_arrives("new")
    assert world.seqs() == [1, 2, 3]
    world.close()
    lines = world.answer()[1:-1]
    assert [(line["n"], line["index"], line["received_ms"]) for line in lines] == [(1, 0, NOW + 5)] * 3
    assert sorted(line["position"] for line in lines) == [0, 1, 2]


def test_what_a_replay_rejects_is_not_told(world: Journalled) -> None:
    topic = "telemetry/v1/acme/gw/nowhere"
    world.receive(pack(usage(seq=1), session(device="lamp", seq=2), topic=topic))
    world.site_arrives("home", "nowhere")  # where a session is no record
    assert world.seqs(Question(ALL.day, "nowhere")) == [1]
    assert world.seqs(Question(ALL.day - 1)) == []


def test_a_point_the_store_refused_was_accepted_all_the_same(world: Journalled) -> None:
    world.receive(pack(usage(seq=1)))

    def refuse(_text: str) -> None:
        raise Rejected("refused")

    write_points(world.spool.giving_out, refuse, lambda: LATER)
    assert world.spool.counts()["rejected:refused_by_store"] == 1
    world.close()
    assert world.seqs() == [1]


def test_a_feed_s_own_heartbeat_and_fields_of_later_versions_are_passed_over(world: Journalled) -> None:
    payload = json.dumps({"ts": NOW}).encode()
    entry = ReceivedEntry(NOW, "feeds/v1/acme/gw", hashlib.sha256(payload).digest(), payload, ())
    world.spool.taking_in.keep(Kept(ALL.day, NOW, [entry], Outgoing(0, "", 0, {}, ()), (), (), {}))
    world.receive(pack(usage(seq=1)))
    assert world.seqs() == [1]
    world.close()
    path = world.segment()
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    lines[2]["entry"] |= {"dropped": 3, "sha256": "0" * 64}  # of a pack: the rest re-encoded, the original's hash
    path.write_bytes(gzip.compress("\n".join(json.dumps(line) for line in lines).encode()))
    assert world.seqs() == [1]


def test_a_payload_that_is_not_utf_8_was_rejected_whole(world: Journalled) -> None:
    world.receive(AMessage(HOME, b"\xff"), pack(usage(seq=1)))
    world.close()
    assert world.answer()[-1] == {"end": 1, "erased": 0}


def test_several_workers_are_told_one_after_the_other(tmp_path: Path) -> None:
    worlds = [Journalled(tmp_path / name) for name in ("one", "two")]
    for seq, world in enumerate(worlds, start=1):
        world.receive(pack(usage(seq=seq)))
    worlds[1].spool = Spooled(worlds[1].folder / "spool.db", worker="w-2")
    sources = [SqliteJournal(world.folder) for world in worlds]
    head, *records, _ = (json.loads(line) for line in b"".join(recall(ALL, sources)).splitlines())
    assert head["head"]["workers"] == {"w-1": 1, "w-2": 1}
    assert [(line["worker"], line["record"]["seq"]) for line in records] == [("w-1", 1), ("w-2", 2)]


def test_a_spool_nobody_has_opened_is_unavailable_before_anything_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="WORKER_DIRS"):
        recall(ALL, [SqliteJournal(tmp_path)])
    Spooled(tmp_path / "spool.db")
    with pytest.raises(Unavailable, match="no worker yet"):
        recall(ALL, [SqliteJournal(tmp_path)])
    spool = Spooled(tmp_path / "spool.db", worker="w")
    spool.file.connection().execute("PRAGMA user_version = 1")
    with pytest.raises(Unavailable, match="form 1"):
        recall(ALL, [SqliteJournal(tmp_path)])


def test_a_lost_segment_cuts_the_answer_off(world: Journalled) -> None:
    world.receive(pack(usage()))
    world.close()
    world.segment().unlink()
    answer = recall(ALL, [SqliteJournal(world.folder)])
    with pytest.raises(Unavailable, match="journal"):
        b"".join(answer)


def test_a_record_accepted_once_that_is_none_of_the_contract_cuts_the_answer_off(world: Journalled) -> None:
    payload = b'[{"kind":"usage"}]'
    entry = ReceivedEntry(NOW, HOME, hashlib.sha256(payload).digest(), payload, [Reason(1, "bad_record")])
    kept = Kept(ALL.day, NOW, [entry], Outgoing(0, "", 0, {}, ()), (), (), {})
    world.receive(pack(usage()))
    connection = world.spool.file.connection()
    connection.execute("UPDATE entries SET body = ?", (msgspec.msgpack.encode(kept.entries),))
    with pytest.raises(AssertionError, match="1/0/0 was accepted once, but its ts"):
        b"".join(recall(ALL, [SqliteJournal(world.folder)]))


def test_an_answer_comes_in_pieces(world: Journalled) -> None:
    for batch in range(4):
        world.receive(*(pack(*(usage(seq=seq + 1000 * batch) for seq in range(200))) for _ in range(5)))
    world.close()
    pieces = list(recall(ALL, [SqliteJournal(world.folder)]))
    assert json.loads(pieces[-1].splitlines()[-1]) == {"end": 4_000, "erased": 0}
    assert 5 < len(pieces) < 4_000
    assert max(map(len, pieces)) < 200_000


def test_a_spool_that_no_worker_has_open_can_be_read(world: Journalled) -> None:
    """SQLite removes the files beside a database when the last one closes it."""
    world.receive(pack(usage(seq=1)))
    world.spool.file.connection().close()
    world.spool.file.connection("NORMAL").close()
    assert world.seqs() == [1]
