"""The mirror in telemetry's database, and the ledger over it: exact, and silent where it cannot be."""

from pathlib import Path

import pytest
from sqlalchemy import text

from services.telemetry import ledger as module
from services.telemetry.adapters import sql_ledger
from services.telemetry.adapters.sql_ledger import SqlLedger, connect
from services.telemetry.ledger import Ledger, ledger
from services.telemetry.mirroring import Mirroring
from shared.failures import Rejected, Unavailable
from tests.unit.telemetry.mirrored import TODAY, World
from tests.unit.telemetry.world import NOW, AMessage, Spooled, heartbeat, kept_of, pack, usage


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_every_record_is_stored_set_aside_waiting_or_repeated(world: World) -> None:
    world.receive(pack(usage(seq=1), usage(seq=2), usage(ts=None), usage(device="new")), pack(usage(seq=1)))
    world.write()
    world.mirror()
    found = world.ledger()
    (row,) = found.rows
    assert found.settled
    assert (row.vendor, row.day, row.received, row.stored, row.waiting, row.repeated) == ("acme", TODAY, 5, 2, 0, 1)
    assert row.set_aside == {"bad_record": 1, "unknown_device": 1}


def test_what_is_not_written_yet_waits_and_nothing_is_said_of_repeats(world: World) -> None:
    world.receive(pack(usage(seq=1), usage(seq=2)))
    world.mirror()
    found = world.ledger()
    assert not found.settled
    assert [(row.waiting, row.repeated) for row in found.rows] == [(2, None)]


def test_a_record_written_while_influxdb_counts_makes_no_negative_number(world: World) -> None:
    world.receive(pack(usage(seq=1)))
    world.write()
    world.mirror()

    def arrive() -> None:
        world.receive(pack(usage(seq=2)))
        world.write()

    found = world.ledger(during=arrive)
    assert not found.settled
    assert [row.repeated for row in found.rows] == [None]


def test_quiet_rows_are_settled_while_another_day_is_busy(world: World) -> None:
    world.receive(pack(usage(ts=NOW - 1)))
    world.write()
    world.receive(pack(usage()))
    world.mirror()
    found = world.ledger()
    assert not found.settled
    assert [(row.day, row.waiting, row.repeated) for row in found.rows] == [(TODAY - 1, 0, 0), (TODAY, 1, None)]


def test_more_points_than_records_is_a_negative_number_and_an_alarm(world: World) -> None:
    world.receive(pack(usage()))
    world.write()
    world.stored["acme", TODAY] += 3
    world.mirror()
    assert [row.repeated for row in world.ledger().rows] == [-3]


def test_a_worker_that_copies_no_more_settles_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECOND_COPY_S", 0.1)
    world.receive(pack(usage()))
    world.write()
    world.mirror()
    still = ledger(world.pages, lambda _from, _to: world.stored, TODAY, TODAY + 1, None, NOW)
    silent = ledger(world.pages, lambda _from, _to: world.stored, TODAY, TODAY + 1, None, NOW + 3_600_000)
    assert [(f.settled, f.rows[0].received, f.rows[0].repeated) for f in (still, silent)] == [(False, 1, None)] * 2


def test_before_the_first_worker_there_is_an_empty_ledger(world: World) -> None:
    assert ledger(world.pages, lambda _from, _to: {}, TODAY, TODAY + 1, None, NOW) == Ledger(False, [])


def test_a_vendor_sees_its_own_rows(world: World) -> None:
    world.receive(pack(usage()), pack(usage(), topic="telemetry/v1/other/gw/home-1"))
    world.write()
    world.mirror()
    assert [row.vendor for row in world.ledger(vendors=["other"]).rows] == ["other"]
    assert [row.vendor for row in world.ledger().rows] == ["acme", "other"]


def test_rejected_records_are_shown_with_their_bytes_page_by_page(world: World) -> None:
    world.receive(pack(usage(ts=None), usage(seq=-1)), AMessage("telemetry/v1/acme/gw/home-1", b"\xff"))
    world.mirror()
    first = world.pages.rejected(["acme"], "", 2)
    rest = world.pages.rejected(["acme"], first.next or "", 2)
    assert [(row["id"], row["reason"], row["record_index"]) for row in (*first.rows, *rest.rows)] == [
        ("w1/1/0", "bad_record", 0),
        ("w1/1/1", "bad_record", 1),
        ("w1/1/2", "not_json", None),
    ]
    assert (rest.rows[0]["raw"], rest.next) == (b"\xff", None)
    assert world.pages.rejected(["other"], "", 9).rows == []
    for wrong in ("x", "w1/1", "w1/1/x", "w1/1/2/3"):
        with pytest.raises(Rejected, match="invalid_request: after"):
            world.pages.rejected(None, wrong, 9)


def test_beyond_the_days_most_only_the_count_grows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_ledger, "MOST_REJECTED_A_DAY", 3)
    for _ in range(3):
        world.receive(pack(usage(ts=None), usage(ts=None)))
        world.mirror()
    (row,) = world.ledger().rows
    assert len(world.pages.rejected(None, "", 99).rows) == 3
    assert row.set_aside == {"bad_record": 6}


def test_parked_rows_are_shown_until_they_wait_no_longer(world: World) -> None:
    world.receive(pack(heartbeat(device="new"), heartbeat(device="new", seq=1), heartbeat(device="other")))
    world.mirror()
    assert [(row["device"], row["records"]) for row in world.pages.parked(None, "", 9).rows] == [
        ("new", 2),
        ("other", 1),
    ]
    world.home.device_arrives("new")
    world.mirror()
    assert [row["device"] for row in world.pages.parked(None, "", 9).rows] == ["other"]
    assert [row.id for row in world.spool.mirroring.changes(0, 1).parked] == [2]  # the spool has forgotten it


def test_copying_again_changes_nothing(world: World) -> None:
    world.receive(pack(usage(ts=None), usage(), usage(device="new")))
    world.write()
    world.mirror()
    before = world.ledger()
    connection = world.spool.file.connection()
    connection.execute("UPDATE cursor SET n = 0 WHERE name = 'database'")  # a crash before the cursor moved
    world.restart()
    world.mirror()
    assert world.ledger() == before
    assert len(world.pages.rejected(None, "", 9).rows) == 1
    assert len(world.pages.parked(None, "", 9).rows) == 1


def test_an_empty_database_gets_every_total_again(world: World) -> None:
    world.receive(pack(usage(), usage(device="new")))
    world.write()
    world.mirror()
    before = world.ledger()
    with world.engine.begin() as connection:
        for table in ("worker", "counted", "parked"):
            connection.execute(text(f"DELETE FROM {table}"))
    world.restart()
    world.mirror()
    assert world.ledger() == before
    assert len(world.pages.parked(None, "", 9).rows) == 1


def test_a_database_that_is_away_is_unavailable_and_moves_no_cursor(tmp_path: Path) -> None:
    spool = Spooled(tmp_path / "spool.db")
    spool.taking_in.keep(kept_of(pack(usage())))
    mirroring = Mirroring(spool.mirroring, SqlLedger(connect(f"sqlite:///{tmp_path}/no/such/folder.db"), "w1"))
    with pytest.raises(Unavailable, match="database"):
        mirroring.step(NOW)
    assert spool.giving_out.cursors()[1]["database"] == 0


def test_the_status_tells_how_far_each_store_is(world: World) -> None:
    world.receive(pack(usage()))
    world.mirror()
    (worker,) = world.pages.workers()
    assert (worker.worker, worker.head, dict(worker.cursors)) == (
        "w1",
        1,
        {"influxdb": 0, "rabbitmq": 0, "database": 1},
    )
