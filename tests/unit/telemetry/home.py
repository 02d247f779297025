"""A worker's spool with the registry's devices and sites, to which a test adds, and what came out of it."""

import json
from pathlib import Path
from typing import Any

import msgspec

from services.telemetry.directory import Directory
from services.telemetry.ingest import Ingest
from services.telemetry.replaying import Replaying
from shared.contracts.registry import Change
from tests.unit.telemetry.world import DAY_MS, NOW, AMessage, Json, Spooled, directory

LATER = NOW + 40 * DAY_MS  # by then NOW's records would look less than fresh, and a clock ahead would look right


def change(entity: str, key: str, after: dict[str, Any] | None) -> Change:
    rest = {"sequence": 1, "time": "", "actor": "", "version": 1, "before": None, "previous_hash": "", "hash": ""}
    return msgspec.convert({"entity": entity, "id": key, "after": after, **rest}, Change)


class Home:
    """A spool with a directory that a test adds to."""

    def __init__(self, path: Path) -> None:
        self.spool = Spooled(path)
        self.directory: Directory = directory()
        self.replaying = Replaying(self.directory, self.spool.taking_in)

    def receive(self, *messages: AMessage) -> None:
        Ingest[AMessage](self.directory, self.spool.taking_in, lambda _batch, _outcomes: None).ingest(messages)

    def device_arrives(self, device: str) -> int:
        self.directory.add_device("acme", device)
        self.replaying.devices_arrived([("acme", device)])
        return self.replay()

    def site_arrives(self, kind: str, slug: str) -> int:
        self.directory.add_site("home" if kind == "home" else "vr", slug, "baoan")
        self.replaying.sites_arrived([slug])
        return self.replay()

    def replay(self) -> int:
        return sum(iter(lambda: self.replaying.step(LATER), 0))

    def events(self) -> list[Json]:
        found = self.spool.giving_out.events(10**9)
        assert found is not None
        return [json.loads(event) for by_key, _ in found.batches for finished in by_key.values() for event in finished]

    def lines(self) -> list[str]:
        found = self.spool.giving_out.lines(10**9)
        return found.text.split("\n") if found and found.text else []

    def waiting(self) -> list[tuple[str, str]]:
        return [(row.device, row.reason) for row in self.spool.mirroring.changes(0, 1).parked if row.waits]
