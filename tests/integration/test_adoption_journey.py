"""Adoption as it runs: events published to RabbitMQ, a worker process, an HTTP process, and a registry over HTTP."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pika
import pytest
import requests

from deploy.local.stack import Stack
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from shared.brokers import topology
from shared.brokers.rabbitmq import Body, RabbitPublisher
from shared.contracts.events import CONTENT_TYPE
from shared.runtime.delivery import until_done
from tests.fakes.published_registry import PublishedRegistry, serving
from tests.system.polling import until
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.test_activation import heartbeat
from tests.unit.adoption.test_api import changes, small_city
from tests.unit.adoption.test_uses import NINE, session
from tests.unit.adoption.world import Json, body, city_of, dump, event, facts_file, fold_batches, measure

SEED = int(os.environ.get("PILOTLIGHT_SEED", str(time.time_ns() % 1_000_000)))
WINDOW = (date(2024, 2, 26), date(2024, 3, 4))
BODIES = 1_500
MORE_THAN_A_SEGMENT = 4_200  # of a quorum queue's log: a broker in a folder with a Chinese name could not reopen it


@pytest.fixture
def registry() -> Iterator[PublishedRegistry]:
    made = PublishedRegistry()
    with serving(made):
        yield made


@pytest.fixture
def publisher(brokers: Stack) -> Iterator[RabbitPublisher]:
    with pika.BlockingConnection(pika.URLParameters(brokers.amqp_url("adoption"))) as connection:
        topology.declare(connection.channel())
        connection.channel().queue_purge(topology.ADOPTION_QUEUE)
    made = RabbitPublisher(brokers.amqp_url("telemetry"), CONTENT_TYPE)
    yield made
    made.close()


@pytest.fixture
def environment(brokers: Stack, registry: PublishedRegistry, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "adoption.json").write_text(json.dumps({"key": "k", "secret": "s"}))
    return os.environ | {
        "AMQP_URL": brokers.amqp_url("adoption"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/facts/adoption.db",
        "REGISTRY_URL": registry.url,
        "REGISTRY_CREDENTIALS": str(tmp_path / "adoption.json"),
        "DATA_DIR": str(tmp_path / "worker"),
    }


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", *arguments], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()


@contextmanager
def worker(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with running(environment, "services.adoption.worker") as process:
        yield process


def health(environment: dict[str, str]) -> Json:
    path = Path(environment["DATA_DIR"]) / "health.json"
    return dict(json.loads(path.read_bytes())) if path.exists() else {"ready": False}


def facts_path(environment: dict[str, str]) -> Path:
    return Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))


def heard(path: Path, device: str) -> bool:
    if not path.exists():
        return False
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = connection.execute("SELECT count(*) FROM device WHERE device = ?", (device,)).fetchone()
    except sqlite3.OperationalError:
        return False  # the worker is about to make its tables
    finally:
        connection.close()
    return bool(found[0])


def waiting(brokers: Stack) -> int:
    with pika.BlockingConnection(pika.URLParameters(brokers.amqp_url("adoption"))) as connection:
        declared = connection.channel().queue_declare(topology.ADOPTION_QUEUE, durable=True, passive=True)
        return int(declared.method.message_count)


def test_an_event_published_becomes_a_figure_that_an_auditor_reads(
    publisher: RabbitPublisher, environment: dict[str, str], registry: PublishedRegistry
) -> None:
    registry.add(changes(small_city()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    application = "services.adoption.app:create_app()"
    options = ("gunicorn", "-c", "deploy/local/gunicorn_conf.py", "--bind", address, application)
    auditor = {"Authorization": f"Bearer {registry.token('auditor')}"}
    officer = {"Authorization": f"Bearer {registry.token('district_officer', districts=['futian'])}"}

    def figure(metric: str, scope: str, headers: dict[str, str] = auditor) -> requests.Response:
        params = {"from": str(WINDOW[0]), "to": str(WINDOW[1]), "scope": scope}
        return requests.get(f"http://{address}/v1/figures/{metric}", params=params, headers=headers, timeout=10)

    with worker(environment), running(environment, *options):
        until(lambda: health(environment), lambda sign: bool(sign["ready"]))
        until(lambda: answers(f"http://{address}/healthz"), bool)
        assert figure("V2", "site:museum").json()["value"] == 0
        publisher.publish(
            [
                Body("presence.home.nanshan", body([heartbeat("lamp", cities.midnight_ms(WINDOW[0]))]).content),
                Body("session.vr.futian", body([session(NINE, 300)]).content),
            ]
        )
        until(lambda: figure("V2", "site:museum").json(), lambda found: found["value"] == 1)
        until(lambda: figure("H4", "district:nanshan").json(), lambda found: found["value"] == "1/2")
        assert figure("V2", "district:futian", officer).json()["value"] == 1
        assert figure("H4", "district:nanshan", officer).status_code == 403
        status = requests.get(f"http://{address}/v1/status", headers=auditor, timeout=10).json()
        assert status["registry_sequence"] == len(changes(small_city()))
        assert status["rows"]["session"] == 1
        counters = Path(environment["DATA_DIR"]) / "counters.prom"
        until(lambda: "adoption_events_total 2.0" in counters.read_text(), bool)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


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
def test_twice_shuffled_and_cut_by_kill_9_the_facts_and_figures_are_the_same(
    brokers: Stack, publisher: RabbitPublisher, environment: dict[str, str]
) -> None:
    print(f"PILOTLIGHT_SEED={SEED}")
    chance = random.Random(SEED)
    records = stream(chance)
    bodies = in_bodies(records, chance)
    twice = bodies + chance.sample(bodies, len(bodies))
    last = Body("presence.home.nanshan", body([heartbeat("last", NINE)]).content)
    publishing = threading.Thread(target=publisher.publish, args=([*twice, last],))
    publishing.start()
    cut = 0
    while publishing.is_alive() or cut < 3:
        with worker(environment) as process:
            lasted = ended_within(process, chance.uniform(0.5, 1.5))
            process.kill()
        assert not lasted, "the worker ended by itself"
        cut += 1
    publishing.join()
    with worker(environment):
        until(lambda: heard(facts_path(environment), "last"), bool)
    assert until(lambda: waiting(brokers), lambda left: left == 0) == 0
    with facts_file() as reference:
        fold_batches(reference, [[*bodies, last]])
        assert dump(facts_path(environment)) == dump(reference)
    check_figures(facts_path(environment), records)


def ended_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def check_figures(path: Path, records: list[Json]) -> None:
    plain = small_city()
    slots = oracle.h4(plain, records, WINDOW[1])
    sessions = oracle.v2(plain, records, *WINDOW)
    with SqliteKnownFacts(path).at_once() as known:
        h4 = measure("H4", "programme", WINDOW, city_of(plain), known).figure
        v2 = measure("V2", "programme", WINDOW, city_of(plain), known).figure
    assert h4.conservative[:2] == (sum(slot["why"] == "heard" for slot in slots), 2)
    assert v2.conservative.value == sum(s["headcount"] for s in sessions if s["why"] == "valid")
    assert v2.removed["voided"] == sum(s["why"] == "voided" for s in sessions)


@pytest.mark.timeout(180)
def test_a_worker_outlives_its_broker_and_folds_what_came_meanwhile(
    brokers: Stack, publisher: RabbitPublisher, environment: dict[str, str]
) -> None:
    path = facts_path(environment)
    with worker(environment) as process:
        until(lambda: health(environment), lambda sign: bool(sign["ready"]))
        first = Body("presence.home.nanshan", body([heartbeat("first", NINE)]).content)
        publisher.publish([first] * MORE_THAN_A_SEGMENT)
        until(lambda: heard(path, "first"), bool)
        brokers.stop_program("rabbitmq")
        sign = until(lambda: health(environment), lambda found: not found["ready"], within_s=30)
        assert sign["waiting_for"] == "rabbitmq"
        brokers.start_program("rabbitmq")
        publisher.close()
        second = Body("presence.home.nanshan", body([heartbeat("second", NINE)]).content)
        until_done(lambda: publisher.publish([second]), threading.Event())  # its queue may still look for a leader
        until(lambda: heard(path, "second"), bool)
        until(lambda: health(environment), lambda found: bool(found["ready"]))
        assert process.poll() is None
    assert process.returncode == 0
