"""The worker: composition root of the way from the broker to the stores. ``python -m services.telemetry.worker``."""

import logging
import sys
import threading
import time
from functools import partial

from services.telemetry import counters
from services.telemetry.adapters.influx_readings import InfluxReadings
from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.adapters.mqtt_messages import MqttMessage, MqttMessages
from services.telemetry.adapters.rabbit_events import RabbitEvents
from services.telemetry.adapters.registry_outages import RegistryOutages
from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sql_intervals import SqlIntervals
from services.telemetry.adapters.sql_ledger import SqlLedger, connect
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.adapters.sqlite_feeds import SqliteFeeds
from services.telemetry.adapters.sqlite_numbers import SqliteNumbers
from services.telemetry.adapters.sqlite_spool import SqliteSpool
from services.telemetry.closing import Closing
from services.telemetry.directory import Directory
from services.telemetry.drafting import Drafting
from services.telemetry.draining import keep_up, publish_events, write_points
from services.telemetry.inbox import Inbox
from services.telemetry.ingest import Ingest
from services.telemetry.mirroring import Mirroring
from services.telemetry.receiving import Receiving
from services.telemetry.replaying import Replaying
from services.telemetry.settings import WorkerSettings, read_worker
from services.telemetry.telling import Telling, count_outcomes
from shared.contracts.registry import Binding, Change, Device, Feed, Pilot, Venue
from shared.contracts.registry_evidence import Tenancy
from shared.failures import Unavailable
from shared.runtime import logs, worker
from shared.runtime.clock import ReceiptClock
from shared.runtime.delivery import until_done
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy
from shared.runtime.service_client import ServiceClient

_log = logging.getLogger(__name__)
PARKED_FOR_MS = 35 * 86_400_000
_HOUR_S = 3600.0


class Worker:
    """The loops of the process, each on a thread of its own."""

    def __init__(self, told: WorkerSettings) -> None:
        self._told = told
        self._clock = ReceiptClock()
        self._file = SpoolFile(
            told.data_dir / "spool.db", min_free_bytes=told.spool_min_free_bytes, worker=told.worker_id
        )
        self._draining = SqliteDraining(self._file)
        self._copy = RegistryCopy(told.data_dir / "registry.db")
        self._directory = Directory()
        self._inbox: Inbox[MqttMessage] = Inbox()
        self._messages = MqttMessages(told.mqtt_url, self._inbox, self._clock.now_ms)
        self._wakes = {name: threading.Event() for name in ("influxdb", "rabbitmq", "database")}
        self._spool = SqliteSpool(self._file, self._on_kept)
        self._replaying = Replaying(self._directory, self._spool)
        self._changes: list[list[Change]] = []  # pages taken over, whose arrivals ingest has not seen yet
        self._telling = Telling(told.data_dir, self._file, self._draining, self._inbox, self._copy)
        self._next_expiry = 0.0
        self._taken_until_ms: int | None = None  # everything received before it has been taken in

    def loops(self) -> dict[str, worker.Loop]:
        """Every loop by its name."""
        return {
            "registry": self.follow,
            "ingest": self.ingest,
            "influxdb": self.write,
            "rabbitmq": self.publish,
            "database": self.mirror,
            "received": self.receive,
            "feeds": self.judge,
            "journal": self.close,
        }

    def follow(self, stop: threading.Event) -> None:
        """Keep the directory up to date."""
        registry = RegistryClient(self._told.registry_url, self._told.registry_credentials)
        self._copy.follow(registry, stop, self._take)

    def ingest(self, stop: threading.Event) -> None:
        """Take messages in, batch after batch, and try what was parked again when the registry has moved on."""
        use_case = Ingest(self._directory, self._spool, self._messages.acknowledge)
        self._replaying.look_for_all()
        self._messages.start()
        try:
            while not stop.is_set():
                began_ms = self._clock.now_ms() if self._messages.is_subscribed() else None
                if batch := self._inbox.take(0.2):
                    count_outcomes(until_done(partial(use_case.ingest, batch), stop, self._note))
                else:
                    self._taken_until_ms = began_ms
                self._replay(stop)
        finally:
            self._messages.close()

    def write(self, stop: threading.Event) -> None:
        """Send points to InfluxDB."""
        readings = InfluxReadings(self._told.influx_url)

        keep_up(
            lambda: write_points(self._draining, readings.write, self._clock.now_ms),
            stop,
            self._wakes["influxdb"],
            gather_s=0.2,
            on_unavailable=self._note,
        )

    def publish(self, stop: threading.Event) -> None:
        """Send events to RabbitMQ."""
        events = RabbitEvents(self._told.amqp_url)

        keep_up(
            lambda: publish_events(self._draining, events.publish, self._told.worker_id),
            stop,
            self._wakes["rabbitmq"],
            gather_s=0.2,
            idle=events.idle,
            on_unavailable=self._note,
        )
        events.close()

    def mirror(self, stop: threading.Event) -> None:
        """Copy the ledger, the rejected and the parked to telemetry's own database."""
        mirroring = Mirroring(self._draining, SqlLedger(connect(self._told.database_url), self._told.worker_id))
        keep_up(
            lambda: mirroring.step(_now_ms()), stop, self._wakes["database"], gather_s=0.3, on_unavailable=self._note
        )

    def receive(self, stop: threading.Event) -> None:
        """Take over which numbers of which devices came."""
        receiving = Receiving(SqliteNumbers(self._file), SqlIntervals(connect(self._told.database_url)))
        while not stop.wait(0.25):
            while until_done(lambda: receiving.step(_now_ms()), stop, self._note):
                pass

    def judge(self, stop: threading.Event) -> None:
        """Draft outages of feeds that were silent."""
        told = self._told
        client = ServiceClient("registry", told.registry_url, told.registry_url, told.registry_credentials)
        drafting = Drafting(SqliteFeeds(self._file), RegistryOutages(client), self._directory.feeds, time.monotonic)
        while not stop.wait(1.0):
            if self._taken_until_ms is not None:
                step = partial(drafting.step, self._taken_until_ms)
                counters.OUTAGES.inc(until_done(step, stop, self._note))

    def close(self, stop: threading.Event) -> None:
        """Close what every store has into the journal; at the end, all of it."""
        files = JournalFiles(self._told.data_dir / "journal")
        closing = Closing(self._draining, files, self._told.worker_id, max_age_ms=self._told.journal_max_age_s * 1000)
        while not stop.wait(1.0):
            while until_done(lambda: closing.step(_now_ms()), stop, self._note):
                counters.SEGMENTS.inc()
        while closing.step(_now_ms(), at_stop=True):
            counters.SEGMENTS.inc()

    def each_second(self) -> None:
        """Show that the process is alive, and end it if it only seems so.

        :raises RuntimeError: if paho's thread is gone, which its client would not tell
        """
        if not self._messages.is_alive():
            raise RuntimeError("paho's thread is gone")
        try:
            self._telling.tell(_now_ms(), subscribed=self._messages.is_subscribed())
        except (OSError, Unavailable):  # a full disk: ingest has paused, and what has been kept must go on
            _log.exception("health and counters could not be written")

    def fill(self) -> None:
        """Fill the directory from the copy on disk."""
        for slug, pilot in self._copy.all(Pilot):
            self._directory.add_site("home", slug, pilot.district)
        for slug, venue in self._copy.all(Venue):
            self._directory.add_site("vr", slug, venue.district)
        for _, device in self._copy.all(Device):
            self._directory.add_device(device.vendor, device.device)
        self._directory.feeds.update(self._copy.all(Feed))
        for key, binding in self._copy.all(Binding):
            self._directory.consent.add_binding(key, binding)
        for key, tenancy in self._copy.all(Tenancy):
            self._directory.consent.add_tenancy(key, tenancy)
        self._directory.consent.settle()

    def _take(self, changes: list[Change]) -> None:
        self._changes.append(changes)

    def _replay(self, stop: threading.Event) -> None:
        """On ingest's thread: what it parks and what arrives cannot miss each other."""
        while self._changes:
            arrived = self._directory.take(self._changes.pop(0))
            self._replaying.sites_arrived(arrived.sites)
            self._replaying.devices_arrived(arrived.devices)
        counters.REPLAYED.inc(until_done(lambda: self._replaying.step(self._clock.now_ms()), stop, self._note))
        if time.monotonic() >= self._next_expiry:
            self._next_expiry = time.monotonic() + _HOUR_S
            expire = partial(self._spool.expire, self._clock.now_ms() - PARKED_FOR_MS)
            counters.PARKED_EXPIRED.inc(until_done(expire, stop, self._note))

    def _on_kept(self) -> None:
        for wake in self._wakes.values():
            wake.set()

    def _note(self, failure: Unavailable) -> None:
        counters.UNAVAILABLE.labels(failure.part).inc()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main() -> int:
    """Run until asked to stop, or until a loop ends by itself."""
    logs.configure()
    told = read_worker()
    told.data_dir.mkdir(parents=True, exist_ok=True)
    made = Worker(told)
    made.fill()
    return worker.run(made.loops(), stop=threading.Event(), each_second=made.each_second)


if __name__ == "__main__":
    sys.exit(main())
