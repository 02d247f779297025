"""The simulators' commands, as a person would start them, and a city of theirs on a stack."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from deploy.demo.checking import Sent, differences, read_sent
from deploy.demo.registering import register, register_late
from deploy.local.stack import Stack
from tests.system.city import administrator
from tests.system.polling import until

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
Command = subprocess.Popen[str]


@contextmanager
def under_way(folder: Path, *words: str) -> Iterator[Command]:
    """A command in a folder; it does not outlast the block."""
    command = [sys.executable, "-m", "simulators", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: Command) -> Any:
    """What it printed, once it has ended well."""
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return json.loads(out)


def run(folder: Path, *words: str) -> Any:
    """What a command prints."""
    with under_way(folder, *words) as process:
        return answer(process)


class SimulatedCity:
    """A city that ``words`` (``plan …`` or ``replay …``) made in a folder, registered on a stack.

    ``plan`` is what the command wrote of it, ``facts`` adoption's file.
    """

    def __init__(self, stack: Stack, folder: Path, *words: str) -> None:
        run(folder, *words, "--out", "city.json")
        self.plan: Json = json.loads((folder / "city.json").read_text(encoding="utf-8"))
        self.facts = stack.folders.data_of("adoption") / "adoption.db"
        self._stack = stack
        self._folder = folder
        self._api = administrator(stack)
        passwords = register(self._api, stack.urls["registry"], self.plan, lambda _: None)
        (folder / "feeds.json").write_text(json.dumps(passwords))

    def playing(self, *options: str) -> AbstractContextManager[Command]:
        """Its devices send, while the block lasts."""
        files = ("--city", "city.json", "--credentials", "feeds.json", "--sent", "sent.jsonl")
        broker = f"mqtt://127.0.0.1:{self._stack.ports.mqtt}"
        return under_way(self._folder, "play", *files, "--broker", broker, *options)

    def play(self, *options: str) -> None:
        """Its devices send all they have."""
        with self.playing(*options) as process:
            answer(process)

    def register_late(self) -> None:
        """Register what began to send before anybody had registered it."""
        register_late(self._api, self._stack.urls["registry"], self.plan)

    def expected(self) -> Json:
        """The simulator's own count of what it sent."""
        found: Json = run(self._folder, "expect", "--city", "city.json", "--sent", "sent.jsonl")
        return found

    def until_kept(self) -> Sent:
        """What was sent, once InfluxDB and the facts have exactly that."""
        sent = read_sent(self._folder / "sent.jsonl")
        until(lambda: self.differences(sent), lambda found: found == [], within_s=90)
        return sent

    def differences(self, sent: Sent) -> list[str]:
        """What InfluxDB and the facts have otherwise than it was sent."""
        return differences(sent, self._stack.influx_url("adoption"), self.facts)

    def figure(self, metric: str, scope: str, **window: str) -> Json:
        """A figure over the days of the plan or of a window."""
        window = window or self._days()
        found: Json = self._api.get(f"{self._stack.urls['adoption']}/v1/figures/{metric}", scope=scope, **window)
        return found

    def ledger(self) -> Json:
        """The ledger of the days of the plan."""
        found: Json = self._api.get(f"{self._stack.urls['telemetry']}/v1/ledger", **self._days())
        return found

    def _days(self) -> dict[str, str]:
        return {"from": self.plan["from"], "to": self.plan["to"]}
