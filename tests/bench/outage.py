"""InfluxDB away while messages go on coming: the worker's memory meanwhile, and how fast it catches up."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import resident_mib
from tests.under_load.draining import NotDrained, health, until, until_alive, until_drained
from tests.under_load.load import Wish

_WORKER = "telemetry-worker"
_SAMPLE_S = 0.25
_LOOK_S = 0.02
_ENDS_WITHIN_S = 180


def memory_and_drain(bench: Bench) -> None:
    """A fresh worker, InfluxDB stopped, twice ``rows`` messages; then InfluxDB again."""
    stack = bench.private.stack
    wish = Wish(bench.rows * 2, 1, receipts=False, venue_part=0, per_device=200)
    loaded = bench.prepare("outage", wish)
    stack.stop_program(_WORKER)
    stack.start_program(_WORKER)
    until_alive(stack, _WORKER)
    pid = stack.pid(_WORKER)
    idle_mib = resident_mib(pid)
    stack.stop_program("influxdb")
    before = health(stack, _WORKER)["cursors"]["influxdb"]
    began = loaded.load.start()
    peak_mib = idle_mib
    try:
        while loaded.load.runs() and time.monotonic() < began + _ENDS_WITHIN_S:
            peak_mib = max(peak_mib, resident_mib(pid))
            time.sleep(_SAMPLE_S)
        loaded.load.finish(5)
    finally:
        loaded.load.stop()
    waiting = until(lambda: health(stack, _WORKER), _all_but_influx, "RabbitMQ and the database have all", 60)
    if waiting["cursors"]["influxdb"] != before:
        bench.wrong.append("outage: InfluxDB's cursor moved while it was away")
    drain = _drained_in(bench)
    peak_mib = max(peak_mib, resident_mib(pid))
    until_drained(stack)
    bench.check(loaded)
    how = f"{wish.records:,} messages waiting; {idle_mib:.0f} MiB when started"
    bench.found(Measure("worker memory while InfluxDB is away", peak_mib, "MiB", Reach("<=", 150), how))
    how = (
        f"from the first batch's {drain.waited_s:.1f} s after InfluxDB was started to the last's, {drain.took_s:.2f} s"
    )
    rate = wish.records * drain.share / drain.took_s
    bench.found(Measure("drain rate afterwards", rate, "msg/s", Reach(">=", 6_000), how))


class Drain(NamedTuple):
    """Seconds until the cursor first moved, and from then to the head; the share of the batches that took."""

    waited_s: float
    took_s: float
    share: float


def _drained_in(bench: Bench) -> Drain:
    """Start InfluxDB, and look at its cursor in the spool."""
    stack = bench.private.stack
    spool = stack.folders.data_of(_WORKER) / "spool.db"
    started = time.monotonic()
    with ThreadPoolExecutor(1) as aside:
        healthy = aside.submit(stack.start_program, "influxdb")
        first, head = _cursor_and_head(spool)
        while (at := _cursor_and_head(spool)[0]) == first:
            _pause(started)
        moved, share = time.monotonic(), (head - at) / (head - first)
        while at < head:
            _pause(started)
            at = _cursor_and_head(spool)[0]
        took_s = time.monotonic() - moved + _LOOK_S
        healthy.result()
    return Drain(moved - started, took_s, share)


def _cursor_and_head(spool: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(f"file:{spool}?mode=ro", uri=True, timeout=10)) as connection:
        asked = "SELECT cursor.n, state.head FROM cursor, state WHERE cursor.name = 'influxdb'"
        found: tuple[int, int] = connection.execute(asked).fetchone()
    return found


def _pause(since: float) -> None:
    if time.monotonic() > since + _ENDS_WITHIN_S:
        raise NotDrained(f"InfluxDB's cursor did not reach the head within {_ENDS_WITHIN_S} s of its return")
    time.sleep(_LOOK_S)


def _all_but_influx(said: dict[str, object]) -> bool:
    cursors = said["cursors"]
    assert isinstance(cursors, dict)
    return all(at == said["head"] for name, at in cursors.items() if name != "influxdb")
