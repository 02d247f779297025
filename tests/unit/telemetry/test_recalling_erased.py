"""Payloads that were erased from the journal: an answer says how many could have been told, of all workers together."""

import gzip
import json
from pathlib import Path

from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.recalling import Question, recall
from tests.unit.telemetry.journalled import ALL, Journalled
from tests.unit.telemetry.world import HOME, VENUE, AMessage, pack, session, usage


def erase(world: Journalled, *places: int) -> None:
    """Take the payloads of the messages at these places, counted from 1, out of the world's only segment."""
    world.close()
    path = world.segment()
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for place in places:
        lines[place]["payload"] = None
    path.write_bytes(gzip.compress("\n".join(json.dumps(line) for line in lines).encode()))


def test_an_erased_payload_is_counted_where_it_could_have_been_told(tmp_path: Path) -> None:
    world = Journalled(tmp_path / "worker")
    world.receive(pack(usage(seq=1)), pack(usage(seq=2)), AMessage(HOME, b"no json"), pack(session(), topic=VENUE))
    erase(world, 1, 3, 4)
    assert world.seqs() == [2]
    assert world.answer()[-1] == {"end": 1, "erased": 2}
    assert world.answer(Question(ALL.day, "home-1"))[-1] == {"end": 1, "erased": 1}


def test_what_is_erased_of_several_workers_is_added_up(tmp_path: Path) -> None:
    one, other = Journalled(tmp_path / "one"), Journalled(tmp_path / "two")
    one.receive(pack(usage(seq=1)), pack(usage(seq=2)), pack(usage(seq=3)))
    other.receive(pack(usage(seq=4)), pack(usage(seq=5)))
    erase(one, 1, 2)
    erase(other, 1)
    answer = b"".join(recall(ALL, [SqliteJournal(world.folder) for world in (one, other)]))
    assert json.loads(answer.splitlines()[-1]) == {"end": 2, "erased": 3}
