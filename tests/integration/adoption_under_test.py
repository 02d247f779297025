"""Adoption's processes on real servers, between a registry and a journal over HTTP, and what a test asks of them."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pika

from deploy.local.stack import Stack
from shared.brokers import topology
from shared.brokers.rabbitmq import RabbitPublisher
from shared.contracts.events import CONTENT_TYPE
from tests.fakes import published_journal, published_registry
from tests.fakes.published_journal import PublishedJournal
from tests.fakes.published_registry import PublishedRegistry
from tests.integration.processes import Process, running, serving_http
from tests.unit.adoption.world import Json


class AdoptionUnderTest:
    """One folder of facts; processes that keep and read them; a publisher that tells events as telemetry would."""

    def __init__(self, stack: Stack, registry: PublishedRegistry, journal: PublishedJournal, folder: Path) -> None:
        self.registry = registry
        self.journal = journal
        self.publisher = RabbitPublisher(stack.amqp_url("telemetry"), CONTENT_TYPE)
        self.facts = folder / "facts" / "adoption.db"
        self._amqp_url = stack.amqp_url("adoption")
        self._data = folder / "worker"
        (folder / "adoption.json").write_text(json.dumps({"key": "k", "secret": "s"}))
        self._environment = os.environ | {
            "AMQP_URL": self._amqp_url,
            "DATABASE_URL": f"sqlite:///{self.facts}",
            "REGISTRY_URL": registry.url,
            "TELEMETRY_URL": journal.url,
            "REGISTRY_CREDENTIALS": str(folder / "adoption.json"),
            "DATA_DIR": str(self._data),
        }

    def worker(self) -> AbstractContextManager[Process]:
        return running(self._environment, "services.adoption.worker")

    def serving(self) -> AbstractContextManager[str]:
        """The HTTP process; its address."""
        return serving_http(self._environment, "services.adoption.app:create_app()")

    def health(self) -> Json:
        path = self._data / "health.json"
        return dict(json.loads(path.read_bytes())) if path.exists() else {"ready": False}

    def is_ready(self) -> bool:
        return bool(self.health()["ready"])

    def counters(self) -> str:
        return (self._data / "counters.prom").read_text()

    # the queue

    def empty_queue(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(self._amqp_url)) as connection:
            topology.declare(connection.channel())
            connection.channel().queue_purge(topology.ADOPTION_QUEUE)

    def waiting(self) -> int:
        """Bodies that no worker has taken yet."""
        with pika.BlockingConnection(pika.URLParameters(self._amqp_url)) as connection:
            declared = connection.channel().queue_declare(topology.ADOPTION_QUEUE, durable=True, passive=True)
            return int(declared.method.message_count)

    # the facts

    def heard(self, device: str) -> bool:
        try:
            return self._count("SELECT count(*) FROM device WHERE device = ?", device) > 0
        except sqlite3.OperationalError:
            return False  # the worker is about to make its file and its tables

    def refolds_waiting(self) -> int:
        return self._count("SELECT count(*) FROM refold WHERE marked > done")

    def _count(self, query: str, *values: str) -> int:
        with closing(sqlite3.connect(f"file:{self.facts}?mode=ro", uri=True)) as connection:
            return int(connection.execute(query, values).fetchone()[0])


@contextmanager
def adoption_on(stack: Stack, folder: Path) -> Iterator[AdoptionUnderTest]:
    """Nothing is registered, told or waiting yet, and no process runs."""
    registry, journal = PublishedRegistry(), PublishedJournal()
    with published_registry.serving(registry), published_journal.serving(journal):
        made = AdoptionUnderTest(stack, registry, journal, folder)
        made.empty_queue()
        with closing(made.publisher):
            yield made
