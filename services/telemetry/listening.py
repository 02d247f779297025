"""When the broker kept messages for us, and when it did not: an outage of ours, published as ``ops.outage``.

It keeps them while it has our session, also while we are away. A session is lost when it gives a new one to a worker
that has listened before: what was published since is gone, and so is what had not been kept by then.
"""

import logging
import threading
from typing import NamedTuple, Protocol

import msgspec

from services.telemetry import counters
from services.telemetry.model import Kept, Outgoing
from shared.contracts.civil_time import day_of, rfc3339
from shared.contracts.events import OPS_KEYS, OutageData, OutageEvent
from shared.failures import Unavailable

_log = logging.getLogger(__name__)
_REMEMBER_EVERY_MS = 1_000


class OwnOutage(NamedTuple):
    """Epoch milliseconds of receipt, half-open; ``to_ms`` is None while it goes on."""

    from_ms: int
    to_ms: int | None


class Spool(Protocol):
    """Where it is remembered. Every method raises Unavailable if the spool cannot be read or written."""

    def listened(self, until_ms: int) -> None:
        """All that was received before this moment is kept, and what came since waits in our session."""

    def lost(self) -> None:
        """Begin an outage where we last listened; nothing if we never did, or one has begun there already."""

    def outages(self) -> list[OwnOutage]:
        """Every outage of ours, by its beginning."""

    def back(self, outage: OwnOutage, told: Kept) -> None:
        """End an outage, listen from there on, and append the batch that tells of it, in one transaction."""


class Listening:
    """Follows one worker's session. :meth:`connected` may be called from another thread than :meth:`step`."""

    def __init__(self, spool: Spool, worker: str) -> None:
        self._spool = spool
        self._worker = worker
        self._is_unwritten = threading.Event()  # a loss that the spool does not know of
        self._is_lost = threading.Event()
        self._is_lost.set()  # until looked up: the process may have ended before an outage did
        self._remembered_ms: int | None = None

    def connected(self, session_present: bool) -> None:
        """Remember a lost session before anything else: from the next connection on, nobody could tell."""
        if session_present:
            return
        try:
            self._spool.lost()
        except Unavailable:
            _log.exception("a lost session could not be written down yet")
            self._is_unwritten.set()
        self._is_lost.set()

    def step(self, kept_before_ms: int, now_ms: int) -> None:
        """Being subscribed: end an outage at ``now_ms``; without one, remember ``kept_before_ms``, once a second.

        :param kept_before_ms: all that was received before this moment has been kept
        :raises Unavailable: if the spool cannot be written; call it again then
        """
        if self._is_unwritten.is_set():
            self._spool.lost()
            self._is_unwritten.clear()
        if self._is_lost.is_set() and self._is_back(now_ms):
            return
        if self._remembered_ms is None or abs(kept_before_ms - self._remembered_ms) >= _REMEMBER_EVERY_MS:
            self._spool.listened(kept_before_ms)
            self._remembered_ms = kept_before_ms

    def _is_back(self, now_ms: int) -> bool:
        """End the outages that go on; returns whether there was one."""
        self._is_lost.clear()  # before looking: another loss may come meanwhile
        try:
            lasting = [outage for outage in self._spool.outages() if outage.to_ms is None]
            for outage in lasting:
                to_ms = max(now_ms, outage.from_ms + 1)
                self._spool.back(OwnOutage(outage.from_ms, to_ms), self._told(outage.from_ms, to_ms))
                counters.SESSIONS_LOST.inc()
                _log.error("the broker had lost our session", extra={"from_ms": outage.from_ms, "to_ms": to_ms})
        except Unavailable:
            self._is_lost.set()
            raise
        return bool(lasting)

    def _told(self, from_ms: int, to_ms: int) -> Kept:
        """The batch that tells of an outage: one event, no message."""
        data = OutageData(self._worker, from_ms, to_ms, "session_lost")
        event = OutageEvent(f"{self._worker}/outage/{from_ms}", f"/workers/{self._worker}", rfc3339(to_ms), data)
        outgoing = Outgoing(0, "", 1, {OPS_KEYS["outage"]: [msgspec.json.encode(event)]}, ())
        return Kept(day_of(to_ms), to_ms, (), outgoing, (), (), {})
