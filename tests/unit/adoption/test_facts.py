"""Facts are a join: any order, any repetition, any batches give the same bytes; and they are the right ones."""

import sqlite3
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from services.adoption import facts
from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.decode import SetAside
from services.adoption.fold import gather
from shared.brokers.rabbitmq import Body
from shared.failures import Unavailable
from tests.unit.adoption import cities, cities_venues, oracle
from tests.unit.adoption.folding import nothing_taken_back, stored_strips
from tests.unit.adoption.world import Json, body, dump, facts_file, fold_batches, refold

EPOCH = date(1970, 1, 1).toordinal()
OPEN = date(9999, 12, 31)
RECORDS = st.lists(cities.home_record(device="lamp-1") | cities.home_record(device="lamp-2"), max_size=8)


@st.composite
def streams(draw: Any) -> list[Json]:
    found = [*draw(RECORDS), *draw(cities_venues.sessions("acme", "hmd-1"))]
    again = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
    return [*found, *(record | {"received_ms": record["received_ms"] + 2 * 86_400_000} for record in again)]


def one_by_one(records: list[Json]) -> list[list[Body]]:
    return [[body([record])] for record in records]


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(st.data(), streams())
def test_any_order_repetition_and_batching_leaves_the_same_bytes(data: Any, records: list[Json]) -> None:
    bad = Body("usage.home.nanshan", b'[{"type": "pilotlight.nonsense.v1"}]')
    bodies = [*one_by_one(records), [bad]]
    again = data.draw(st.permutations([*bodies, *data.draw(st.lists(st.sampled_from(bodies), max_size=4))]))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(again)), max_size=4)))
    spans = zip([0, *cuts], [*cuts, len(again)], strict=True)
    batches = [[b for one in again[first:end] for b in one] for first, end in spans]
    with facts_file() as path, facts_file() as other:
        fold_batches(path, [[body(records), bad]])
        fold_batches(other, batches)
        refold(path, records)
        refold(other, records)
        assert dump(path) == dump(other)


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(streams())
def test_strips_hold_the_minutes_that_plain_loops_find(records: list[Json]) -> None:
    records = nothing_taken_back(records)
    expected = {key: row for key, row in oracle.strip_rows(records).items() if any(row.values())}
    with facts_file() as path:
        fold_batches(path, [[body(records)]])
        assert stored_strips(path) == expected


@pytest.mark.parametrize(
    ("name", "action", "trigger"),
    [
        ("local", "on", "local"),
        ("smart", "set", "app"),
        ("smart", "on", "voice"),
        ("smart", "run", "scene"),
        ("automated", "on", "schedule"),
        ("automated", "off", "linkage"),
        ("ack", "ack", "local"),
        ("ack", "ack", "linkage"),
    ],
)
def test_a_usage_marks_seen_and_the_strip_of_its_trigger_in_batch_after_batch(
    name: str, action: str, trigger: str
) -> None:
    noon = cities.midnight_ms(date(2024, 3, 1)) + 12 * 3_600_000
    usage = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "seq": 0}
    usage |= {"action": action, "trigger": trigger, "received_ms": noon}
    with facts_file() as path:
        fold_batches(path, one_by_one([usage | {"ts": noon}, usage | {"ts": noon + 60_000}]))
        ((_, row),) = stored_strips(path).items()
    assert {strip: minutes for strip, minutes in row.items() if minutes} == {"seen": {720, 721}, name: {720, 721}}


def test_a_session_over_midnight_marks_each_day_known_by_that_day() -> None:
    midnight = cities.midnight_ms(date(2024, 3, 1))
    session = {"kind": "session", "vendor": "acme", "site": "museum", "device": "hmd-1", "ts": midnight - 1}
    session |= {"seq": 0, "duration_s": 61, "content": None, "headcount": None, "completed": None}
    session |= {"sha": "0" * 64, "received_ms": midnight + 70_000}
    with facts_file() as path:
        fold_batches(path, [[body([session])]])
        found = {(day, known): row["seen"] for (_, _, day, known), row in stored_strips(path).items()}
    assert found == {
        (date(2024, 2, 29), date(2024, 3, 1)): {1439},
        (date(2024, 3, 1), date(2024, 3, 2)): {0, 1},
    }


def test_of_a_repeated_identity_the_earliest_receipt_is_kept() -> None:
    late = cities.midnight_ms(date(2024, 3, 9))
    first = {"kind": "fault", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": 1_709_000_000_000, "seq": 0}
    first |= {"code": "e-1", "active": True, "sha": "1" * 64, "received_ms": 1_709_000_000_100}
    for batches in (
        one_by_one([first | {"received_ms": late}, first]),
        [[body([first | {"received_ms": late}, first])]],
    ):
        with facts_file() as path:
            fold_batches(path, batches)
            connection = sqlite3.connect(path)
            known = connection.execute("SELECT known FROM fault").fetchall()
            connection.close()
        assert known == [(date(2024, 2, 28).toordinal() - EPOCH,)]


def test_a_state_known_before_a_day_holds_only_what_was_received_before_it() -> None:
    punctual, late = cities.midnight_ms(date(2024, 2, 28)), cities.midnight_ms(date(2024, 3, 5))
    usage = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "seq": 0}
    usage |= {"action": "on", "trigger": "local"}
    records = [
        usage | {"ts": punctual, "received_ms": punctual},
        usage | {"ts": punctual + 60_000, "received_ms": late},
    ]
    day = date(2024, 2, 28).toordinal() - EPOCH
    with facts_file() as path:
        fold_batches(path, [[body(records)]])
        reader = SqliteKnownFacts(path)
        seen = {}
        for before in (day + 1, day + 2, day + 6, day + 7, facts.OPEN):
            with reader.at_once(before) as known:
                seen[before - day if before < facts.OPEN else "all"] = known.seen("acme", "lamp-1", day, day + 1)
    assert seen == {1: 0, 2: 0b1, 6: 0b1, 7: 0b11, "all": 0b11}


def test_a_transaction_that_fails_keeps_nothing_and_gives_no_device_a_number() -> None:
    records = [{"kind": "heartbeat", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": 1_709_000_000_000}]
    batch, _, _ = gather([body([records[0] | {"received_ms": 1_709_000_000_100}])])
    with facts_file() as path:
        store = SqliteFacts(path)
        full = sqlite3.connect(path)
        pages = full.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Unavailable):
            store.keep(batch, [SetAside("k", b"x" * 100_000, "bad_event", "")], 0)
        assert full.execute("SELECT count(*) FROM device").fetchone() == (0,)
        store._connection.execute("PRAGMA max_page_count = 1000000")
        store.keep(batch, [], 0)
        assert full.execute("SELECT count(*) FROM strip JOIN device d ON d.id = strip.device").fetchone() == (1,)
        full.close()
        store.close()
