"""The change log: in order under many writers, append-only, hash-chained."""

import hashlib
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import rfc8785

from tests.integration.change_log import drop_trigger, not_refused, opened
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    VENDOR,
    RegistryUnderTest,
    home,
    pilot,
    reason,
    registry,
    venue,
)

WRITERS = 16


@pytest.fixture
def city(databases: Databases) -> RegistryUnderTest:
    return registry(databases)


def verified(url: str) -> tuple[int, str]:
    """What ``python -m services.registry.verify`` says: its exit status and its line."""
    done = subprocess.run(
        [sys.executable, "-m", "services.registry.verify"],
        env={"DATABASE_URL": url, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_sixteen_writers_at_once_leave_every_change_once_in_order_and_chained(city: RegistryUnderTest) -> None:
    callers = [city.caller("administrator") for _ in range(WRITERS)]
    city.admin.made("/v1/pilots", pilot("shared"))
    barrier = threading.Barrier(WRITERS)

    def write(number: int) -> list[int]:
        barrier.wait()
        return [
            callers[number]
            .post(
                "/v1/phases", [{"pilot": "shared", "number": number * 10 + each + 1, "name": "期"} for each in range(3)]
            )
            .status_code,
            callers[number].post("/v1/venues", [venue("contested") | {"name": f"馆{number}"}]).status_code,
            callers[number].post("/v1/pilots", [pilot(f"own-{number}")]).status_code,
        ]

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(write, range(WRITERS)))

    assert [answer[0] for answer in answers] == [201] * WRITERS
    assert sorted(answer[1] for answer in answers) == [201] + [409] * (WRITERS - 1)  # one of them came first
    assert [answer[2] for answer in answers] == [201] * WRITERS
    log = city.admin.changes()
    assert [change["sequence"] for change in log] == list(range(1, len(log) + 1))
    entities = [change["entity"] for change in log]
    assert (entities.count("phase"), entities.count("venue"), entities.count("pilot")) == (48, 1, 17)
    assert verified(city.url)[0] == 0


def test_the_chain_is_what_its_page_says(city: RegistryUnderTest) -> None:
    """Recomputed from the feed alone, with nothing of ours."""
    city.admin.made("/v1/organisations", VENDOR)
    home(city.admin, "garden", dwellings=3)
    city.admin.patch("/v1/dwellings/garden/home-00000", {"handed_over_on": "2026-06-01"})

    previous = "0" * 64
    for change in city.admin.changes():
        row = {name: value for name, value in change.items() if name not in ("previous_hash", "hash")}
        assert change["previous_hash"] == previous
        previous = hashlib.sha256(previous.encode() + rfc8785.dumps(row)).hexdigest()
        assert change["hash"] == previous


def test_the_database_refuses_to_change_what_is_in_the_log(city: RegistryUnderTest) -> None:
    city.admin.made("/v1/pilots", pilot("garden"))
    before = city.admin.changes()
    assert not_refused(city.url) == []
    assert city.admin.changes() == before


def test_verify_names_the_first_row_that_was_changed_behind_the_triggers_back(city: RegistryUnderTest) -> None:
    home(city.admin, "garden")
    assert verified(city.url)[0] == 0
    with opened(city.url) as connection:
        drop_trigger(connection, "change_is_never_updated")
        connection.exec_driver_sql("UPDATE change SET actor = 'somebody else' WHERE sequence >= 3")
    status, said = verified(city.url)
    assert status == 1
    assert "change 3: is not what was hashed" in said


def test_verify_names_the_first_row_that_was_taken_out(city: RegistryUnderTest) -> None:
    home(city.admin, "garden")
    with opened(city.url) as connection:
        drop_trigger(connection, "change_is_never_deleted")
        connection.exec_driver_sql("DELETE FROM change WHERE sequence = 2")
    status, said = verified(city.url)
    assert status == 1
    assert "change 2: is missing" in said


def test_a_page_of_changes_holds_as_many_as_asked_for(city: RegistryUnderTest) -> None:
    home(city.admin, "garden", dwellings=5)
    page: Any = city.admin.get("/v1/changes?after=3&limit=2").json
    assert ([change["sequence"] for change in page["changes"]], page["head"]) == ([4, 5], 13)


@pytest.mark.parametrize("query", ["limit=10001", "after=-1", "wait=31", "wait=nan", "since=3"])
def test_a_query_that_means_nothing_is_refused(city: RegistryUnderTest, query: str) -> None:
    assert reason(city.admin.get(f"/v1/changes?{query}")) == "invalid_request"


def test_the_feed_says_the_same_as_the_entities(city: RegistryUnderTest) -> None:
    """Folding the log gives what the collections answer."""
    home(city.admin, "garden", dwellings=2)
    city.admin.patch("/v1/slots/garden/home-00001/lamp", {"installed_on": "2026-05-01"})
    folded = {(change["entity"], change["id"]): change["after"] for change in city.admin.changes()}
    for path, entity in (("pilots", "pilot"), ("phases", "phase"), ("dwellings", "dwelling"), ("slots", "slot")):
        listed = city.admin.get(f"/v1/{path}").json
        assert listed == [after for (name, _), after in sorted(folded.items()) if name == entity]
        assert json.dumps(listed)
