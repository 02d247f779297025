"""The same events sent twice, shuffled, and cut by ``kill -9`` of adoption's worker: the same facts and figures."""

import json
import os
import random
import subprocess
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import AsOf
from services.adoption.figures.scopes import PROGRAMME
from services.adoption.measure import measure
from shared.brokers.rabbitmq import Body
from tests.integration.adoption_under_test import AdoptionUnderTest
from tests.system.polling import until
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.homes import heartbeat
from tests.unit.adoption.oracle_strips import standing
from tests.unit.adoption.small_city import small_city
from tests.unit.adoption.venues import NINE
from tests.unit.adoption.world import Json, body, city_of, dump, event, facts_file, fold_batches, refold

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
WINDOW = (date(2024, 2, 26), date(2024, 3, 4))
AS_OF = AsOf(None, 0, 1)
LAST = heartbeat("last", NINE)
BODIES, KILLS = 1_500, 3


def stream(chance: random.Random) -> list[Json]:
    """Some 10,000 records of the small city and of devices nobody registered, in several contents and with voids."""
    found: list[Json] = []
    start = cities.midnight_ms(WINDOW[0])
    for number in range(10_000):
        ts = start + chance.randrange(7 * 86_400_000)
        place = {
            "vendor": "acme",
            "site": "xili",
            "ts": ts,
            "seq": number,
            "received_ms": ts + chance.choice([5, 10**9]),
        }
        kind = chance.choice(["usage", "heartbeat", "fault", "session"])
        record = place | {"kind": kind, "device": chance.choice(["lamp", *(f"lamp-{n}" for n in range(400))])}
        if kind == "usage":
            record |= {"action": chance.choice(["on", "ack"]), "trigger": chance.choice(["local", "app", "schedule"])}
        elif kind == "fault":
            record |= {"code": "e-1", "active": chance.random() < 0.5}
        elif kind == "session":
            record |= {"device": "hmd", "site": "museum", "duration_s": chance.randrange(1, 900), "content": None}
            record |= {"headcount": None, "completed": chance.choice([None, True])}
        found.append(record | {"sha": cities.digest(record)})
        if kind == "session" and chance.random() < 0.1:
            void = place | {"kind": "void", "device": "hmd", "of": {"kind": "session", "ts": ts, "seq": number}}
            found.append(void | {"sha": cities.digest(void)})
            rival = record | {"duration_s": 77}
            found.append(rival | {"sha": cities.digest(rival)})
    return found


def in_bodies(records: list[Json], chance: random.Random) -> list[Body]:
    """The records' events, with one that is none here and there, in bodies of any size."""
    events: list[Any] = [event(record) for record in records]
    events += [{"specversion": "1.0", "type": "pilotlight.nonsense.v1", "n": n} for n in range(20)]
    chance.shuffle(events)
    cuts = sorted(chance.sample(range(1, len(events)), BODIES - 1))
    spans = zip([0, *cuts], [*cuts, len(events)], strict=True)
    return [Body("usage.home.nanshan", json.dumps(events[first:end]).encode()) for first, end in spans]


@pytest.mark.timeout(240)
def test_twice_shuffled_and_cut_by_kill_9_the_facts_and_figures_are_the_same(adoption: AdoptionUnderTest) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    chance = random.Random(SEED)
    records = stream(chance)
    adoption.journal.add([*records, LAST])
    bodies = in_bodies(records, chance)
    twice = bodies + chance.sample(bodies, len(bodies))
    last = Body("presence.home.nanshan", body([LAST]).content)

    publishing = threading.Thread(target=adoption.publisher.publish, args=([*twice, last],), daemon=True)
    publishing.start()
    kills = 0
    while publishing.is_alive() or kills < KILLS:
        with adoption.worker() as process:
            lasted = ended_within(process, chance.uniform(0.5, 1.5))
            process.kill()
        assert not lasted, "the worker ended by itself"
        kills += 1
    publishing.join()
    with adoption.worker():
        until(lambda: adoption.heard("last"), bool)
        until(adoption.waiting, lambda left: left == 0)
        until(adoption.refolds_waiting, lambda left: left == 0)

    with facts_file() as reference:
        fold_batches(reference, [[*bodies, last]])
        refold(reference, [*records, LAST])
        assert dump(adoption.facts) == dump(reference)
    check_figures(adoption.facts, records)


def ended_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def check_figures(path: Path, records: list[Json]) -> None:
    plain = small_city()
    slots = oracle.h4(plain, standing(records, None), WINDOW[1])
    sessions = oracle.v2(plain, records, *WINDOW)
    with SqliteKnownFacts(path).at_once() as known:
        h4 = measure("H4", PROGRAMME, Window(*WINDOW), city_of(plain), known, AS_OF).figure
        v2 = measure("V2", PROGRAMME, Window(*WINDOW), city_of(plain), known, AS_OF).figure
    assert h4.conservative[:2] == (sum(slot["why"] == "heard" for slot in slots), 2)
    assert v2.conservative.value == sum(s["headcount"] for s in sessions if s["why"] == "valid")
    assert v2.removed["voided"] == sum(s["why"] == "voided" for s in sessions)
