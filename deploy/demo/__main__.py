"""`make demo`: the walk, end to end, on real servers.

Plan a city from a seed and an end date, start the stack, register the city, play its days through MQTT, register the
devices nobody had registered, wait until everything has drained, check that the simulator's own record, InfluxDB, the
facts, the ledger and every figure agree; approve the outages that were drafted, check the figures and the ledger again,
and print these. Exits 1 where anything differs; leaves nothing running unless ``KEEP=1``.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo import report
from deploy.demo.api import Api
from deploy.demo.balancing import Account, account, ledger_differences
from deploy.demo.checking import differences, outage_differences, read_sent
from deploy.demo.disturbances import days_of, effects
from deploy.demo.document import gather, write
from deploy.demo.expecting import expected_figures, figure_differences, parameter_differences, parameters
from deploy.demo.reading import Reader
from deploy.demo.registering import another_person, register, register_late, verify
from deploy.local import ports
from deploy.local.failures import StackFailed
from deploy.local.stack import Stack

DAYS = 14
SETTLE_S = 120
STEPS = 8


def main() -> int:
    """Run the demo; the exit status."""
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "7")))
    arguments.add_argument("--end", type=date.fromisoformat, default=os.environ.get("END") or yesterday())
    arguments.add_argument("--var", type=Path, default=Path("var/demo"))
    chosen = arguments.parse_args()
    keep = os.environ.get("KEEP") == "1"
    chosen_ports = ports.from_environment(os.environ)
    stack = Stack(chosen.var.resolve(), chosen_ports, say=lambda line: say(f"      {line}"), trial=True)
    stack.stop()
    shutil.rmtree(chosen.var, ignore_errors=True)
    try:
        return Demo(stack, chosen.var, chosen.seed, chosen.end).run()
    except StackFailed as failure:
        say(str(failure))
        return 1
    finally:
        if keep:
            say(f"\n环境保持运行 / left running: {stack.urls}\n  停止 / stop: make down PILOTLIGHT_VAR={chosen.var}")
        else:
            stack.stop()


class Demo:
    """One run; every step says what it does and how far it is."""

    def __init__(self, stack: Stack, var: Path, seed: int, end: date) -> None:
        self.stack = stack
        self.var = var
        self.seed = seed
        self.window = {"from": str(end - timedelta(days=DAYS - 1)), "to": str(end + timedelta(days=1))}
        self.end = end
        self._began = time.monotonic()
        self._step = 0

    def run(self) -> int:
        """The walk; 0 if everything agrees."""
        self.say(f"规划城市 / planning a city: SEED={self.seed} END={self.end}")
        size = ("--days", str(DAYS), "--pilots", "5", "--venues", "6", "--dwellings", "230")
        when = ("--end", str(self.end), "--heartbeat-minutes", "60")
        self._simulate("plan", "--seed", str(self.seed), *when, *size, "--out", "city.json")
        city = json.loads((self.var / "city.json").read_text(encoding="utf-8"))
        self.say("启动真实服务 / starting the real servers and our services")
        self.stack.start()
        urls = self.stack.urls
        admin = json.loads((self.stack.credentials / "admin.json").read_text())
        api = Api(urls["registry"], admin["key"], admin["secret"])
        self.say("登记 / registering")
        passwords = register(api, urls["registry"], city, lambda line: say(f"      {line}"))
        other = another_person(api, urls["registry"], "复核人 / reviewer", "programme_manager")
        verify(other, urls["registry"], city)
        (self.var / "feeds.json").touch(mode=0o600)
        (self.var / "feeds.json").write_text(json.dumps(passwords))
        self.say(f"经 MQTT 播放 {DAYS} 天 / playing {DAYS} days through MQTT")
        files = ("--city", "city.json", "--credentials", "feeds.json", "--sent", "sent.jsonl")
        address = f"mqtt://127.0.0.1:{self.stack.ports.mqtt}"
        health = self.stack.folders.data_of("telemetry-worker") / "health.json"
        clock = ("--trial-clock", str(self.stack.trial_clock), "--drained", str(health))
        played = json.loads(self._simulate("play", *files, "--broker", address, "--bad", *clock))
        self.say("补登记迟到的设备 / registering the devices that began to send before they were registered")
        register_late(api, urls["registry"], city)
        self.say("等待排空并核对 / waiting until all has drained, and checking")
        reader = Reader(api, urls, city, self.window)
        expected = self._expected(reader, [])
        sent = read_sent(self.var / "sent.jsonl")
        owed = account(expected, sent.dropped, played)
        facts = self.stack.folders.data_of("adoption") / "adoption.db"
        stores = (self.stack.influx_url("adoption"), facts)
        found = self._settled(
            lambda: [*differences(sent, *stores), *reported_differences(reader.reported(), owed, expected)]
        )
        self.say("认定中断，再次核对 / approving the outages, and checking again")
        disturbed, approved = effects(reader, api, other, urls["registry"])
        counted = self._expected(reader, approved)
        reported: dict[str, Any] = {}

        def differ() -> list[str]:
            reported.update(reader.reported())
            return reported_differences(reported, owed, counted)

        found += outage_differences(city["disturbances"], api.get(f"{urls['registry']}/v1/outages"))
        found += parameter_differences(parameters(reader.metrics())) + self._settled(differ)
        self.say("报告 / report")
        made_at = datetime.now(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")
        document = gather(
            reader, reported, played, disturbed, seed=self.seed, made_at=made_at, outage_days=days_of(approved)
        )
        say("\n".join(report.lines(document)))
        folder = write(document, self.var / "report")
        say(f"\n网页报告 / the report as a page: {folder / 'index.html'}")
        return conclude(found, time.monotonic() - self._began)

    def _expected(self, reader: Reader, outages: list[dict[str, Any]]) -> dict[str, Any]:
        """What the simulator's oracle counts, told the approved outages and the service's own parameters."""
        (self.var / "outages.json").write_text(json.dumps(outages), encoding="utf-8")
        (self.var / "parameters.json").write_text(json.dumps(parameters(reader.metrics())), encoding="utf-8")
        told = ("--outages", "outages.json", "--parameters", "parameters.json")
        counted: dict[str, Any] = json.loads(
            self._simulate("expect", "--city", "city.json", "--sent", "sent.jsonl", *told)
        )
        return counted

    def _settled(self, find: Callable[[], list[str]]) -> list[str]:
        """Ask until nothing differs, or the deadline passes; what differed last."""
        until = time.monotonic() + SETTLE_S
        while (found := find()) and time.monotonic() < until:
            say(f"      {len(found)} 处尚未一致 / still differ, e.g. {found[0]}")
            time.sleep(1)
        return found

    def _simulate(self, word: str, *arguments: str) -> str:
        command = [sys.executable, "-m", "simulators", word, *arguments]
        self.var.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(command, cwd=self.var, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise StackFailed(f"模拟器失败 / the simulator failed: {' '.join(command[1:4])}\n{done.stdout}")
        return done.stdout

    def say(self, text: str) -> None:
        """Begin a step."""
        self._step += 1
        say(f"[{self._step}/{STEPS} {time.monotonic() - self._began:5.1f} s] {text}")


def reported_differences(reported: dict[str, Any], owed: Account, expected: dict[str, Any]) -> list[str]:
    """Where the ledger or a figure is not what the simulator counted."""
    figures = figure_differences(expected_figures(expected), reported["figures"])
    return [*ledger_differences(owed, reported["ledger"]), *figures]


def conclude(found: list[str], took_s: float) -> int:
    """Print the verdict; the exit status."""
    if found:
        say(f"\n不一致 / the records do not agree: {len(found)}")
        for line in found[:20]:
            say(f"  {line}")
        return 1
    say(
        "\n一致 / agree: 模拟器、InfluxDB、事实、账本与七项指标(分子、分母、覆盖；按场所、按区、合计) · "
        f"simulator, InfluxDB, facts, ledger and all seven metrics. {took_s:.0f} s"
    )
    return 0


def yesterday() -> date:
    """The last whole civil day in Shenzhen."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
