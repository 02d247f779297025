"""Folding and refolding step by step, and the strips that are then stored."""

import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.fold import gather
from services.adoption.refolding import refold_waiting
from services.adoption.scanning import scan
from tests.fakes.published_journal import PublishedJournal
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.withdrawals import FIRST
from tests.unit.adoption.world import Json, body, dump

EPOCH = date(1970, 1, 1).toordinal()
OPEN = date(9999, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range(-1, 4)]


class Adoption:
    """Folding and refolding of one file, step by step, beside a journal that has a record before its event is sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = PublishedJournal()
        self.facts, self.refolds, self.scans = SqliteFacts(path), SqliteRefolds(path), SqliteScans(path)

    def fold(self, stream: list[Json]) -> None:
        facts, set_aside, _ = gather([body([record for record in stream if not record.get("test")])])
        self.facts.keep(facts, set_aside, 0)

    def refold(self) -> int:
        return refold_waiting(self.refolds, self.journal)

    def settle(self) -> None:
        """Scan every day, and refold until nothing waits."""
        for day in DAYS:
            scan(day.toordinal() - EPOCH, self.scans, self.journal)
        while self.refold():
            pass
        assert self.refolds.count_waiting() == 0

    def close(self) -> None:
        for part in (self.facts, self.refolds, self.scans):
            part.close()


def settled(path: Path, stream: list[Json]) -> bytes:
    """The facts of a stream folded at once, scanned and refolded."""
    adoption = Adoption(path)
    adoption.journal.add(stream)
    adoption.fold(stream)
    adoption.settle()
    adoption.close()
    return dump(path)


def one_stream(chance: random.Random) -> list[Json]:
    """Some 120 records on few identities: every kind, late, doubled, withdrawn, in conflict."""
    found: list[Json] = []
    for _ in range(60):
        record: Json = {"kind": chance.choice(["usage", "usage", "session", "heartbeat", "fault", "reading"])}
        record |= {"vendor": "acme", "site": chance.choice(["xili", "xili", "museum"])}
        record |= {"device": chance.choice(["lamp-1", "lamp-2", "hmd-1"]), "seq": chance.choice([0, 1])}
        record["ts"] = cities.midnight_ms(FIRST) + chance.choice([0, 1, 30, 1438, 1439, 1440, 1450]) * 60_000
        said: dict[str, Json] = {
            "usage": {"action": chance.choice(["on", "ack"]), "trigger": chance.choice(["local", "app"])},
            "session": {"duration_s": chance.choice([60, 300, 7200]), "content": None, "headcount": None}
            | {"completed": None},
            "fault": {"code": "e-1", "active": chance.random() < 0.5},
            "reading": {"values": {"power_w": chance.choice([1.0, 2.0])}},
            "heartbeat": {},
        }
        record |= said[record["kind"]]
        found.append(record)
        if chance.random() < 0.5:
            void = {name: record[name] for name in ("vendor", "site", "device")} | {"kind": "void"}
            void |= {
                "ts": cities.midnight_ms(FIRST) + chance.choice([2, 3, 1500]) * 60_000,
                "seq": chance.choice([0, 1]),
            }
            found.append(void | {"of": {name: record[name] for name in ("kind", "ts", "seq")}})
    arrived = [r | {"received_ms": r["ts"] + 100 + chance.choice([0, 0, 1, 2, 4]) * 86_400_000} for r in found]
    again = [r | {"received_ms": r["received_ms"] + 86_400_000} for r in chance.sample(arrived, 15)]
    return [record | {"sha": cities.digest(record)} for record in [*arrived, *again]]


def nothing_taken_back(records: list[Json]) -> list[Json]:
    """Without voids, and of each identity the first content only."""
    first: dict[Any, str] = {}
    for record in records:
        first.setdefault((record["device"], record["kind"], record["ts"], record.get("seq", 0)), cities.digest(record))
    return [
        record
        for record in records
        if record["kind"] != "void"
        and cities.digest(record) == first[record["device"], record["kind"], record["ts"], record.get("seq", 0)]
    ]


def stored_strips(path: Path) -> dict[Any, dict[str, set[int]]]:
    connection = sqlite3.connect(path)
    found = {}
    for vendor, device, day, known, until, *stored in connection.execute(
        "SELECT d.vendor, d.device, day, known, until, seen, local, smart, automated, ack"
        " FROM strip JOIN device d ON d.id = strip.device"
    ):
        assert date.fromordinal(until + EPOCH) == OPEN
        key = vendor, device, date.fromordinal(day + EPOCH), date.fromordinal(known + EPOCH)
        found[key] = {name: bits(strip) for name, strip in zip(oracle.NAMES, stored, strict=True)}
    connection.close()
    return found


def stored_states(path: Path, device: str, day: date, on: date) -> dict[str, set[int]]:
    """The minutes of each strip of a device-day, as known on a day."""
    connection = sqlite3.connect(path)
    found: dict[str, set[int]] = {}
    for stored in connection.execute(
        "SELECT seen, local, smart, automated, ack FROM strip JOIN device d ON d.id = strip.device"
        " WHERE d.device = ? AND day = ? AND known <= ? AND until > ?",
        (device, day.toordinal() - EPOCH, on.toordinal() - EPOCH, on.toordinal() - EPOCH),
    ):
        for name, strip in zip(oracle.NAMES, stored, strict=True):
            if strip:
                found.setdefault(name, set()).update(bits(strip))
    connection.close()
    return found


def bits(stored: bytes) -> set[int]:
    return {8 * at + bit for at, byte in enumerate(stored) for bit in range(8) if byte >> bit & 1}
