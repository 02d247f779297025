"""Whatever the order of arrival, folding, marking and refolding, the facts end the same, and right."""

import json
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from services.adoption.receipts import Receipts
from services.adoption.refolding import Chunk, read, refold
from services.adoption.scanning import scan
from shared.failures import Unavailable
from tests.unit.adoption import cities, oracle_strips
from tests.unit.adoption.folding import DAYS, Adoption, nothing_taken_back, one_stream, settled, stored_states
from tests.unit.adoption.withdrawals import DEVICES, FIRST, records, streams
from tests.unit.adoption.world import Json, dump, facts_file, journal_of

EPOCH = date(1970, 1, 1).toordinal()


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(streams())
def test_after_refolding_the_facts_are_on_every_day_what_plain_loops_find(stream: list[Json]) -> None:
    with facts_file() as path:
        settled(path, stream)
        for device in DEVICES:
            for day in DAYS:
                for later in range(10):
                    on = day + timedelta(days=later)
                    assert stored_states(path, device, day, on) == oracle_strips.state(stream, device, day, on)


@pytest.mark.parametrize("seed", range(50))
def test_any_order_repetition_and_cut_ends_in_the_same_bytes(seed: int) -> None:
    chance = random.Random(seed)
    stream = one_stream(random.Random(4711))
    twice = chance.sample(stream, len(stream)) + chance.sample(stream, 20)
    with facts_file() as path, facts_file() as other:
        expected = settled(path, stream)
        adoption = Adoption(other)
        while twice:
            cut = chance.randint(1, 25)
            batch, twice = twice[:cut], twice[cut:]
            adoption.journal.add([record for record in batch if record not in adoption.journal.told])
            adoption.fold(batch)
            if chance.random() < 0.3:
                adoption.refold()
            if chance.random() < 0.1:
                scan(FIRST.toordinal() - EPOCH, adoption.scans, adoption.journal)
        adoption.settle()
        adoption.close()
        assert dump(other) == expected


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(st.lists(records(tests=False), max_size=12))
def test_refolding_what_nothing_was_taken_from_changes_nothing_and_lets_folding_go_on(stream: list[Json]) -> None:
    stream = nothing_taken_back(stream)
    with facts_file() as path:
        adoption = Adoption(path)
        adoption.journal.add(stream)
        adoption.fold(stream)
        before = dump(path)
        adoption.facts._connection.execute("INSERT INTO refold SELECT DISTINCT device, day, 1, 0, 1 FROM strip")
        adoption.refold()
        adoption.fold(stream)
        assert adoption.refolds.count_waiting() == 0
        adoption.close()
        assert dump(path) == before


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(streams(), st.integers(0, 2**32))
def test_in_whichever_order_the_steps_fall_nothing_is_missed(stream: list[Json], seed: int) -> None:
    """Steps: a record is journalled; one is folded, perhaps to come again; a refold reads, writes, or is killed."""
    chance = random.Random(seed)
    with facts_file() as path, facts_file() as other:
        expected = settled(path, stream)
        adoption = Adoption(other)
        unsent, unfolded = chance.sample(stream, len(stream)), list[Json]()
        unwritten: list[tuple[Chunk, Receipts]] = []
        while unsent or unfolded:
            step = chance.choice(["send", "send", "fold", "fold", "again", "read", "write", "lose"])
            if step == "send" and unsent:
                adoption.journal.add([unsent[-1]])
                unfolded.append(unsent.pop())
            elif step == "fold" and unfolded:
                adoption.fold([unfolded.pop(chance.randrange(len(unfolded)))])
            elif step == "again" and unfolded:
                adoption.fold([chance.choice(unfolded)])  # killed before it was acknowledged
            elif step == "read":
                for group in adoption.refolds.groups():
                    chunks = list(adoption.refolds.chunks(*group))
                    unwritten += zip(chunks, read(chunks, adoption.journal), strict=True)
            elif step == "write" and unwritten:
                adoption.refolds.replace(refold(*unwritten.pop(chance.randrange(len(unwritten)))))
            elif step == "lose":
                unwritten = []  # killed between reading and writing
        for late in unwritten:
            adoption.refolds.replace(refold(*late))
        adoption.settle()
        adoption.close()
        assert dump(other) == expected


def test_while_the_journal_is_away_what_waits_goes_on_waiting_and_folding_goes_on() -> None:
    usage = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": cities.midnight_ms(FIRST)}
    usage |= {"seq": 0, "action": "on", "trigger": "local", "received_ms": cities.midnight_ms(FIRST)}
    void = {name: usage[name] for name in ("vendor", "site", "device", "ts", "received_ms")} | {
        "kind": "void",
        "seq": 0,
    }
    void |= {"of": {"kind": "usage", "ts": usage["ts"], "seq": 0}}
    void["sha"] = cities.digest(void)
    with facts_file() as path:
        adoption = Adoption(path)
        adoption.fold([usage, void])
        adoption.journal.away = True
        for _ in range(2):
            with pytest.raises(Unavailable, match="telemetry"):
                adoption.refold()
            adoption.fold([usage | {"seq": 1}])
            assert adoption.refolds.count_waiting() == 1
        adoption.journal.away = False
        adoption.journal.add([usage, void, usage | {"seq": 1}])
        assert (adoption.refold(), adoption.refold()) == (1, 0)
        assert stored_states(path, "lamp-1", FIRST, FIRST + timedelta(days=1)) == {"seen": {0}, "local": {0}}
        adoption.close()
    assert json.dumps(journal_of([usage]).lines({"day": [str(FIRST)]})[-1]) == '{"end": 1}'


def test_a_reading_older_than_one_already_written_is_not_written_over_what_was_folded_since() -> None:
    usage: Json = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1"}
    usage |= {
        "ts": cities.midnight_ms(FIRST),
        "seq": 0,
        "action": "on",
        "trigger": "local",
        "received_ms": cities.midnight_ms(FIRST),
    }
    later = usage | {"ts": usage["ts"] + 60_000}
    with facts_file() as path:
        adoption = Adoption(path)
        adoption.journal.add([usage])
        adoption.fold([usage])
        adoption.facts._connection.execute("INSERT INTO refold SELECT device, day, 1, 0, 1 FROM strip")
        (chunk,) = adoption.refolds.chunks("acme", FIRST.toordinal() - EPOCH)
        first, second = (refold(chunk, *read([chunk], adoption.journal)) for _ in range(2))
        adoption.refolds.replace(first)  # by the worker, which gives the day back to folding
        adoption.journal.add([later])
        adoption.fold([later])
        adoption.refolds.replace(second)  # by a rebuild that had read before
        adoption.close()
        assert stored_states(path, "lamp-1", FIRST, FIRST + timedelta(days=1)) == {"seen": {0, 1}, "local": {0, 1}}
