"""The simulator's load generator, as a process of its own: started, waited for, and asked what it sent."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from deploy.local.folders import ROOT
from tests.under_load.town import HOME_FEED, VENUE_FEED, Town

HOME_KINDS = "usage,heartbeat,reading"
VENUE_KINDS = "session,heartbeat"
_PATIENCE_S = 180
_DAYS = 7
_BEGUN_BEFORE_MS = 8 * 86_400_000  # a day more than these: a session may not end in the future


class LoadFailed(Exception):
    """The load ended before it should, or something it sent got no receipt."""


class Wish(NamedTuple):
    """How much, in which form: ``pack`` records a message, ``rate`` messages a second (0: as fast as it goes).

    One record in ``venue_part`` comes from the venue (0: none), where half of them are sessions.
    """

    records: int
    pack: int
    rate: float = 0
    receipts: bool = True
    seed: int = 1
    again_after_s: float = 10
    venue_part: int = 10
    per_device: int = 100

    @property
    def messages(self) -> int:
        """How many messages carry the records of both feeds."""
        return sum(-(-records // self.pack) for records in self.by_feed().values())

    def by_feed(self) -> dict[str, int]:
        """Records by feed."""
        venue = self.records // self.venue_part if self.venue_part else 0
        return {HOME_FEED: self.records - venue, VENUE_FEED: venue}

    def devices(self) -> dict[str, int]:
        """Devices by feed; with a hundred records each, all have some on each of the days."""
        return {feed: max(1, records // self.per_device) for feed, records in self.by_feed().items()}


class Load:
    """One run of the load generator; its files lie in ``folder``."""

    def __init__(self, folder: Path, town: Town, wish: Wish, mqtt_port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.sent = folder / "sent.jsonl"
        self._log = folder / "load.log"
        self._out = folder / "load.json"
        credentials, feeds = folder / "credentials.json", folder / "feeds.json"
        credentials.touch(mode=0o600)
        credentials.write_text(json.dumps(town.passwords))
        feeds.write_text(json.dumps(_feeds(town, wish)))
        options = {
            "--broker": f"mqtt://127.0.0.1:{mqtt_port}",
            "--credentials": str(credentials),
            "--feeds": str(feeds),
            "--rate": str(wish.rate),
            "--seed": str(wish.seed),
            "--days": str(_DAYS),
            "--start-ms": str(time.time_ns() // 1_000_000 - _BEGUN_BEFORE_MS),
            "--again-after": str(wish.again_after_s),
            "--patience": str(_PATIENCE_S),
            "--sent": str(self.sent),
        }
        words = [word for pair in options.items() for word in pair]
        self._command = [*simulators("load"), *words, "--receipts" if wish.receipts else "--no-receipts"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Begin; returns the moment, on the monotonic clock."""
        with self._out.open("wb") as output, self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=output, stderr=log)
        return time.monotonic()

    def run_until(self, moment: float) -> None:
        """Let it run until a moment of the monotonic clock.

        :raises LoadFailed: if it ended before: a fault after its end proves nothing
        """
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, moment - time.monotonic()))
        if self._process.poll() is not None:
            raise LoadFailed(f"the load ended before a fault that was to fall under it: {self._said()}")

    def runs(self) -> bool:
        """Whether it is still at work."""
        return self._process is not None and self._process.poll() is None

    def finish(self, within_s: float) -> dict[str, Any]:
        """Wait until all has its receipt; the simulator's totals.

        :raises LoadFailed: if it does not end in time, or something got no receipt
        """
        assert self._process is not None
        try:
            status = self._process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"the load did not end within {within_s:.0f} s: {self._said()}") from error
        if status != 0:
            raise LoadFailed(f"the load ended with status {status}: {self._said()}")
        totals: dict[str, Any] = json.loads(self._out.read_bytes())
        return totals

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every record sent, as the simulator lists them."""
        command = [*simulators("unfold"), "--sent", str(self.sent)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as listing:
            assert listing.stdout is not None
            for line in listing.stdout:
                yield json.loads(line)
        if listing.returncode != 0:
            raise LoadFailed(f"unfold ended with status {listing.returncode}")

    def _said(self) -> str:
        return " | ".join((self._out.read_text() + self._log.read_text(errors="replace")).splitlines()[-4:])


def simulators(word: str) -> list[str]:
    """The command of a simulator's word."""
    return [sys.executable, "-m", "simulators", word]


def _feeds(town: Town, wish: Wish) -> list[dict[str, Any]]:
    sites = {HOME_FEED: (town.home, HOME_KINDS), VENUE_FEED: (town.venue, VENUE_KINDS)}
    devices = wish.devices()
    return [
        {
            "vendor": town.vendor,
            "feed": feed,
            "site": sites[feed][0],
            "kinds": sites[feed][1],
            "devices": devices[feed],
            "records": records,
            "pack": wish.pack,
        }
        for feed, records in wish.by_feed().items()
        if records
    ]
