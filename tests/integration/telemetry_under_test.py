"""A telemetry worker on real servers, with a registry over HTTP and what a test needs to look at its stores."""

import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import requests

from deploy.local.stack import Stack
from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from services.registry.feed_accounts import account_of
from services.telemetry.adapters.influx_readings import InfluxReadings
from services.telemetry.adapters.sql_ledger import connect
from services.telemetry.adapters.sql_ledger_pages import SqlLedgerPages
from services.telemetry.ledger import Ledger, ledger
from shared.brokers.mqtt import parse
from shared.contracts.civil_time import day_of
from shared.contracts.registry import Change, Feed as FeedEntity, Pilot, Venue
from tests.fakes.published_registry import PublishedRegistry, serving
from tests.integration.processes import Process, end, spawn
from tests.system.feed import Feed
from tests.system.polling import until

Json = dict[str, Any]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class TelemetryUnderTest:
    """One worker's folder and process; a vendor of its own with a home site, a VR site and devices."""

    def __init__(self, stack: Stack, registry: PublishedRegistry, folder: Path) -> None:
        self.stack = stack
        self.registry = registry
        self.folder = folder
        self.vendor = "v" + secrets.token_hex(4)
        self.home, self.venue = f"{self.vendor}-home", f"{self.vendor}-venue"
        self._sequence = 0
        self.process: Process | None = None
        (folder / "telemetry.json").write_text(json.dumps({"key": "k", "secret": "s"}))
        self.environment = os.environ | {
            "WORKER_ID": "telemetry-1",
            "MQTT_URL": stack.mqtt_url("telemetry-1"),
            "AMQP_URL": stack.amqp_url("telemetry"),
            "INFLUX_URL": stack.influx_url("telemetry"),
            "DATABASE_URL": f"sqlite:///{folder}/telemetry.db",
            "REGISTRY_URL": registry.url,
            "REGISTRY_CREDENTIALS": str(folder / "telemetry.json"),
            "DATA_DIR": str(folder / "worker"),
            "JOURNAL_MAX_AGE_S": "2",
        }

    # the worker

    def start(self) -> None:
        self.spawn()
        self.wait_ready()

    def spawn(self, **settings: str) -> None:
        assert self.process is None or self.process.poll() is not None, "one worker at a time"
        self.process = spawn(self.environment | settings, "services.telemetry.worker")

    def counter(self, name: str) -> int:
        """A counter of the worker, its labels added up."""
        text = (self.folder / "worker" / "counters.prom").read_text()
        return sum(int(float(n)) for n in re.findall(rf"^{name}(?:{{.*}})? (\S+)", text, re.MULTILINE))

    def wait_ready(self) -> None:
        since = now_ms()
        until(self.health, lambda h: bool(h["ready"] and h["at"] > since), within_s=30)

    def health(self) -> Json:
        path = self.folder / "worker" / "health.json"
        return dict(json.loads(path.read_bytes())) if path.exists() else {"ready": False, "at": 0}

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        return 0 if self.process is None else end(self.process)

    def until_drained(self, within_s: float = 60) -> None:
        """Until every store has all that the worker kept, twice in a row of its own saying."""
        first = until(self.health, self._drained, within_s)
        until(self.health, lambda h: self._drained(h) and h["at"] > first["at"] + 1_500, within_s)

    @staticmethod
    def _drained(health: Json) -> bool:
        return bool(health["ready"]) and all(at == health["head"] for at in health["cursors"].values())

    # the registry

    def change(self, entity: str, key: str, after: Json | None) -> None:
        self._sequence += 1
        change = {"entity": entity, "id": key, "before": None, "after": after, "version": 1}
        rest = {"time": "2026-01-01T00:00:00.000Z", "actor": "test", "previous_hash": "", "hash": ""}
        self.registry.add([msgspec.convert({"sequence": self._sequence, **change, **rest}, Change)])

    def register_sites(self) -> None:
        self.register_home(self.home, "nanshan")
        venue = Venue(self.venue, "museum", "futian", "MUSEUM", "GOV_INVESTED")
        self.change("venue", self.venue, msgspec.to_builtins(venue))

    def register_home(self, slug: str, district: str) -> None:
        pilot = Pilot(slug, "pilot", district, "PUBLIC_RENTAL", "GOV_INVESTED")
        self.change("pilot", slug, msgspec.to_builtins(pilot))

    def register_device(self, device: str) -> None:
        self.change("device", f"{self.vendor}/{device}", {"vendor": self.vendor, "device": device})

    def register_feed(self, name: str, heartbeat_interval_s: int) -> None:
        feed = FeedEntity(self.vendor, name, [self.home, self.venue], False, heartbeat_interval_s)
        self.change("feed", f"{self.vendor}/{name}", msgspec.to_builtins(feed))

    # the feed

    def feed(self, name: str = "gw") -> Feed:
        """A feed that may write for both sites, and one that nobody has registered."""
        password = secrets.token_hex(12)
        entity = FeedEntity(self.vendor, name, [self.home, self.venue, f"{self.vendor}-new"])
        MosquittoAccounts(self.stack.mqtt_url("registry")).open(account_of(entity), password)
        address = parse(self.stack.mqtt_url("admin"))
        return Feed(address.host, address.port, f"{self.vendor}.{name}", password)

    @contextmanager
    def receiving(self, name: str = "gw") -> Iterator[Feed]:
        """A feed that waits for receipts: what it was told is durable, a PUBACK of the broker's says less."""
        with self.feed(name) as feed:
            feed.subscribe(f"ack/v1/{self.vendor}/{name}/#")
            yield feed

    def topic(self, site: str | None = None, device: str | None = None, feed: str = "gw") -> str:
        parts = ["telemetry", "v1", self.vendor, feed, site or self.home]
        return "/".join(parts if device is None else [*parts, device])

    # the stores

    def points(self) -> list[Json]:
        """Every point of this vendor, as measurement, time in ns, tags and fields."""
        query = f"SELECT * FROM /.*/ WHERE vendor = '{self.vendor}'"
        return [
            {"measurement": series["name"], **dict(zip(series["columns"], row, strict=True))}
            for series in self.influx(query)
            for row in series["values"]
        ]

    def influx(self, query: str, user: str = "telemetry") -> list[Json]:
        url, login = self.stack.urls["influx"], self.stack.addresses.accounts.password("influxdb", user)
        params = {"db": "pilotlight", "q": query, "epoch": "ns"}
        answer = requests.post(f"{url}/query", params=params, auth=(user, login), timeout=30)
        answer.raise_for_status()
        return list(answer.json()["results"][0].get("series", []))

    def ledger(self) -> Ledger:
        """The ledger of all days a record may be counted on, as the HTTP process makes it."""
        pages = SqlLedgerPages(connect(self.environment["DATABASE_URL"]))
        readings = InfluxReadings(self.environment["INFLUX_URL"])
        today = day_of(now_ms())
        return ledger(pages, readings.stored, today - 121, today + 400, [self.vendor], now_ms())

    def settled(self, within_s: float = 60) -> Ledger:
        return until(self.ledger, lambda found: found.settled, within_s)


@contextmanager
def telemetry_on(stack: Stack, folder: Path, *devices: str) -> Iterator[TelemetryUnderTest]:
    """A registry with both sites and these devices, and a worker to start; what was started is stopped in any case."""
    registry = PublishedRegistry()
    with serving(registry):
        made = TelemetryUnderTest(stack, registry, folder)
        made.register_sites()
        for device in devices:
            made.register_device(device)
        try:
            yield made
        finally:
            made.stop()
