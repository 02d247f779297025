"""What a record costs the worker, both drains included; and how long a message waits for its receipt."""

from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import processor_seconds
from tests.under_load.load import Wish

_WORKER = "telemetry-worker"
_RATE = 2_000


def cost(bench: Bench) -> None:
    """Processor time of the real worker per record: messages of one record, and packs of a hundred."""
    single = Wish(bench.rows * 6 // 10, 1, venue_part=0)
    pack = Wish(bench.rows * 3, 100, venue_part=0, per_device=250)
    forms = (
        ("single", "worker CPU per record, messages of one record", single, Reach("<=", 90)),
        ("single-none", "  the same, feeds that ask for no receipt", single._replace(receipts=False), Reach("<=", 90)),
        ("pack", "worker CPU per record, packs of 100", pack, Reach("<=", 8)),
        ("pack-venue", "  the same, one record in 20 a session", pack._replace(venue_part=10), Reach("<=", 8)),
    )
    for name, what, wish, reach in forms:
        loaded = bench.prepare(f"cost-{name}", wish)
        pid = bench.private.stack.pid(_WORKER)
        before = processor_seconds(pid)
        totals = bench.send(loaded)
        used_us = (processor_seconds(pid) - before) * 1e6 / wish.records
        bench.check(loaded)
        how = f"{wish.records:,} records, {totals['messages_per_s']:,.0f} messages/s; /proc/<pid>/stat"
        bench.found(Measure(what, used_us, "µs", reach, how, used_us))


def latency(bench: Bench) -> None:
    """From publishing to the receipt, at two thousand messages a second."""
    wish = Wish(max(1, bench.rows * 3 // 10), 1, rate=_RATE)
    loaded = bench.prepare("latency", wish)
    totals = bench.send(loaded)
    bench.check(loaded)
    waited = totals["receipt_ms"]
    how = f"{wish.records:,} messages at {totals['messages_per_s']:,.0f}/s; max {waited['max']} ms"
    bench.found(Measure("publish to receipt at 2,000 messages/s, p50", waited["p50"], "ms", None, how))
    bench.found(Measure("publish to receipt at 2,000 messages/s, p99", waited["p99"], "ms", Reach("<=", 100), how))
