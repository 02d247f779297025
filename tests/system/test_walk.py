"""The same stream sent twice, shuffled, and cut by ``kill -9`` of the worker: the same integers.

What is expected comes from the simulator's own brute-force reading of what it sent, which shares no code with us.
"""

import os
import random
import time
from pathlib import Path

import pytest

from deploy.demo.expecting import reported
from deploy.local.stack import Stack
from tests.system.city import yesterday
from tests.system.polling import until
from tests.system.simulating import Command, Json, SimulatedCity, answer

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
DAYS = 3
METRICS = ("H4", "V2")
AGAIN = ("--again-after", "3")


@pytest.mark.timeout(400)
def test_twice_shuffled_and_cut_by_kill_9_the_integers_are_the_same(own_stack: Stack, tmp_path: Path) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    city = planned(own_stack, tmp_path)
    with city.playing(*AGAIN, "--shuffle", "--repeat", "2") as disturbed:
        kills = kill_worker_during(disturbed, own_stack)
        answer(disturbed)
    assert kills >= 1

    city.register_late()
    expected = city.expected()
    sent = city.until_kept()
    for site, integers in expected["H4"]["sites"].items():
        assert reported(figure(city, "H4", f"site:{site}")) == integers, site
    for site, uses in expected["V2"]["sites"].items():
        assert figure(city, "V2", f"site:{site}")["numerator"] == uses
    before = {metric: figure(city, metric, "programme") for metric in METRICS}
    assert reported(before["H4"]) == expected["H4"]["total"]
    assert before["V2"]["numerator"] == expected["V2"]["total"]

    city.play(*AGAIN)  # once more, in order and undisturbed
    ledger = until(city.ledger, lambda found: bool(found["settled"]))
    assert min(row["repeated"] for row in ledger["rows"]) >= 0
    assert city.differences(sent) == []
    assert {metric: figure(city, metric, "programme") for metric in METRICS} == before


def planned(stack: Stack, folder: Path) -> SimulatedCity:
    """A few homes and venues, whose last day was yesterday."""
    days = ("--end", str(yesterday()), "--days", str(DAYS))
    size = ("--dwellings", "12", "--refusals", "0")
    return SimulatedCity(stack, folder, "plan", "--seed", str(SEED), *days, *size)


def kill_worker_during(command: Command, stack: Stack) -> int:
    """Kill the telemetry worker up to five times while a command is under way; how often it was killed."""
    chance = random.Random(SEED)
    kills = 0
    while kills < 5:
        cut_at = time.monotonic() + chance.uniform(0.1, 1.5)
        until(lambda: command.poll() is not None or time.monotonic() > cut_at, bool)  # noqa: B023 – asked at once
        if command.poll() is not None:
            break
        until(lambda: stack.pid("telemetry-worker"), bool)
        stack.kill("telemetry-worker")
        kills += 1
    return kills


def figure(city: SimulatedCity, metric: str, scope: str) -> Json:
    """A figure, without the moment at which it was asked."""
    found = city.figure(metric, scope)
    del found["as_of"]["at"]
    return found
