"""Two paths to one figure under live traffic: no difference; one fact altered is named, and mended from the journal."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.system import recorded_home
from tests.system.city import yesterday
from tests.system.polling import until
from tests.system.simulating import ROOT, SimulatedCity, answer


def adoption(stack: Stack, *arguments: str) -> tuple[int, str]:
    """A command of adoption's with its worker's settings: its status, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "services.adoption", *arguments],
        env=os.environ | stack.settings_of("adoption-worker"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(400)
def test_an_altered_fact_is_named_and_mended_while_traffic_goes_on(own_stack: Stack, tmp_path: Path) -> None:
    last_day = yesterday()
    recording = ("--file", str(recorded_home.FILE), "--as", "home", "--end", str(last_day))
    city = SimulatedCity(own_stack, tmp_path, "replay", *recording)
    days = ("--from", str(last_day - timedelta(days=14)), "--to", str(last_day + timedelta(days=1)))
    city.play()

    with city.playing("--repeat", "5") as again:
        status, said = adoption(own_stack, "reconcile", *days)
        assert status == 0, said
        answer(again)

    with closing(sqlite3.connect(city.facts, timeout=30)) as connection, connection:
        device, day, local = connection.execute(
            "SELECT d.id, s.day, s.local FROM strip s JOIN device d ON d.id = s.device"
            " WHERE d.device = 'kitchen.fridge' AND s.local <> x'' ORDER BY s.day LIMIT 1"
        ).fetchone()
        more = local.replace(b"\0", b"\1", 1)  # a minute more: what is sent again cannot take it away
        connection.execute("UPDATE strip SET local = ? WHERE device = ? AND day = ?", (more, device, day))
    civil = date_of(day)

    status, said = adoption(own_stack, "reconcile", *days)
    assert status == 1, said
    named = [line for line in said.splitlines() if "kitchen.fridge" in line]
    assert named
    assert all("replay-home" in line and civil in line and "local" in line for line in named), said
    assert not [line for line in said.splitlines() if "bathroom." in line]

    with city.playing("--repeat", "5") as again:
        status, said = adoption(own_stack, "rebuild", *days)
        assert status == 0, said
        assert "kitchen.fridge" in said
        answer(again)
    status, said = until(lambda: adoption(own_stack, "reconcile", *days), lambda found: found[0] != 2, within_s=60)
    assert status == 0, said


def date_of(number: int) -> str:
    """The calendar date of a day number of the facts."""
    return date.fromordinal(number + date(1970, 1, 1).toordinal()).isoformat()
