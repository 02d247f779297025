"""The worker: composition root of the way from the broker to the stores. ``python -m services.telemetry.worker``."""

import logging
import sys
import threading
import time
from functools import partial

from services.telemetry import counters
from services.telemetry.adapters.mqtt_messages import MqttMessage, MqttMessages
from services.telemetry.adapters.registry_outages import RegistryOutages
from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.adapters.sqlite_feeds import SqliteFeeds
from services.telemetry.adapters.sqlite_listening import SqliteListening
from services.telemetry.adapters.sqlite_spool import SqliteSpool
from services.telemetry.directory import Directory
from services.telemetry.drafting import Drafting
from services.telemetry.filling import fill
from services.telemetry.inbox import Inbox
from services.telemetry.ingest import Ingest
from services.telemetry.listening import Listening
from services.telemetry.outlets import Outlets
from services.telemetry.replaying import Replaying
from services.telemetry.settings import WorkerSettings, read_worker
from services.telemetry.telling import Telling, count_outcomes
from services.telemetry.watermark import Mark, Watermark
from shared.contracts.registry import Change
from shared.failures import Unavailable
from shared.runtime import logs, worker
from shared.runtime.clock import Clock, ReceiptClock, TrialClock
from shared.runtime.delivery import until_done
from shared.runtime.registry_client import RegistryClient
from shared.runtime.registry_copy import RegistryCopy
from shared.runtime.service_client import ServiceClient

_log = logging.getLogger(__name__)
_HOUR_MS = 3_600_000


class Worker:
    """The loops of the process, each on a thread of its own."""

    def __init__(self, told: WorkerSettings) -> None:
        self._told = told
        self._clock: Clock = TrialClock(told.trial_clock) if told.trial_clock else ReceiptClock()
        self._file = SpoolFile(
            told.data_dir / "spool.db", min_free_bytes=told.spool_min_free_bytes, worker=told.worker_id
        )
        self._draining = SqliteDraining(self._file)
        self._copy = RegistryCopy(told.data_dir / "registry.db")
        self._directory = Directory()
        fill(self._directory, self._copy)
        self._inbox: Inbox[MqttMessage] = Inbox()
        self._sessions = SqliteListening(self._file)
        self._listening = Listening(self._sessions, told.worker_id)
        self._messages = MqttMessages(told.mqtt_url, self._inbox, self._clock.now_ms, self._listening.connected)
        self._wakes = {name: threading.Event() for name in ("influxdb", "rabbitmq", "database")}
        self._spool = SqliteSpool(self._file, self._on_kept, parking_quota_bytes=told.parking_quota_bytes)
        self._replaying = Replaying(self._directory, self._spool)
        self._changes: list[list[Change]] = []  # pages taken over, whose arrivals ingest has not seen yet
        self._telling = Telling(told.data_dir, self._file, self._draining, self._inbox, self._copy)
        self._watermark = Watermark()
        self._next_expiry_ms = 0
        self._outlets = Outlets(told, self._clock, self._file, self._wakes, self._watermark, self._note)
        self._taken_until_ms: int | None = None  # everything received before it has been taken in

    def loops(self) -> dict[str, worker.Loop]:
        """Every loop by its name."""
        return {
            "registry": self.follow,
            "ingest": self.ingest,
            "influxdb": self._outlets.write,
            "rabbitmq": self._outlets.publish,
            "database": self._outlets.mirror,
            "received": self._outlets.receive,
            "feeds": self.judge,
            "journal": self._outlets.close,
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
                began = self._moment()
                is_settled = not self._messages.is_stamping()
                if batch := self._inbox.take(0.2):
                    self._mark(batch[0].received_ms, stop)
                    count_outcomes(until_done(partial(use_case.ingest, batch), stop, self._note))
                    self._listen(batch[0].received_ms, stop)
                elif began is not None and is_settled:
                    self._listen(began, stop)
                    self._mark(began, stop)
                self._replay(stop)
        finally:
            self._messages.close()

    def judge(self, stop: threading.Event) -> None:
        """Draft outages of feeds that were silent."""
        told = self._told
        client = ServiceClient("registry", told.registry_url, told.registry_url, told.registry_credentials)
        drafting = Drafting(
            SqliteFeeds(self._file),
            RegistryOutages(client),
            self._directory.feeds,
            time.monotonic,
            self._sessions.outages,
        )
        while not stop.wait(1.0):
            if self._taken_until_ms is not None:
                step = partial(drafting.step, self._taken_until_ms)
                counters.OUTAGES.inc(until_done(step, stop, self._note))

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

    def _moment(self) -> int | None:
        """Now, by the clock of receipt, where messages reach us; before looking whether there are any."""
        try:
            return self._clock.now_ms() if self._messages.is_subscribed() else None
        except Unavailable as failure:
            self._note(failure)
            return None

    def _listen(self, kept_before_ms: int, stop: threading.Event) -> None:
        if (now_ms := self._moment()) is not None:
            until_done(partial(self._listening.step, kept_before_ms, now_ms), stop, self._note)

    def _mark(self, received_before_ms: int, stop: threading.Event) -> None:
        head, _ = until_done(self._draining.cursors, stop, self._note)
        self._watermark.kept(Mark(received_before_ms, head))
        self._taken_until_ms = received_before_ms

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
            counters.PARKED_EXPIRED.inc(until_done(lambda: self._replaying.expire(now_ms), stop, self._note))

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
    return worker.run(made.loops(), stop=threading.Event(), each_second=made.each_second)


if __name__ == "__main__":
    sys.exit(main())
