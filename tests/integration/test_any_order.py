"""One stream through telemetry and adoption together, with late data, voids and conflicts, in fifty orders.

All of it is the services' own code from the bytes of a message to a figure; the brokers alone are left out. Messages
keep the moment at which they were received; order, repetition, batches and restarts change, and the bytes of the facts,
the figures and what was known on each day do not.
"""

import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.adapters.telemetry_journal import TelemetryJournal
from services.adoption.fold import gather
from services.adoption.refolding import refold_waiting
from services.adoption.scanning import scan
from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.bodies import Body
from services.telemetry.closing import Closing
from services.telemetry.directory import Directory
from services.telemetry.draining import publish_events
from services.telemetry.ingest import Ingest
from services.telemetry.recalling import Question, recall
from shared.contracts.civil_time import day_from_date, day_of
from shared.runtime.service_client import ServiceClient
from tests.unit.adoption import cities, oracle_strips
from tests.unit.adoption.oracle import NAMES
from tests.unit.adoption.small_city import small_city
from tests.unit.adoption.world import Json, city_of, dump, measure
from tests.unit.telemetry.world import AMessage, Spooled

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
ORDERS = 50
DAYS = [date(2024, 3, 1) + timedelta(days=n) for n in range(3)]
KNOWN = [DAYS[0] + timedelta(days=n) for n in range(9)]
OURS = ("vendor", "site", "received_ms", "sha")


def stream(chance: random.Random) -> list[Json]:
    """Records of a lamp, a headset and a socket over three days: late, withdrawn, or told in two ways."""
    found: list[Json] = []

    def say(device: str, site: str, ts: int, **said: Any) -> Json:
        record = {"vendor": "acme", "site": site, "device": device, "ts": ts, "seq": len(found), **said}
        late = chance.choice([0, 0, 0, 1, 2, 4])
        over_ms = ts + 1_000 * said.get("duration_s", 0) + 1_000  # a session is told once it is over
        found.append(record | {"sha": cities.digest(record), "received_ms": over_ms + late * 86_400_000})
        return found[-1]

    for day in DAYS:
        for _ in range(12):
            ts = cities.midnight_ms(day) + chance.randrange(86_400) * 1000
            kind = chance.choice(["heartbeat", "usage", "usage", "session"])
            if kind == "session":
                told = say("hmd", "museum", ts, kind=kind, duration_s=chance.choice([30, 90, 5_000]))
            elif kind == "usage":
                trigger = chance.choice(["local", "app", "schedule"])
                told = say("lamp", "xili", ts, kind=kind, action="on", trigger=trigger)
            else:
                told = say("lamp", "xili", ts, kind=kind)
            if chance.random() < 0.25:
                of = {name: told[name] for name in ("kind", "ts", "seq")}
                say(told["device"], told["site"], ts + 60_000, kind="void", of=of)
            elif chance.random() < 0.2 and kind != "heartbeat":
                other = {"duration_s": 120} if kind == "session" else {"trigger": "voice"}
                found.append(told_again(told, **other))
        told = say("socket", "xili", cities.midnight_ms(day), kind="usage", action="on", trigger="local")
        found.append(told_again(told, trigger="voice"))  # where nothing is withdrawn only the scan finds a conflict
    return found


def told_again(told: Json, **other: Any) -> Json:
    """The same identity with another content, received the day after."""
    rival = {name: value for name, value in (told | other).items() if name not in ("sha", "received_ms")}
    return rival | {"sha": cities.digest(rival), "received_ms": told["received_ms"] + 86_400_000}


def message(record: Json) -> AMessage:
    said = {name: value for name, value in record.items() if name not in OURS}
    topic = f"telemetry/v1/acme/gw/{record['site']}"
    return AMessage(topic, json.dumps([said]).encode(), record["received_ms"])


class WithoutHttp(ServiceClient):
    """Telemetry's answers, without telemetry's process."""

    def __init__(self, folder: Path) -> None:
        self._source = SqliteJournal(folder)

    @contextmanager
    def lines(self, path: str, params: Any = None, timeout_s: float = 60) -> Iterator[Iterator[bytes]]:
        asked = dict(params)
        devices = frozenset(value for name, value in params if name == "device")
        day = day_from_date(date.fromisoformat(asked["day"]))
        question = Question(day, asked.get("site"), asked.get("vendor"), devices)
        yield iter(b"".join(recall(question, [self._source])).splitlines())


class Pipeline:
    """A worker's spool and adoption's facts in one folder; every part is made anew each time, as after a restart."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.facts = folder / "adoption.db"
        self._chance = chance
        self._directory = Directory()
        self._directory.add_site("home", "xili", "nanshan")
        self._directory.add_site("vr", "museum", "futian")
        for device in ("lamp", "hmd", "socket"):
            self._directory.add_device("acme", device)

    def run(self, messages: Sequence[AMessage]) -> None:
        bodies: list[Body] = []
        left = list(messages)
        while left:
            cut = self._chance.randint(1, 12)
            for _, batch in groupby(left[:cut], key=lambda one: day_of(one.received_ms)):
                with closing(Spooled(self.folder / "spool.db", worker="w")) as spool:
                    Ingest[AMessage](self._directory, spool.taking_in, lambda _b, _o: None).ingest(list(batch))
                    self._drain(spool, bodies)
            left = left[cut:]
            if self._chance.random() < 0.5:
                self._fold(bodies)
            if self._chance.random() < 0.3:
                self._refold()
        self._fold(bodies)
        scans = SqliteScans(self.facts)
        for day in DAYS:
            scan(day_from_date(day), scans, TelemetryJournal(WithoutHttp(self.folder)))
        scans.close()
        self._refold()

    def _drain(self, spool: Spooled, bodies: list[Body]) -> None:
        if self._chance.random() < 0.6:
            while publish_events(spool.giving_out, bodies.extend, "w"):
                pass
        if self._chance.random() < 0.3:
            head = spool.giving_out.cursors()[0]
            while publish_events(spool.giving_out, bodies.extend, "w"):
                pass
            spool.giving_out.lines_written(head, None)
            spool.mirroring.mirrored(head, 0)
            spool.numbers.received(head)
            Closing(spool.giving_out, JournalFiles(self.folder / "journal"), "w").step(0, at_stop=True)

    def _fold(self, bodies: list[Body]) -> None:
        """Deliver what was published, in another order, some of it twice."""
        with closing(Spooled(self.folder / "spool.db", worker="w")) as spool:
            while publish_events(spool.giving_out, bodies.extend, "w"):
                pass
        self._chance.shuffle(bodies)
        bodies += bodies[: len(bodies) // 3]
        store = SqliteFacts(self.facts)
        for start in range(0, len(bodies), 4):
            facts, set_aside, _ = gather(bodies[start : start + 4])
            assert set_aside == []
            store.keep(facts, set_aside, 0)
        store.close()
        bodies.clear()

    def _refold(self) -> None:
        if self.facts.exists():
            refolds = SqliteRefolds(self.facts)
            refold_waiting(refolds, TelemetryJournal(WithoutHttp(self.folder)))
            refolds.close()


def answers(facts: Path) -> list[Any]:
    """Figures of each day and of all, as known on each day, inputs included."""
    city = city_of(small_city())
    windows = [(day, day + timedelta(days=1)) for day in DAYS] + [(DAYS[0], DAYS[-1] + timedelta(days=1))]
    found = []
    for on in KNOWN:
        with closing(SqliteKnownFacts(facts)) as stored, stored.at_once(day_from_date(on) + 1) as known:
            for metric in ("H4", "H6", "H7a", "V2", "V5"):
                for window in windows:
                    figure = measure(metric, "programme", window, city, known).figure
                    found.append((on, metric, window, figure.conservative, figure.input_hash))
    return found


@pytest.mark.timeout(300)
def test_fifty_orders_give_the_same_bytes_and_what_loops_over_the_records_give(tmp_path: Path) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    records = stream(random.Random(SEED))
    identities = [oracle_strips.identity(record) for record in records]
    assert any(kind == "void" for kind, _, _ in identities)
    assert len(set(identities)) < len(identities), "no conflict in this stream"
    first: tuple[bytes, list[Any]] | None = None
    for order in range(ORDERS):
        chance = random.Random(SEED * 1_000 + order)
        messages = [message(record) for record in records]
        messages += chance.sample(messages, len(messages) // 4)  # sent again, received the same day
        chance.shuffle(messages)
        folder = tmp_path / str(order)
        folder.mkdir()
        pipeline = Pipeline(folder, chance)
        pipeline.run(messages)
        found = dump(pipeline.facts), answers(pipeline.facts)
        first = first or found
        assert found == first, order
    check_against_loops(tmp_path / "0" / "adoption.db", records)


def check_against_loops(facts: Path, records: list[Json]) -> None:
    """The strips of each device-day, as known on each day, are what plain loops find."""
    for on in KNOWN:
        with closing(SqliteKnownFacts(facts)) as stored, stored.at_once(day_from_date(on) + 1) as known:
            for device in ("lamp", "hmd", "socket"):
                for day in DAYS:
                    wanted = oracle_strips.state(records, device, day, on)
                    found = known.minutes("acme", device, day_from_date(day))
                    said = {
                        name: {minute for minute in range(1440) if strip >> minute & 1}
                        for name, strip in zip(NAMES, found, strict=True)
                    }
                    assert {name: minutes for name, minutes in said.items() if minutes} == wanted, (device, day, on)
