import sqlite3
import threading
from datetime import date
from pathlib import Path

import msgspec
import pytest

from shared.contracts.registry import Binding, Change, Changes, Device
from shared.failures import Unavailable
from shared.runtime import delivery, settings
from shared.runtime.clock import ReceiptClock
from shared.runtime.delivery import Stopping, until_done
from shared.runtime.registry_copy import Diverged, RegistryCopy
from shared.runtime.sqlite import connect, transaction

SECOND_NS = 1_000_000_000


class Clocks:
    def __init__(self) -> None:
        self.wall_ns = 1_700_000_000 * SECOND_NS
        self.monotonic_ns = 5 * SECOND_NS


def test_receipt_time_follows_monotonic_time_and_ignores_small_steps_of_the_wall_clock() -> None:
    clocks = Clocks()
    clock = ReceiptClock(lambda: clocks.wall_ns, lambda: clocks.monotonic_ns)
    clocks.monotonic_ns += 10 * SECOND_NS
    clocks.wall_ns += 50 * SECOND_NS
    assert clock.now_ms() == 1_700_000_010_000


@pytest.mark.parametrize("step_s", [-120, 120])
def test_receipt_is_unavailable_while_the_wall_clock_is_more_than_a_minute_off(step_s: int) -> None:
    clocks = Clocks()
    clock = ReceiptClock(lambda: clocks.wall_ns, lambda: clocks.monotonic_ns)
    clocks.wall_ns += step_s * SECOND_NS
    with pytest.raises(Unavailable):
        clock.now_ms()
    clocks.wall_ns -= step_s * SECOND_NS
    assert clock.now_ms() == 1_700_000_000_000


def test_every_missing_or_malformed_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BATCH", "many")
    monkeypatch.delenv("MQTT_URL", raising=False)
    with pytest.raises(SystemExit) as end, settings.reading() as env:
        env.int("BATCH")
        env.str("MQTT_URL")
    assert end.value.code == 78
    said = capsys.readouterr().err
    assert "BATCH" in said
    assert "MQTT_URL" in said


def test_unavailable_is_waited_out_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.001)
    answers = [Unavailable("influxdb"), Unavailable("influxdb"), None]
    seen: list[str] = []

    def action() -> str:
        answer = answers.pop(0)
        if answer:
            raise answer
        return "done"

    assert until_done(action, threading.Event(), lambda failure: seen.append(failure.part)) == "done"
    assert seen == ["influxdb", "influxdb"]


def test_waiting_ends_when_the_process_is_asked_to_stop() -> None:
    stop = threading.Event()
    stop.set()

    def away() -> None:
        raise Unavailable("rabbitmq")

    with pytest.raises(Stopping):
        until_done(away, stop)


def test_a_defect_is_not_waited_out() -> None:
    def defect() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        until_done(defect, threading.Event())


def change(sequence: int, entity: str, key: str, after: dict[str, object] | None, log: str = "") -> Change:
    before, own = f"{log}{sequence - 1}", f"{log}{sequence}"
    return Change(sequence, "2026-01-01T00:00:00.000Z", "k", entity, key, 1, None, after, before, own)


class Feed:
    """A registry's change feed with a log that a test may replace."""

    def __init__(self) -> None:
        self.log: list[Change] = []

    def changes(self, after: int, wait_s: int, limit: int = 5_000) -> Changes:
        return Changes(self.log[after:], len(self.log))


def test_a_copy_of_the_registry_holds_the_last_state_however_often_changes_are_applied(tmp_path: Path) -> None:
    copy = RegistryCopy(tmp_path / "registry.db")
    changes = [
        change(1, "device", "acme/a", {"vendor": "acme", "device": "a", "category": "LIGHTING"}),
        change(2, "device", "acme/b", {"vendor": "acme", "device": "b"}),
        change(3, "binding", "acme/a/2026-01-02", {"vendor": "acme", "device": "a", "valid_from": "2026-01-02"}),
        change(4, "device", "acme/b", None),
    ]
    copy.apply(changes[:2])
    copy.apply(changes)
    reopened = RegistryCopy(tmp_path / "registry.db", read_only=True)
    assert reopened.sequence() == 4
    assert list(reopened.all(Device)) == [("acme/a", Device("acme", "a", "LIGHTING"))]
    assert list(reopened.all(Binding)) == [("acme/a/2026-01-02", Binding("acme", "a", date(2026, 1, 2)))]


def devices(*names: str, log: str) -> list[Change]:
    rows = enumerate(names, start=1)
    return [change(n, "device", f"acme/{name}", {"vendor": "acme", "device": name}, log) for n, name in rows]


@pytest.mark.parametrize("restored", [devices("a", log="new"), devices("a", "x", "y", log="new")])
def test_a_copy_of_a_log_that_was_replaced_is_forgotten_and_followed_anew(
    tmp_path: Path, restored: list[Change]
) -> None:
    feed, stop = Feed(), threading.Event()
    copy = RegistryCopy(tmp_path / "registry.db")
    feed.log = devices("a", "b", log="old")
    copy.follow(feed, stop, lambda _: stop.set())  # type: ignore[arg-type]
    assert copy.sequence() == 2
    stop.clear()
    feed.log = restored
    with pytest.raises(Diverged):
        copy.follow(feed, stop, lambda _: None)  # type: ignore[arg-type]
    copy.follow(feed, stop, lambda _: stop.set())  # type: ignore[arg-type]
    assert [key for key, _ in copy.all(Device)] == [row.id for row in restored]


def test_an_entity_that_only_a_newer_registry_knows_stops_nobody(tmp_path: Path) -> None:
    page = b'{"changes": [{"sequence": 1, "time": "t", "actor": "a", "entity": "tenancy", "id": "x", "version": 1,'
    page += b' "before": null, "after": {}, "previous_hash": "", "hash": "h"}], "head": 1}'
    copy = RegistryCopy(tmp_path / "registry.db")
    copy.apply(msgspec.json.decode(page, type=Changes).changes)
    assert copy.sequence() == 1


def test_a_copy_waits_while_its_disk_is_away_and_goes_on_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.01)
    feed, stop = Feed(), threading.Event()
    copy = RegistryCopy(tmp_path / "registry.db")
    feed.log = devices("a", log="")
    real, failures = copy.apply, [Unavailable("database", "disk full"), Unavailable("database", "disk full")]

    def failing(changes: list[Change]) -> None:
        if failures:
            raise failures.pop()
        real(changes)

    monkeypatch.setattr(copy, "apply", failing)
    copy.follow(feed, stop, lambda _: stop.set())  # type: ignore[arg-type]
    assert copy.sequence() == 1


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    connection = connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE t (n INTEGER)")

    def half() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_wrong_statement_is_a_defect_and_a_full_disk_is_not(tmp_path: Path) -> None:
    connection = connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE t (n BLOB)")
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(sqlite3.OperationalError), transaction(connection):
        connection.execute("INSERT INTO no_such_table VALUES (1)")
    with pytest.raises(Unavailable), transaction(connection):
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        connect(tmp_path / "no" / "such" / "folder.db")
