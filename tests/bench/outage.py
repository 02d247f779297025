"""InfluxDB away while messages go on coming: the worker's memory meanwhile, and how fast it catches up."""

import time

from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import resident_mib
from tests.under_load.draining import health, until, until_alive, until_drained
from tests.under_load.load import Wish

_WORKER = "telemetry-worker"
_SAMPLE_S = 0.25
_ENDS_WITHIN_S = 180


def memory_and_drain(bench: Bench) -> None:
    """A fresh worker, InfluxDB stopped, twice ``rows`` messages; then InfluxDB again."""
    stack = bench.private.stack
    wish = Wish(bench.rows * 2, 1, venue_part=0, per_device=200)
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
    took_s = _drained_in(bench)
    peak_mib = max(peak_mib, resident_mib(pid))
    until_drained(stack)
    bench.check(loaded)
    how = f"{wish.records:,} messages waiting; {idle_mib:.0f} MiB when started"
    bench.found(Measure("worker memory while InfluxDB is away", peak_mib, "MiB", Reach("<=", 150), how))
    how = f"{took_s:.1f} s from InfluxDB's health to the cursor at the head"
    bench.found(Measure("drain rate afterwards", wish.records / took_s, "msg/s", Reach(">=", 6_000), how))


def _drained_in(bench: Bench) -> float:
    """Seconds from InfluxDB's return to the worker's saying that it has all; that is said once a second."""
    stack = bench.private.stack
    stack.start_program("influxdb")
    back = time.monotonic()
    said = until(
        lambda: health(stack, _WORKER),
        lambda now: bool(now["cursors"]["influxdb"] == now["head"]),
        "InfluxDB's cursor is at the head",
        120,
    )
    assert said["ready"]
    return max(0.1, time.monotonic() - back)


def _all_but_influx(said: dict[str, object]) -> bool:
    cursors = said["cursors"]
    assert isinstance(cursors, dict)
    return all(at == said["head"] for name, at in cursors.items() if name != "influxdb")
