"""The spool: what is kept stays, what is sent moves a cursor, and a full disk takes nothing half."""

import sqlite3
from pathlib import Path

import pytest

from services.telemetry.closing import Head
from services.telemetry.model import ReceivedEntry
from shared.contracts.civil_time import day_of
from shared.failures import Unavailable
from tests.unit.telemetry.world import (
    NOW,
    VENUE,
    Spooled,
    heartbeat,
    kept_of,
    pack,
    reading,
    session,
    usage,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


def test_a_batch_is_there_after_a_restart_whole(path: Path) -> None:
    message = pack(usage(), heartbeat(), usage(device="new"), usage(ts=None))
    n = Spooled(path).taking_in.keep(kept_of(message))
    again = Spooled(path)
    lines, events = again.giving_out.lines(10), again.giving_out.events(10)
    assert lines is not None
    assert events is not None
    assert (n, lines.upto, lines.points, lines.more) == (1, 1, 2, False)
    assert [line.split(",")[0] for line in lines.text.split("\n")] == ["usage", "heartbeat"]
    assert list(events.batches[0][0]) == ["usage.home.nanshan"]
    assert events.batches[0][1][0].minutes == {"lamp": [NOW // 60_000]}
    assert again.counts() == {"accepted": 2, "parked:unknown_device": 1, "received": 4, "rejected:bad_record": 1}


def test_each_cursor_moves_by_itself_and_what_was_written_waits_no_longer(path: Path) -> None:
    spool = Spooled(path)
    for seq in range(3):
        spool.taking_in.keep(kept_of(pack(usage(seq=seq))))
    first = spool.giving_out.lines(1)
    assert first is not None
    assert (first.upto, first.more) == (1, True)
    spool.giving_out.lines_written(first.upto, None)
    assert spool.giving_out.cursors() == (3, {"influxdb": 1, "rabbitmq": 0, "database": 0, "received": 0})
    assert spool.counts() == {"accepted": 3, "received": 3, "written": 1}
    rest = Spooled(path).giving_out.lines(10)
    assert rest is not None
    assert (rest.upto, rest.points) == (3, 2)


def test_batches_without_lines_or_events_do_not_hold_a_cursor_back(path: Path) -> None:
    spool = Spooled(path)
    spool.taking_in.keep(kept_of(pack(usage(ts=None))))
    lines, events = spool.giving_out.lines(10), spool.giving_out.events(10)
    assert (lines and lines.upto, lines and lines.text) == (1, "")
    assert events is not None
    assert (events.upto, list(events.batches)) == (1, [])
    spool.giving_out.lines_written(1, None)
    spool.giving_out.events_published(1)
    assert spool.giving_out.lines(10) is None
    assert spool.giving_out.events(10) is None


def test_moving_a_cursor_twice_counts_once_and_never_back(path: Path) -> None:
    spool = Spooled(path)
    for seq in range(2):
        spool.taking_in.keep(kept_of(pack(usage(seq=seq))))
    for upto in (2, 2, 1):
        spool.giving_out.lines_written(upto, None)
    assert spool.giving_out.cursors()[1]["influxdb"] == 2
    assert spool.counts()["written"] == 2


def test_counts_are_per_vendor_day_and_reason(path: Path) -> None:
    spool = Spooled(path)
    spool.taking_in.keep(
        kept_of(
            pack(usage(), usage(ts=NOW - 1)),
            pack(usage(), topic="telemetry/v1/other/gw/home-1"),
            pack(session(), topic=VENUE),
        )
    )
    today = day_of(NOW)
    counted = {(row.vendor, row.day, row.what): row.total for row in spool.mirroring.changes(0, 1).counted}
    assert counted == {
        ("acme", today, "received"): 1,
        ("acme", today, "accepted"): 1,
        ("acme", today - 1, "received"): 2,
        ("acme", today - 1, "accepted"): 2,
        ("other", today, "received"): 1,
        ("other", today, "parked:unknown_device"): 1,
    }


def test_value_names_are_remembered(path: Path) -> None:
    Spooled(path).taking_in.keep(kept_of(pack(reading(values={"a": 1, "b": 2}))))
    assert Spooled(path).taking_in.names == {"acme": {"a", "b"}}


def test_a_nearly_full_disk_takes_nothing_and_recovers_by_itself(path: Path) -> None:
    free = [2_000]
    spool = Spooled(path, min_free_bytes=1_000, free_bytes=lambda _: free[0])
    spool.taking_in.keep(kept_of(pack(usage())))
    free[0] = 999
    with pytest.raises(Unavailable, match="1 bytes less"):
        spool.taking_in.keep(kept_of(pack(usage(seq=1))))
    assert spool.counts()["received"] == 1
    free[0] = 1_000
    spool.taking_in.keep(kept_of(pack(usage(seq=1))))
    assert spool.counts()["received"] == 2


def test_a_disk_that_fills_up_in_the_middle_keeps_nothing_of_the_batch(path: Path) -> None:
    spool = Spooled(path)
    spool.taking_in.keep(kept_of(pack(usage())))
    connection = spool.file.connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    large = kept_of(pack(*(usage(seq=seq) for seq in range(500))))
    with pytest.raises(Unavailable, match="full"):
        spool.taking_in.keep(large)
    assert spool.counts()["received"] == 1
    assert spool.giving_out.cursors()[0] == 1
    connection.execute("PRAGMA max_page_count = 1000000")
    assert spool.taking_in.keep(large) == 2
    assert spool.counts()["received"] == 501


def test_what_all_stores_have_and_only_that_can_be_journalled(path: Path) -> None:
    spool = Spooled(path)
    for seq in range(3):
        spool.taking_in.keep(kept_of(pack(usage(seq=seq))))
    assert spool.giving_out.drained(10**9) is None
    spool.giving_out.lines_written(3, None)
    spool.giving_out.events_published(2)
    spool.mirroring.mirrored(3, 0)
    spool.numbers.received(3)
    drained = spool.giving_out.drained(10**9)
    assert drained is not None
    assert (drained.upto, drained.day, drained.day_is_over) == (2, day_of(NOW), False)
    assert [n for n, _ in spool.giving_out.entries(2)] == [1, 2]
    spool.giving_out.journalled(2, Head(1, "abc"))
    assert (spool.giving_out.journal_head(), spool.giving_out.drained(10**9)) == (Head(1, "abc"), None)
    assert [n for n, _ in spool.giving_out.entries(9)] == [3]


def test_a_run_to_be_journalled_ends_with_its_day_and_at_its_size(path: Path) -> None:
    spool = Spooled(path)
    for received_ms in (NOW - 2, NOW - 1, NOW):
        spool.taking_in.keep(kept_of(pack(usage(seq=received_ms), received_ms=received_ms)))
    spool.giving_out.lines_written(3, None)
    spool.giving_out.events_published(3)
    spool.mirroring.mirrored(3, 0)
    spool.numbers.received(3)
    of_the_day, by_size = spool.giving_out.drained(10**9), spool.giving_out.drained(1)
    assert of_the_day is not None
    assert (of_the_day.upto, of_the_day.day_is_over) == (2, True)
    assert by_size is not None
    assert (by_size.upto, by_size.day_is_over) == (1, False)


def test_the_numbers_of_batches_go_on_after_all_have_left(path: Path) -> None:
    spool = Spooled(path)
    spool.taking_in.keep(kept_of(pack(usage())))
    spool.giving_out.journalled(1, Head(1, "x"))
    assert Spooled(path).taking_in.keep(kept_of(pack(usage(seq=1)))) == 2


def test_an_entry_has_the_bytes_the_receipt_time_and_every_reason(path: Path) -> None:
    spool = Spooled(path)
    message = pack(usage(), usage(device="new"), usage(ts=None))
    spool.taking_in.keep(kept_of(message))
    ((_, entries),) = spool.giving_out.entries(1)
    (entry,) = entries
    assert isinstance(entry, ReceivedEntry)
    assert (entry.topic, entry.payload, entry.received_ms) == message
    assert [(a.index, a.reason, a.field) for a in entry.aside] == [(1, "unknown_device", None), (2, "bad_record", "ts")]


def test_a_file_of_another_form_is_refused(path: Path) -> None:
    Spooled(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match="form 99"):
        Spooled(path)


def test_a_file_of_the_first_form_goes_on_where_its_journal_ends(path: Path) -> None:
    """That form knew no cursor ``received``, and after a clean stop all its batches are in the journal."""
    spool = Spooled(path)
    for _ in range(3):
        spool.taking_in.keep(kept_of(pack(heartbeat(seq=1))))
    with spool.file.writing() as connection:
        for table in ("batch", "entries", "numbered"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM cursor WHERE name = 'received'")
    spool.file.connection().execute("PRAGMA user_version = 1")
    again = Spooled(path)
    assert again.numbers.numbered() is None
    again.taking_in.keep(kept_of(pack(heartbeat(seq=2))))
    run = again.numbers.numbered()
    assert run is not None
    assert (run.upto, run.first_ms, len(run.numbered)) == (4, NOW, 1)
