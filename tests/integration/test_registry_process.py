"""The registry as it runs, followed by the client that our services use, and written to by many at once."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.registry.chain import verify
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy
from tests.integration.databases import Databases
from tests.integration.registry_process import RegistryProcess, registry_process
from tests.integration.registry_under_test import pilot
from tests.system.polling import until

WRITERS = 16
ROUNDS = 5
ALIKE = "2026-05-01"


@pytest.fixture
def process(databases: Databases, tmp_path: Path) -> Iterator[RegistryProcess]:
    with registry_process(databases.empty(), tmp_path) as made:
        yield made


@pytest.fixture
def follower(process: RegistryProcess) -> RegistryClient:
    return RegistryClient(process.url, process.folder / "telemetry.json")


def waiting_reader(process: RegistryProcess) -> HTTPConnection:
    """Somebody who has asked for what comes after the bootstrap's three keys."""
    reader = HTTPConnection(urlsplit(process.url).netloc, timeout=30)
    authorization = str(process.session("telemetry").headers["Authorization"])
    reader.request("GET", "/v1/changes?after=3&wait=30", headers={"Authorization": authorization})
    return reader


def test_a_service_follows_the_feed_into_its_own_copy(follower: RegistryClient, tmp_path: Path) -> None:
    page = follower.changes(after=0, wait_s=0)
    assert ([change.entity for change in page.changes], page.head) == (["key"] * 3, 3)
    copy = RegistryCopy(tmp_path / "copy.db")
    copy.apply(page.changes)
    assert copy.sequence() == 3


def test_sixteen_waiting_readers_do_not_stop_the_registry(process: RegistryProcess) -> None:
    waiting = [waiting_reader(process) for _ in range(16)]
    until(process.answers, bool, within_s=10)
    for reader in waiting:
        reader.close()


def test_the_process_ends_at_once_though_a_reader_waits(process: RegistryProcess) -> None:
    waiting = waiting_reader(process)
    assert process.answers()  # what came later is answered, so the first one waits

    began = time.monotonic()
    process.gunicorn.terminate()
    answer = waiting.getresponse()

    assert (answer.status, json.loads(answer.read())) == (200, {"changes": [], "head": 3})
    assert process.gunicorn.wait(15) == 0
    assert time.monotonic() - began < 5


def test_sixteen_writers_on_one_pilot_leave_what_was_accepted_once_and_in_order(
    process: RegistryProcess, follower: RegistryClient
) -> None:
    """Each writes what only it writes, what all write alike, and what only one of them can have."""
    admin = process.session("admin")
    admin.post(f"{process.url}/v1/pilots", json=[pilot("shared")], timeout=30).raise_for_status()
    phase = {"pilot": "shared", "number": 1, "name": "一期"}
    admin.post(f"{process.url}/v1/phases", json=[phase], timeout=30).raise_for_status()
    writers = [process.session("admin") for _ in range(WRITERS)]
    barrier = Barrier(WRITERS)

    def write(writer: int) -> list[tuple[str, str, int]]:
        """What was asked for, as (id, content, status), in the order it was answered."""
        told = []
        barrier.wait(30)
        for turn in range(ROUNDS):
            mine = f"2026-06-{writer + 1:02}"
            for ref, day in (
                (f"alike-{turn:02}", ALIKE),
                (f"contested-{turn:02}", mine),
                (f"own-{writer:02}-{turn:02}", mine),
            ):
                row = {"pilot": "shared", "phase": 1, "dwelling_ref": ref, "handed_over_on": day}
                answer = writers[writer].post(f"{process.url}/v1/dwellings", json=[row], timeout=60)
                told.append((f"shared/{ref}", day, answer.status_code))
        return told

    with ThreadPoolExecutor(WRITERS) as pool:
        told = list(pool.map(write, range(WRITERS)))

    changes = follower.changes(after=0, wait_s=0).changes
    assert verify(changes).sequence == 5 + ROUNDS * (WRITERS + 2)
    logged: list[tuple[str, Any]] = [(each.id, (each.after or {})["handed_over_on"]) for each in changes[5:]]
    accepted = [(id_, day) for answers in told for id_, day, status in answers if status == 201]
    assert set(logged) == set(accepted)
    assert max(Counter(id_ for id_, _ in logged).values()) == 1
    assert Counter(status for answers in told for *_, status in answers) == {
        201: ROUNDS * (2 * WRITERS + 1),  # the same again is accepted, and is no change
        409: ROUNDS * (WRITERS - 1),
    }
    for answers in told:  # what one writer was told came first, is before what it was told next
        places = [logged.index((id_, day)) for id_, day, _ in answers if day != ALIKE and (id_, day) in logged]
        assert places == sorted(places)
