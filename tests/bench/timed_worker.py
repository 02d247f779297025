"""The telemetry worker with clocks in it: ``python -m tests.bench.timed_worker OUT clocks|profile``.

The real worker, its loops and its threads; only around a few of its functions, each called once a batch, a clock of
processor time is put. At its end it writes OUT: seconds by stage, of what a stage calls only what is no stage itself.
With ``profile``, each thread runs under cProfile instead, and OUT is its statistics.
"""

import cProfile
import functools
import importlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from paho.mqtt.client import Client

from services.telemetry.settings import read_worker
from services.telemetry.worker import Worker
from shared.runtime import logs, worker


class Stage(NamedTuple):
    """A function of the worker, and what the table calls it."""

    name: str
    module: str
    owner: str
    function: str


_ADAPTERS = "services.telemetry.adapters"
STAGES = (
    Stage("decode, find the device", "services.telemetry.ingest", "", "decode"),
    Stage("lines, events, presence", "services.telemetry.keeping", "", "outgoing"),
    Stage("ledger counts", "services.telemetry.keeping", "", "count_received"),
    Stage("hashes and entries", "services.telemetry.ingest", "", "kept"),
    Stage("spool transaction", f"{_ADAPTERS}.sqlite_spool", "SqliteSpool", "keep"),
    Stage("PUBACK and receipts", f"{_ADAPTERS}.mqtt_messages", "MqttMessages", "acknowledge"),
    Stage("InfluxDB: read the spool", f"{_ADAPTERS}.sqlite_draining", "SqliteDraining", "lines"),
    Stage("InfluxDB: write", f"{_ADAPTERS}.influx_readings", "InfluxReadings", "write"),
    Stage("InfluxDB: move the cursor", f"{_ADAPTERS}.sqlite_draining", "SqliteDraining", "lines_written"),
    Stage("RabbitMQ: read the spool", f"{_ADAPTERS}.sqlite_draining", "SqliteDraining", "events"),
    Stage("RabbitMQ: bodies", "services.telemetry.draining", "", "bodies"),
    Stage("RabbitMQ: publish", f"{_ADAPTERS}.rabbit_events", "RabbitEvents", "publish"),
    Stage("RabbitMQ: move the cursor", f"{_ADAPTERS}.sqlite_draining", "SqliteDraining", "events_published"),
    Stage("database: mirror", "services.telemetry.mirroring", "Mirroring", "step"),
    Stage("journal: close", "services.telemetry.closing", "Closing", "step"),
)


class Clocks:
    """Processor seconds by stage, over all threads."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._local = threading.local()

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock: what it takes itself, without the stages it calls."""

        @functools.wraps(function)
        def clocked(*arguments: Any, **named: Any) -> Any:
            inner: list[float] = self._local.__dict__.setdefault("inner", [0.0])
            begun = time.thread_time()
            inner.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                took = time.thread_time() - begun
                self.seconds[name] += took - inner.pop()
                inner[-1] += took

        return clocked


class Profiles:
    """One profile a thread, by processor time."""

    def __init__(self) -> None:
        self._made: list[cProfile.Profile] = []

    def around(self, _name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function under a profile of its own."""

        @functools.wraps(function)
        def profiled(*arguments: Any, **named: Any) -> Any:
            profile = cProfile.Profile(time.thread_time)
            self._made.append(profile)
            return profile.runcall(function, *arguments, **named)

        return profiled

    def functions(self) -> list[tuple[str, int, float]]:
        """Every function with its calls and its own seconds, the threads added up."""
        calls: defaultdict[str, int] = defaultdict(int)
        seconds: defaultdict[str, float] = defaultdict(float)
        for profile in self._made:
            profile.create_stats()
            for (file, line, name), (_, count, own, _, _) in profile.stats.items():
                where = f"{_short(file)}:{line} {name}" if line else name
                calls[where] += count
                seconds[where] += own
        return [(where, calls[where], seconds[where]) for where in seconds]


def main() -> int:
    """Run the worker until it is asked to stop; then write what the clocks say."""
    out, mode = Path(sys.argv[1]), sys.argv[2]
    logs.configure()
    told = read_worker()
    told.data_dir.mkdir(parents=True, exist_ok=True)
    made = Worker(told)
    clocks, profiles = Clocks(), Profiles()
    around = clocks.around if mode == "clocks" else profiles.around
    if mode == "clocks":
        for stage in STAGES:
            _put(stage, clocks)
    paho = Client._thread_main
    Client._thread_main = around("MQTT: paho's thread", paho)  # type: ignore[method-assign]
    loops = {name: around(f"the rest of {name}'s loop", loop) for name, loop in made.loops().items()}
    status = worker.run(loops, stop=threading.Event(), each_second=around("each second", made.each_second))
    said = clocks.seconds if mode == "clocks" else profiles.functions()
    out.write_text(json.dumps({"process_s": time.process_time(), "said": said}))
    return status


def _put(stage: Stage, clocks: Clocks) -> None:
    module = importlib.import_module(stage.module)
    owner = getattr(module, stage.owner) if stage.owner else module
    setattr(owner, stage.function, clocks.around(stage.name, getattr(owner, stage.function)))


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-2:])


if __name__ == "__main__":
    sys.exit(main())
