"""The consumer, ``python -m services.adoption.worker``: folds, refolds, scans by night, follows the registry."""

import logging
import sys
import threading
import time

from prometheus_client import REGISTRY, write_to_textfile

from services.adoption import counters, settings
from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.adapters.telemetry_journal import TelemetryJournal
from services.adoption.fold import fold
from services.adoption.refolding import refold_waiting
from services.adoption.scanning import scan_due
from shared.brokers.rabbitmq import RabbitConsumer
from shared.brokers.topology import ADOPTION_QUEUE
from shared.failures import Unavailable
from shared.runtime import logs, worker
from shared.runtime.delivery import until_done
from shared.runtime.health import HealthFile
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy
from shared.runtime.service_client import ServiceClient

_log = logging.getLogger(__name__)
PREFETCH = 400  # two batches: one being folded, one on its way
REFOLD_PAUSE_S = 1.0  # at least; never less than the last round took: a live device-day may wait again at once
SCAN_PAUSE_S = 30.0


class Worker:
    """The loops of the process."""

    def __init__(self, told: settings.WorkerSettings) -> None:
        self._queue = RabbitConsumer(told.amqp_url, ADOPTION_QUEUE, PREFETCH)
        self._facts = SqliteFacts(told.database)
        self._refolds = SqliteRefolds(told.database)
        self._waiting_refolds = SqliteRefolds(told.database)
        self._scans = SqliteScans(told.database)
        self._journals = [_journal(told), _journal(told)]  # one for each thread that reads it
        self._scan_at_ms = told.scan_at_ms
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

    def refold(self, stop: threading.Event) -> None:
        """Make anew from the journal what waits for it."""
        while not stop.is_set():
            begun = time.perf_counter()
            count = until_done(lambda: refold_waiting(self._refolds, self._journals[0]), stop, self._count_unavailable)
            took_s = time.perf_counter() - begun
            if count:
                counters.REFOLDED.inc(count)
                counters.REFOLD_SECONDS.observe(took_s)
            stop.wait(max(REFOLD_PAUSE_S, took_s))
        self._refolds.close()

    def scan(self, stop: threading.Event) -> None:
        """Scan by night the days of which anything came."""
        while not stop.is_set():
            until_done(self._scan_due, stop, self._count_unavailable)
            stop.wait(SCAN_PAUSE_S)
        self._scans.close()

    def follow(self, stop: threading.Event) -> None:
        """Keep the copy of the registry up to date."""
        self._copy.follow(self._registry, stop, lambda _: None)

    def each_second(self) -> None:
        """Show that the process is alive, and its counters."""
        sequence = self._copy.sequence()
        counters.REGISTRY_SEQUENCE.set(sequence)
        refolds_waiting = self._waiting_refolds.count_waiting()
        counters.REFOLDS_WAITING.set(refolds_waiting)
        self._health.write(
            _now_ms(),
            ready=self._waiting_for is None,
            waiting_for=self._waiting_for,
            events=self._events,
            registry_sequence=sequence,
            refolds_waiting=refolds_waiting,
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

    def _scan_due(self) -> None:
        for found in scan_due(_now_ms(), self._scan_at_ms, self._scans, self._journals[1]):
            _log.info("scanned", extra=found._asdict())
            counters.SCANS.inc()
            counters.CONFLICTS.inc(found.news)

    def _note_waiting(self, failure: Unavailable) -> None:
        self._count_unavailable(failure)
        self._waiting_for = failure.part

    @staticmethod
    def _count_unavailable(failure: Unavailable) -> None:
        counters.UNAVAILABLE.labels(failure.part).inc()


def _journal(told: settings.WorkerSettings) -> TelemetryJournal:
    client = ServiceClient("telemetry", told.telemetry_url, told.registry_url, told.registry_credentials)
    return TelemetryJournal(client)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main() -> int:
    """Run until asked to stop, or until a loop ends by itself."""
    logs.configure()
    told = settings.read_worker()
    told.data_dir.mkdir(parents=True, exist_ok=True)
    told.database.parent.mkdir(parents=True, exist_ok=True)
    made = Worker(told)
    loops = {"fold": made.fold, "registry": made.follow, "refold": made.refold, "scan": made.scan}
    return worker.run(loops, stop=threading.Event(), each_second=made.each_second)


if __name__ == "__main__":
    sys.exit(main())
