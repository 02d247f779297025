"""The consumer process: ``python -m services.adoption.worker``. Folds events, and follows the registry."""

import sys
import threading
import time

from prometheus_client import REGISTRY, write_to_textfile

from services.adoption import counters, settings
from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.fold import fold
from shared.brokers.rabbitmq import RabbitConsumer
from shared.brokers.topology import ADOPTION_QUEUE
from shared.failures import Unavailable
from shared.runtime import logs, worker
from shared.runtime.delivery import until_done
from shared.runtime.health import HealthFile
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy

PREFETCH = 400  # two batches: one being folded, one on its way


class Worker:
    """The loops of the process."""

    def __init__(self, told: settings.WorkerSettings) -> None:
        self._queue = RabbitConsumer(told.amqp_url, ADOPTION_QUEUE, PREFETCH)
        self._facts = SqliteFacts(told.database)
        self._copy = RegistryCopy(settings.registry_copy(told.data_dir))
        self._registry = RegistryClient(told.registry_url, told.registry_credentials)
        self._health = HealthFile(told.data_dir / "health.json")
        self._counters = told.data_dir / "counters.prom"
        self._events = 0
        self._waiting_for: str | None = "rabbitmq"  # until the first answer

    def fold(self, stop: threading.Event) -> None:
        """Fold batch after batch."""
        while not stop.is_set():
            until_done(lambda: self._fold_once(stop), stop, self._note_waiting)
        self._queue.close()
        self._facts.close()

    def follow(self, stop: threading.Event) -> None:
        """Keep the copy of the registry up to date."""
        self._copy.follow(self._registry, stop, lambda _: None)

    def each_second(self) -> None:
        """Show that the process is alive, and its counters."""
        sequence = self._copy.sequence()
        counters.REGISTRY_SEQUENCE.set(sequence)
        self._health.write(
            _now_ms(),
            ready=self._waiting_for is None,
            waiting_for=self._waiting_for,
            events=self._events,
            registry_sequence=sequence,
        )
        write_to_textfile(str(self._counters), REGISTRY)

    def _fold_once(self, stop: threading.Event) -> None:
        begun = time.perf_counter()
        folded = fold(self._queue, self._facts, _now_ms, stop, self._note_waiting)
        self._waiting_for = None
        if folded.bodies:
            counters.FOLD_SECONDS.observe(time.perf_counter() - begun)
            counters.BODIES.inc(folded.bodies)
            counters.EVENTS.inc(folded.events)
            counters.SET_ASIDE.inc(folded.set_aside)
            self._events += folded.events

    def _note_waiting(self, failure: Unavailable) -> None:
        counters.UNAVAILABLE.labels(failure.part).inc()
        self._waiting_for = failure.part


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main() -> int:
    """Run until asked to stop, or until a loop ends by itself."""
    logs.configure()
    told = settings.read_worker()
    told.data_dir.mkdir(parents=True, exist_ok=True)
    told.database.parent.mkdir(parents=True, exist_ok=True)
    made = Worker(told)
    loops = {"fold": made.fold, "registry": made.follow}
    return worker.run(loops, stop=threading.Event(), each_second=made.each_second)


if __name__ == "__main__":
    sys.exit(main())
