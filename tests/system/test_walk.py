"""The same stream sent twice, shuffled, and cut by ``kill -9`` of the worker: the same integers.

What is expected comes from the simulator's own brute-force reading of what it sent, which shares no code with us.
"""

import json
import os
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.checking import differences, read_sent
from deploy.demo.expecting import reported
from deploy.demo.registering import register, register_late
from deploy.local.stack import Stack
from tests.system.city import administrator, civil_today
from tests.system.polling import until
from tests.system.simulating import answer, simulate

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
DAYS = 3


@pytest.mark.timeout(400)
def test_twice_shuffled_and_cut_by_kill_9_the_integers_are_the_same(make_stack: Any, tmp_path: Path) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    chance = random.Random(SEED)
    stack: Stack = make_stack()
    stack.start()
    end = civil_today() - timedelta(days=1)
    answer(
        simulate(
            tmp_path,
            "plan",
            "--seed",
            str(SEED),
            "--end",
            str(end),
            "--days",
            str(DAYS),
            "--dwellings",
            "12",
            "--refusals",
            "0",
            "--out",
            "city.json",
        )
    )
    city = json.loads((tmp_path / "city.json").read_text(encoding="utf-8"))
    api = administrator(stack)
    passwords = register(api, stack.urls["registry"], city, lambda _: None)
    (tmp_path / "feeds.json").write_text(json.dumps(passwords))
    play = [
        *("play", "--city", "city.json", "--credentials", "feeds.json", "--again-after", "3"),
        *("--broker", f"mqtt://127.0.0.1:{stack.ports.mqtt}", "--sent", "sent.jsonl"),
    ]

    disturbed = simulate(tmp_path, *play, "--shuffle", "--repeat", "2")
    kills = 0
    while disturbed.poll() is None and kills < 5:
        cut_at = time.monotonic() + chance.uniform(0.1, 1.5)
        until(lambda: disturbed.poll() is not None or time.monotonic() > cut_at, bool)  # noqa: B023 – asked at once
        if disturbed.poll() is None:
            until(lambda: stack.pid("telemetry-worker"), bool)
            stack.kill("telemetry-worker")
            kills += 1
    answer(disturbed)
    assert kills >= 1
    register_late(api, stack.urls["registry"], city)
    expected = answer(simulate(tmp_path, "expect", "--city", "city.json", "--sent", "sent.jsonl"))

    sent = read_sent(tmp_path / "sent.jsonl")
    facts = stack.folders.data_of("adoption") / "adoption.db"
    until(lambda: differences(sent, stack.influx_url("adoption"), facts), lambda found: found == [], within_s=90)
    window = {"from": city["from"], "to": city["to"]}

    def figure(metric: str, scope: str) -> dict[str, Any]:
        found: dict[str, Any] = api.get(f"{stack.urls['adoption']}/v1/figures/{metric}", scope=scope, **window)
        del found["as_of"]["at"]  # when it was asked
        return found

    for site, integers in expected["H4"]["sites"].items():
        assert reported(figure("H4", f"site:{site}")) == integers, site
    for site, uses in expected["V2"]["sites"].items():
        assert figure("V2", f"site:{site}")["numerator"] == uses
    before = {metric: figure(metric, "programme") for metric in ("H4", "V2")}
    assert reported(before["H4"]) == expected["H4"]["total"]
    assert before["V2"]["numerator"] == expected["V2"]["total"]

    answer(simulate(tmp_path, *play))  # once more, in order and undisturbed
    ledger = until(
        lambda: api.get(f"{stack.urls['telemetry']}/v1/ledger", **window), lambda found: bool(found["settled"]), 60
    )
    assert min(row["repeated"] for row in ledger["rows"]) >= 0
    assert differences(sent, stack.influx_url("adoption"), facts) == []
    assert {metric: figure(metric, "programme") for metric in ("H4", "V2")} == before
