"""The head of the change log goes to the process's log, and what the log told must stand in the chain ever after."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from services.registry.heads import Heads
from tests.integration.change_log import change_something, drop_trigger, opened
from tests.integration.databases import Databases
from tests.integration.registry_process import registry_process
from tests.system.polling import until

TOLD = "head of the change log"
FIRST = "0" * 64


def heads(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if TOLD in line]


def line(sequence: int, hash_: str) -> str:
    return json.dumps({"message": TOLD, "sequence": sequence, "hash": hash_, "at": "2026-11-29T00:00:00.000Z"}) + "\n"


def verified(url: str, log: str) -> tuple[int, str]:
    """What ``verify`` says of a database against a log on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "services.registry.verify", "--against", "-"],
        env={"DATABASE_URL": url, "PATH": ""},
        input=log,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.migrated()


@pytest.fixture
def told(url: str) -> list[str]:
    """A log of four changes, and the line that told each of its heads."""
    database = SqlDatabase(url, now_ms)
    lines = []
    for _ in range(4):
        with database.writing("k-1") as store:
            change_something(store)
        with database.reading() as reading:
            lines.append(line(*reading.head()))
    database.close()
    return lines


def test_a_process_tells_the_head_when_it_starts_and_when_it_ends(
    databases: Databases, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = databases.empty()
    said = ""

    def heard() -> list[dict[str, Any]]:
        nonlocal said
        said += capfd.readouterr().err
        return heads(said)

    with registry_process(url, tmp_path) as process:
        until(heard, bool, within_s=20)
        admin = process.session("admin")
        row = {"name": "somebody", "role": "auditor", "districts": [], "vendors": []}
        assert admin.post(f"{process.url}/v1/keys", json=row, timeout=30).status_code == 201
    found = heard()
    assert [(each["when"], each["sequence"]) for each in found] == [("start", 3), ("end", 4)]
    assert process.gunicorn.returncode == 0
    status, answer = verified(url, said)
    assert (status, found[-1]["hash"] in answer, "2 told heads" in answer) == (0, True, True)


def test_the_head_is_told_again_and_again_though_nothing_changes(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    teller = Heads(SqlDatabase(url, now_ms), lambda: 0, every_s=0.01)
    teller.begin()
    until(lambda: len(caplog.records), lambda count: count >= 5, within_s=10)
    teller.end()
    told: list[Any] = list(caplog.records)
    assert {(each.message, each.sequence, each.hash, each.at) for each in told} == {
        (TOLD, 0, FIRST, "1970-01-01T00:00:00.000Z")
    }
    assert [told[0].when, told[1].when, told[-1].when] == ["start", "hour", "end"]


def test_a_head_that_cannot_be_read_is_said_and_asked_for_again(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    teller = Heads(SqlDatabase(databases.empty(), now_ms), lambda: 0)
    teller.begin()
    until(lambda: len(caplog.records), bool, within_s=10)
    teller.end()
    assert {record.message for record in caplog.records} == {"the head of the change log is not known"}


def test_every_told_head_is_found_between_the_other_lines_of_a_log(url: str, told: list[str]) -> None:
    log = [
        "not json\n",
        '{"message": "other"}\n',
        "Nov 29 00:00:00 host registry[7]: " + told[1],
        line(0, FIRST),
        told[3],
    ]
    assert verified(url, "".join(log))[0] == 0


def test_a_tail_that_was_cut_off_is_seen(url: str, told: list[str]) -> None:
    with opened(url) as connection:
        drop_trigger(connection, "change_is_never_deleted")
        connection.exec_driver_sql("DELETE FROM change WHERE sequence > 2")
    status, said = verified(url, "".join(told))
    assert status == 1
    assert "line 3, told at 2026-11-29T00:00:00.000Z: change 3" in said
    assert "the log ends at 2" in said


def test_a_log_that_was_written_anew_is_seen(databases: Databases, told: list[str]) -> None:
    another = databases.migrated()
    database = SqlDatabase(another, now_ms)
    with database.writing("k-2") as store:
        for _ in range(4):
            change_something(store)
    database.close()
    status, said = verified(another, "".join(told[1:]))
    assert (status, "line 1" in said, "another row stands there" in said) == (1, True, True)


@pytest.mark.parametrize("log", ["", "nothing of a head\n", '{"message": "head of the change log"}\n', f"{TOLD} {{"])
def test_a_log_that_tells_no_head_proves_nothing(url: str, log: str) -> None:
    assert verified(url, log)[0] == 2
