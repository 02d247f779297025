"""Canonical rows give, for every day of knowing, the state that plain loops find."""

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings, strategies as st

from services.adoption.canonical import StripRow, Withdrawal, canonical
from services.adoption.facts import OPEN, STRIP_NAMES
from services.adoption.receipts import Receipts, of_device_day
from services.adoption.strips import minutes
from shared.contracts import telemetry
from tests.unit.adoption import cities, oracle_strips
from tests.unit.adoption.oracle import day_of
from tests.unit.adoption.withdrawals import DEVICES, FIRST, START, records, streams
from tests.unit.adoption.world import Json, journal_of

EPOCH = date(1970, 1, 1).toordinal()
ONE = timedelta(days=1)


def number(day: date) -> int:
    return day.toordinal() - EPOCH


def rows_of(stream: list[Json], device: str, day: date) -> list[StripRow]:
    receipts = Receipts("acme")
    for on in (day - ONE, day):
        found = journal_of(stream).records(number(on))
        receipts.add(line for line in found if on == day or line.record.__struct_config__.tag == "session")
    voids = [r for r in stream if r["kind"] == "void" and r["device"] == device and not r.get("test")]
    withdrawals = []
    for void in voids:
        known = min(number(oracle_strips.known(other)) for other in voids if other["sha"] == void["sha"])
        of = void["of"]
        target = of["kind"], of["ts"], of["seq"]
        withdrawals.append(Withdrawal(void["ts"], void["seq"], bytes.fromhex(void["sha"]), known, target))
    return canonical(of_device_day(receipts, device, number(day)), withdrawals)


def as_known(rows: list[StripRow], on: date) -> oracle_strips.State:
    found: oracle_strips.State = {}
    for row in rows:
        if row.known <= number(on) < row.until:
            for name, strip in zip(STRIP_NAMES, row.marks, strict=True):
                if strip:
                    found.setdefault(name, set()).update(minutes(strip))
    return found


@settings(deadline=None, max_examples=cities.EXAMPLES * 5)
@given(streams())
def test_on_every_day_the_rows_give_the_state_that_plain_loops_find(stream: list[Json]) -> None:
    for device in DEVICES:
        for day in (FIRST, FIRST + ONE, FIRST + 2 * ONE):
            rows = rows_of(stream, device, day)
            for later in range(-1, 12):
                on = day + later * ONE
                assert as_known(rows, on) == oracle_strips.state(stream, device, day, on), (device, day, on)


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(st.lists(records(tests=False), max_size=12))
def test_rows_are_few_and_none_is_empty_or_over_before_it_begins(stream: list[Json]) -> None:
    for device in DEVICES:
        rows = rows_of(stream, device, FIRST)
        assert all(row.known < row.until and any(row.marks) for row in rows)
        assert len({(row.known, row.until) for row in rows}) == len(rows)
        assert len({row.known for row in rows}) == len(rows)


def usage(minute: int, received: date, trigger: str = "local") -> Json:
    said = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": START + minute * 60_000}
    said |= {"seq": 0, "action": "on", "trigger": trigger}
    return said | {"sha": cities.digest(said), "received_ms": cities.midnight_ms(received) + 3_600_000}


def void(of: Json, minute: int, received: date) -> Json:
    said = {"kind": "void", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": START + minute * 60_000}
    said |= {"seq": 0, "of": {name: of[name] for name in ("kind", "ts", "seq")}}
    return said | {"sha": cities.digest(said), "received_ms": cities.midnight_ms(received) + 3_600_000}


def plain(rows: list[StripRow]) -> list[tuple[int, int | None, list[int]]]:
    """*known* and *until* as days after the first, and the minutes of *seen*."""
    return [
        (row.known - number(FIRST), None if row.until == OPEN else row.until - number(FIRST), [*minutes(row.marks[0])])
        for row in rows
    ]


def test_a_void_closes_what_was_known_before_it_and_one_row_holds_the_rest() -> None:
    one, two = usage(1, FIRST), usage(2, FIRST + 3 * ONE)
    found = plain(rows_of([one, two, void(one, 9, FIRST + 5 * ONE)], "lamp-1", FIRST))
    assert found == [(1, 5, [1]), (3, 5, [2]), (5, None, [2])]


def test_where_nothing_is_left_no_row_is_written() -> None:
    one = usage(1, FIRST)
    assert plain(rows_of([one, void(one, 9, FIRST + 2 * ONE)], "lamp-1", FIRST)) == [(1, 2, [1])]


def test_a_void_whose_greater_rival_names_another_record_gives_back_what_it_took() -> None:
    one, two = usage(1, FIRST), usage(2, FIRST)
    voids = sorted((void(of, 9, FIRST) for of in (one, two)), key=lambda v: str(v["sha"]))
    later = voids[1] | {"received_ms": cities.midnight_ms(FIRST + 4 * ONE)}
    lost, kept = voids[0]["of"]["ts"], voids[1]["of"]["ts"]
    first, last = [(kept - START) // 60_000], [(lost - START) // 60_000]
    found = plain(rows_of([one, two, voids[0], later], "lamp-1", FIRST))
    assert found == [(1, 4, first), (4, None, last)]


def test_of_two_contents_the_greater_digest_counts_from_the_day_it_is_known() -> None:
    said = sorted((usage(1, FIRST, trigger) for trigger in ("local", "app")), key=lambda u: str(u["sha"]))
    late = said[1] | {"received_ms": cities.midnight_ms(FIRST + 2 * ONE)}
    rows = rows_of([said[0], late], "lamp-1", FIRST)
    names = {"local": "local", "app": "smart"}
    assert as_known(rows, FIRST + ONE) == {"seen": {1}, names[said[0]["trigger"]]: {1}}
    assert as_known(rows, FIRST + 2 * ONE) == {"seen": {1}, names[said[1]["trigger"]]: {1}}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(records())
def test_the_tests_digest_is_the_one_of_the_contract(record: Json) -> None:
    fields = {name: value for name, value in record.items() if name not in ("vendor", "site", "received_ms", "sha")}
    made = msgspec.convert(fields, telemetry.Record)
    found = telemetry.content_sha256(record["vendor"], record["site"], record["device"], made)
    assert found.hex() == record["sha"]
    assert day_of(record["ts"]) >= FIRST
