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
from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sql_ledger import SqlLedger, connect
from services.telemetry.adapters.sql_watermarks import SqlWatermarks
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.adapters.sqlite_spool import SqliteSpool
from services.telemetry.closing import Closing
from services.telemetry.directory import Directory
from services.telemetry.draining import keep_up, publish_events, write_points
from services.telemetry.inbox import Inbox
from services.telemetry.ingest import Ingest
from services.telemetry.mirroring import Mirroring
from services.telemetry.replaying import Replaying
from services.telemetry.settings import WorkerSettings, read_worker
from services.telemetry.telling import Telling, count_outcomes
from services.telemetry.watermark import Watermark
from shared.contracts.registry import Change, Device, Pilot, Venue
from shared.failures import Unavailable
from shared.runtime import logs, worker
from shared.runtime.clock import Clock, ReceiptClock, TrialClock
from shared.runtime.delivery import until_done
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy

_log = logging.getLogger(__name__)
PARKED_FOR_MS = 35 * 86_400_000
_HOUR_MS = 3_600_000


class Worker:
    """The loops of the process, each on a thread of its own."""

    def __init__(self, told: WorkerSettings) -> None:
        self._told = told
        self._clock: Clock = TrialClock(told.trial_clock) if told.trial_clock else ReceiptClock()
        self._file = SpoolFile(told.data_dir / "spool.db", min_free_bytes=told.spool_min_free_bytes)
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
        self._watermark = Watermark()
        self._next_expiry_ms = 0

    def loops(self) -> dict[str, worker.Loop]:
        """Every loop by its name."""
        return {
            "registry": self.follow,
            "ingest": self.ingest,
            "influxdb": self.write,
            "rabbitmq": self.publish,
            "database": self.mirror,
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
                if batch := self._inbox.take(0.2):
                    count_outcomes(until_done(partial(use_case.ingest, batch), stop, self._note))
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
        told, engine = self._told, connect(self._told.database_url)
        mirroring = Mirroring(self._draining, SqlLedger(engine, told.worker_id))
        watermarks = SqlWatermarks(engine, told.worker_id, trial=told.trial)

        def step() -> bool:
            watermarks.show(self._watermark.told)
            return mirroring.step(_now_ms())

        keep_up(step, stop, self._wakes["database"], gather_s=0.3, on_unavailable=self._note)

    def close(self, stop: threading.Event) -> None:
        """Close what every store has into the journal; at the end, all of it."""
        files = JournalFiles(self._told.data_dir / "journal")
        closing = Closing(self._draining, files, self._told.worker_id, max_age_ms=self._told.journal_max_age_s * 1000)
        while not stop.wait(1.0):
            while until_done(lambda: closing.step(self._clock.now_ms()), stop, self._note):
                counters.SEGMENTS.inc()
        while closing.step(0, at_stop=True):
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

    def _take(self, changes: list[Change]) -> None:
        self._changes.append(changes)

    def _replay(self, stop: threading.Event) -> None:
        """On ingest's thread: what it parks and what arrives cannot miss each other."""
        while self._changes:
            arrived = self._directory.take(self._changes.pop(0))
            self._replaying.sites_arrived(arrived.sites)
            self._replaying.devices_arrived(arrived.devices)
        try:
            now_ms = self._clock.now_ms()
        except Unavailable as failure:  # nothing comes in either: parking can wait
            self._note(failure)
            return
        counters.REPLAYED.inc(until_done(lambda: self._replaying.step(now_ms), stop, self._note))
        if now_ms >= self._next_expiry_ms:
            self._next_expiry_ms = now_ms + _HOUR_MS
            counters.PARKED_EXPIRED.inc(until_done(lambda: self._expire(now_ms), stop, self._note))

    def _expire(self, now_ms: int) -> int:
        return sum(iter(lambda: self._spool.expire(now_ms - PARKED_FOR_MS), 0))

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
