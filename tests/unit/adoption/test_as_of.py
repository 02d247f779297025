"""Every figure as known on every day is what the records known by then say, and the late list says what came since."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.figures.arrivals import arrivals
from services.adoption.figures.counted import Window
from services.adoption.figures.scopes import Scope
from services.adoption.strips import to_bytes
from tests.unit.adoption import cities, cities_homes, cities_venues, oracle, oracle_homes, oracle_venues, world
from tests.unit.adoption.venues import DAY, NINE, WINDOW, of_session, session, venue, void
from tests.unit.adoption.world import (
    Interval,
    Json,
    World,
    body,
    city_of,
    facts_file,
    fold_batches,
    keep_outages,
    measure,
)

EPOCH = date(1970, 1, 1)
ON = [cities.FIRST + timedelta(days=n) for n in range(-2, cities.DAYS + 6)]
EXAMPLES = max(cities.EXAMPLES // 8, 8)  # each looks at every day


Told = tuple[World, tuple[date, date]]  # a world, and a window


def number(day: date) -> int:
    return (day - EPOCH).days


@contextmanager
def reader(records: list[Json], own: list[Interval], withdrawals: Any = None) -> Iterator[SqliteKnownFacts]:
    with facts_file() as path:
        fold_batches(path, [[body(records)]])
        keep_outages(path, own)
        world.refold(path, records)
        if withdrawals:
            refold(path, *withdrawals)
        yield SqliteKnownFacts(path)


def integers(result: Any) -> tuple[int, int | None]:
    numerator, denominator = result.figure.conservative[:2]
    return numerator, denominator


@settings(deadline=None, max_examples=EXAMPLES)
@given(cities_homes.never_silent())
def test_figures_of_homes_as_known_on_each_day_are_what_was_received_by_then(told: Told) -> None:
    (city, records, own), window = told
    with reader(records, own) as read:
        heard = check_homes(read, city, records, own, window)
    assert heard[0] == 0 < heard[-1]  # first nothing was known, then something


def check_homes(
    read: SqliteKnownFacts, city: Json, records: list[Json], own: Any, window: tuple[date, date]
) -> list[int]:
    """Compare on every day; how many slots were activated on each."""
    found = []
    for on in ON:
        slots = oracle_homes.slot_days(city, records, own, *window, on)
        days = oracle_homes.dwelling_days(city, records, slots, *window, on)
        exposed = [row for row in slots if not row["removed"]]
        handed_over = [row for row in days if row["why"] != "not_handed_over"]
        with read.at_once(number(on) + 1) as facts:
            online, active, activated = (
                measure(metric, "programme", window, city_of(city), facts) for metric in ("H6", "H7a", "H4")
            )
        assert integers(online) == (sum(row["online"] for row in exposed), 1440 * len(exposed)), on
        assert online.figure.apart["healthy"] == sum(row["healthy"] for row in exposed), on
        assert integers(active) == (sum(row["active"] for row in handed_over), len(handed_over)), on
        marked = oracle_homes.minutes_marked(records, on)
        assert integers(activated)[0] == sum(heard(city, marked, slot, window[1]) for slot in city["slots"]), on
        found.append(integers(activated)[0])
    return found


def heard(city: Json, marked: Any, slot: Json, t1: date) -> bool:
    last = t1 - timedelta(days=1)
    bound = oracle_homes.device_in(city, f"xili/{slot['dwelling_ref']}/{slot['code']}", last)
    if bound is None or not oracle.in_force(slot["installed_on"], slot["retired_on"], last):
        return False
    minutes = marked.get((bound["vendor"], bound["device"]), {}).get("seen", ())
    return any(bound["valid_from"] <= oracle.day_of(minute) < t1 for minute in minutes)


@settings(deadline=None, max_examples=EXAMPLES)
@given(cities_venues.never_idle())
def test_figures_of_venues_as_known_on_each_day_are_what_was_received_by_then(told: Told) -> None:
    (city, records, own), window = told
    counts = []
    with reader(records, own) as read:
        for on in ON:
            days = oracle_venues.device_days(city, records, own, *window, on)
            counted = [day for day in days if not day["removed"]]
            sessions = oracle.v2(city, oracle_homes.as_known(records, on), *window)
            with read.at_once(number(on) + 1) as facts:
                used, uses = (measure(metric, "programme", window, city_of(city), facts) for metric in ("V5", "V2"))
            assert integers(used) == (sum(d["used"] for d in counted), sum(d["open"] for d in counted)), on
            assert used.figure.coverage.unaffected == sum(d["open"] - d["unknown"] for d in counted), on
            assert integers(uses)[0] == sum(s["headcount"] for s in sessions if s["why"] == "valid"), on
            assert uses.figure.removed["voided"] == sum(s["why"] == "voided" for s in sessions), on
            counts.append(integers(uses)[0])
    assert counts[0] == 0 < counts[-1]


def refold(path: Path, records: list[Json], since: date) -> None:
    """Withdraw on a day what is marked so, as refolding does: close every row, write others from that day on."""
    rows: dict[Any, dict[str, set[int]]] = {}
    again = [record for record in records if record.get("withdrawn_on") is None]
    for (vendor, device, day, known), minutes in oracle.strip_rows(again).items():
        row = rows.setdefault((vendor, device, day, max(known, since)), {name: set() for name in oracle.NAMES})
        for name in oracle.NAMES:
            row[name] |= minutes[name]
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM strip WHERE known >= ?", (number(since),))
        connection.execute("UPDATE strip SET until = ?", (number(since),))
        for (vendor, device, day, known), minutes in rows.items():
            strips = [to_bytes(sum(1 << minute for minute in minutes[name])) for name in oracle.NAMES]
            connection.execute(
                "INSERT INTO strip SELECT id, ?, ?, 2932896, ?, ?, ?, ?, ? FROM device WHERE vendor = ? AND device = ?",
                (number(day), number(known), *strips, vendor, device),
            )
    connection.close()


@st.composite
def withdrawn(draw: Any) -> tuple[Told, date]:
    """A world some of whose usage is taken back on one day, by then known or not; the lamp's is."""
    (city, found, own), window = draw(cities_homes.never_silent())
    records = [record for record in found if record["kind"] != "void"]  # the test takes back by itself
    lamp = records[-1]
    day = draw(st.sampled_from([on for on in ON if on >= oracle_homes.known_on(lamp, lamp["ts"])]))
    for record in records:
        takes = record["kind"] in ("usage", "heartbeat") and oracle_homes.known_on(record, record["ts"]) <= day
        if record is lamp or (takes and draw(st.booleans())):
            record["withdrawn_on"] = day
    return ((city, records, own), window), day


@settings(deadline=None, max_examples=EXAMPLES)
@given(withdrawn())
def test_what_was_withdrawn_counts_until_that_day_and_not_from_it_on(told: tuple[Told, date]) -> None:
    ((city, records, own), window), day = told
    with reader(records, own, (records, day)) as read:
        check_homes(read, city, records, own, window)
        check_late(read, city, records, window, cities.FIRST + timedelta(days=3))


@settings(deadline=None, max_examples=EXAMPLES)
@given(cities_venues.never_idle() | cities_homes.never_silent(), st.sampled_from(ON))
def test_the_late_list_is_what_became_known_later(told: Told, since: date) -> None:
    (city, found, own), window = told
    records = [record for record in found if record["kind"] != "void"]
    with reader(records, own) as read:
        check_late(read, city, records, window, ON[0])  # on which nothing is known
        check_late(read, city, records, window, since)


def check_late(read: SqliteKnownFacts, city: Json, records: list[Json], window: tuple[date, date], since: date) -> None:
    with read.at_once() as facts:
        found = list(arrivals(city_of(city), facts, Scope("programme"), Window(*window), since))
    expected = oracle_venues.arrivals(records, *window, since, ON[-1] + timedelta(days=3))
    assert {tuple(row) for row in found} == expected
    assert len(found) == len(expected)


def test_a_session_row_that_was_closed_counts_until_its_day() -> None:
    city, record = venue(), session(NINE, 300)
    closed = date(2024, 3, 6)
    with facts_file() as path:
        fold_batches(path, [[body([record])]])
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE session SET until = ?", (number(closed),))
        connection.close()
        values = []
        for on in (DAY, date(2024, 3, 2), date(2024, 3, 5), closed):
            with SqliteKnownFacts(path).at_once(number(on) + 1) as facts:
                used, uses = (
                    measure(metric, "programme", (DAY, date(2024, 3, 2)), city_of(city), facts)
                    for metric in ("V5", "V2")
                )
                values.append((integers(used)[0], integers(uses)[0]))
    # it is known from the day after its own
    assert values == [(0, 0), (300, 1), (300, 1), (0, 0)]


def test_a_rival_void_that_came_late_gives_back_what_the_first_withdrew() -> None:
    kept, taken = session(NINE, 300), session(NINE - 86_400_000, 300)
    first = void(of_session(kept), "1" * 64)
    rival = void(of_session(taken), "2" * 64) | {"received_ms": cities.midnight_ms(date(2024, 3, 9))}
    records, window = [kept, taken, first, rival], (DAY - timedelta(days=1), WINDOW[1])
    with reader(records, []) as read:
        check_late(read, venue(), records, window, DAY + timedelta(days=2))
        with read.at_once() as facts:
            found = arrivals(city_of(venue()), facts, Scope("programme"), Window(*window), DAY + timedelta(days=2))
            rows = [(row.day, row.known, row.sessions) for row in found]
    assert rows == [(window[0], date(2024, 3, 9), (0, 1)), (DAY, date(2024, 3, 9), (1, 0))]
