"""What the worker tells of itself: a sign of life and its counters, each second; an alarm before the disk is full."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, write_to_textfile

from services.telemetry import counters
from services.telemetry.adapters.spool_file import SpoolFile
from services.telemetry.adapters.sqlite_draining import SqliteDraining
from services.telemetry.inbox import Inbox
from services.telemetry.model import Outcome
from shared.runtime.health import HealthFile
from shared.runtime.registry_copy import RegistryCopy

_log = logging.getLogger(__name__)
_ALARM_SPARE_BYTES = 1024**3  # above what is kept free: some time to act


class Telling:
    """Writes ``health.json`` and ``counters.prom``."""

    def __init__(
        self, folder: Path, file: SpoolFile, draining: SqliteDraining, inbox: Inbox[Any], copy: RegistryCopy
    ) -> None:
        self._file = file
        self._draining = draining
        self._inbox = inbox
        self._copy = copy
        self._health = HealthFile(folder / "health.json")
        self._counters = folder / "counters.prom"
        self._alarmed = False

    def tell(self, now_ms: int, *, subscribed: bool) -> None:
        """Write both files.

        :raises Unavailable: if the spool cannot be read
        """
        head, cursors = self._draining.cursors()
        spare = self._file.free_bytes()
        if (spare < _ALARM_SPARE_BYTES) != self._alarmed:
            self._alarmed = not self._alarmed
            _log.error(
                "the disk fills up" if self._alarmed else "the disk has room again", extra={"spare_bytes": spare}
            )
        counters.INBOX_BYTES.set(self._inbox.waiting_bytes)
        counters.SPOOL_HEAD.set(head)
        counters.SPOOL_SPARE_BYTES.set(spare)
        for name, at in cursors.items():
            counters.SPOOL_LAG.labels(name).set(head - at)
        self._health.write(
            now_ms,
            ready=subscribed and spare >= 0,
            head=head,
            cursors=cursors,
            registry_sequence=self._copy.sequence(),
            spare_bytes=spare,
        )
        write_to_textfile(str(self._counters), REGISTRY)


def count_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Count what became of a batch."""
    for outcome in outcomes:
        counters.MESSAGES.inc()
        counters.RECORDS.labels("accepted").inc(len(outcome.accepted))
        counters.RECORDS.labels("no_consent").inc(len(outcome.dropped))
        for aside in (*outcome.rejected, *outcome.parked, *outcome.not_accepted):
            counters.RECORDS.labels(aside.reason).inc()
