"""Imports that nobody waits for: one after another, on a thread of their own; how far each is, and what became of it.

A job lives in its process: with it goes what was told of the job, and what was not yet committed. What was kept is an
import like any other.
"""

import logging
import threading
from collections import OrderedDict, deque
from typing import NamedTuple
from uuid import uuid4

from services.registry import counters
from services.registry.importing.carrying import Result, carry_out
from services.registry.importing.kind import Kind
from services.registry.importing.telling import refused_lines
from services.registry.refusal import Refused
from services.registry.store import Trying
from shared.failures import Rejected, Unavailable
from shared.runtime.auth import Principal

QUEUED, DONE, FAILED = "QUEUED", "DONE", "FAILED"  # and, in between, the states of carrying
MOST_WAITING = 4  # each may have a file of 32 MiB
MOST_WAITING_OF_ONE = 2  # so that nobody alone keeps all others out
AGAIN_S = 30
_MOST_TOLD = 20
_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """One file and how far it is: ``done`` of ``rows`` have been entered. In the end a result, or why there is none."""

    id: str
    kind: Kind
    importer: str
    state: str = QUEUED
    done: int = 0
    rows: int = 0
    result: Result | None = None
    failure: Exception | None = None


class _Asked(NamedTuple):
    job: str
    kind: Kind
    content: bytes
    caller: Principal
    dry_run: bool
    some: bool


class Stopped(Exception):
    """The process is asked to end; what the job has written is undone."""


class Jobs:
    """The jobs of this process, from any number of threads; ``stopping`` is set when the process is asked to end."""

    def __init__(self, database: Trying, stopping: threading.Event) -> None:
        self._database = database
        self._stopping = stopping
        self._lock = threading.Lock()
        self._told: OrderedDict[str, Job] = OrderedDict()
        self._waiting: deque[_Asked] = deque()
        self._is_working = False

    def start(self, kind: Kind, content: bytes, caller: Principal, *, dry_run: bool, some: bool) -> Job:
        """Queue a file; see :func:`services.registry.importing.carrying.carry_out`.

        :raises Rejected: ``too_many_imports`` if too many wait already, or too many of the caller's
        """
        with self._lock:
            own = sum(asked.caller.key == caller.key for asked in self._waiting)
            if len(self._waiting) >= MOST_WAITING or own >= MOST_WAITING_OF_ONE:
                raise Rejected("too_many_imports", wait_s=AGAIN_S)
            job = Job(str(uuid4()), kind, caller.key)
            self._told[job.id] = job
            self._waiting.append(_Asked(job.id, kind, content, caller, dry_run, some))
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="imports").start()  # not a daemon: it ends cleanly
        return job

    def find(self, key: str) -> Job | None:
        """A job that waits, is at work, or was one of the last."""
        with self._lock:
            return self._told.get(key)

    def _work(self) -> None:
        while (asked := self._next()) is not None:
            self._do(asked)

    def _next(self) -> _Asked | None:
        with self._lock:
            if self._waiting and not self._stopping.is_set():
                return self._waiting.popleft()
            self._is_working = False
            return None

    def _do(self, asked: _Asked) -> None:
        def watch(state: str, done: int, rows: int) -> None:
            if self._stopping.is_set():
                raise Stopped
            self._tell(asked.job, state=state, done=done, rows=rows)

        try:
            result = carry_out(
                self._database,
                asked.kind,
                asked.content,
                asked.caller,
                dry_run=asked.dry_run,
                some=asked.some,
                watch=watch,
            )
        except Exception as failure:  # on this thread nobody else would tell of it
            if isinstance(failure, Refused):
                counters.REFUSED.labels(failure.reason).inc()
            elif not isinstance(failure, Rejected | Unavailable | Stopped):
                _log.error("defect", exc_info=failure, extra={"job": asked.job, "kind": asked.kind.name})
            self._tell(asked.job, state=FAILED, failure=failure)
        else:
            if result.outcome == "REFUSED":
                counters.REFUSED.labels("invalid_request").inc()
            lines = tuple(refused_lines(result.sheet, result.entered.faults))  # the others are not asked for again
            slim = result._replace(sheet=result.sheet._replace(lines=lines))
            self._tell(asked.job, state=DONE, done=result.rows, rows=result.rows, result=slim)

    def _tell(self, key: str, **now: object) -> None:
        with self._lock:
            self._told[key] = self._told[key]._replace(**now)  # type: ignore[arg-type]
            over = [each.id for each in self._told.values() if each.state in (DONE, FAILED)][:-_MOST_TOLD]
            for old in over:
                del self._told[old]
