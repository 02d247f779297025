"""The loops by which what the spool holds leaves it: InfluxDB, RabbitMQ, telemetry's own database, the journal."""

import threading
import time
from collections.abc import Callable, Mapping

from services.telemetry import counters
from services.telemetry.adapters.influx_readings import InfluxReadings
from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.adapters.rabbit_events import RabbitEvents
from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sql_intervals import SqlIntervals
from services.telemetry.adapters.sql_ledger import SqlLedger, connect
from services.telemetry.adapters.sql_watermarks import SqlWatermarks
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.adapters.sqlite_mirroring import SqliteMirroring
from services.telemetry.adapters.sqlite_numbers import SqliteNumbers
from services.telemetry.adapters.sqlite_totals import SqliteTotals
from services.telemetry.announcing import Announcing
from services.telemetry.closing import Closing
from services.telemetry.draining import keep_up, publish_events, write_points
from services.telemetry.mirroring import Mirroring
from services.telemetry.receiving import Receiving
from services.telemetry.settings import WorkerSettings
from services.telemetry.watermark import Watermark
from shared.failures import Unavailable
from shared.runtime.clock import Clock
from shared.runtime.delivery import until_done


class Outlets:
    """Each of these loops has a thread of its own; ``wakes`` are set when something was kept."""

    def __init__(
        self,
        settings: WorkerSettings,
        clock: Clock,
        file: SpoolFile,
        wakes: Mapping[str, threading.Event],
        watermark: Watermark,
        note: Callable[[Unavailable], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._file = file
        self._draining = SqliteDraining(file)
        self._wakes = wakes
        self._watermark = watermark
        self._note = note

    def write(self, stop: threading.Event) -> None:
        """Send points to InfluxDB."""
        readings = InfluxReadings(self._settings.influx_url)

        keep_up(
            lambda: write_points(self._draining, readings.write, self._clock.now_ms),
            stop,
            self._wakes["influxdb"],
            gather_s=0.2,
            on_unavailable=self._note,
        )

    def publish(self, stop: threading.Event) -> None:
        """Send events to RabbitMQ."""
        events = RabbitEvents(self._settings.amqp_url)
        worker, totals = self._settings.worker_id, SqliteTotals(self._file)
        announcing = Announcing(worker, self._draining, totals, self._watermark, events.publish)

        def step() -> bool:
            more = publish_events(self._draining, events.publish, worker)
            announcing.step(time.monotonic())
            return more

        keep_up(
            step,
            stop,
            self._wakes["rabbitmq"],
            gather_s=0.2,
            idle=events.idle,
            on_unavailable=self._note,
        )
        events.close()

    def mirror(self, stop: threading.Event) -> None:
        """Copy the ledger, the rejected and the parked to telemetry's own database."""
        told, engine = self._settings, connect(self._settings.database_url)
        mirroring = Mirroring(SqliteMirroring(self._file), SqlLedger(engine, told.worker_id))
        watermarks = SqlWatermarks(engine, told.worker_id, trial=told.trial_clock is not None)

        def step() -> bool:
            watermarks.show(self._watermark.told)
            return mirroring.step(_now_ms())

        keep_up(step, stop, self._wakes["database"], gather_s=0.3, on_unavailable=self._note)

    def receive(self, stop: threading.Event) -> None:
        """Take over which numbers of which devices came."""
        receiving = Receiving(SqliteNumbers(self._file), SqlIntervals(connect(self._settings.database_url)))
        while not stop.wait(0.25):
            while until_done(lambda: receiving.step(_now_ms()), stop, self._note):
                pass

    def close(self, stop: threading.Event) -> None:
        """Close what every store has into the journal; at the end, all of it."""
        files = JournalFiles(self._settings.data_dir / "journal")
        closing = Closing(
            self._draining, files, self._settings.worker_id, max_age_ms=self._settings.journal_max_age_s * 1000
        )
        while not stop.wait(1.0):
            while until_done(lambda: closing.step(self._clock.now_ms()), stop, self._note):
                counters.SEGMENTS.inc()
        while closing.step(0, at_stop=True):
            counters.SEGMENTS.inc()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
