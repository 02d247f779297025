"""``python -m tests.bench``: what ``make bench`` runs. Exits 1 where a record it sent is missing or double.

A number that is not reached changes no exit status: machines differ. It is marked, and compared with a yardstick.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable

from deploy.local.failures import StackFailed
from tests.bench import figures, folding, importing, ingesting, machine, outage, profiling
from tests.bench.bench import Bench
from tests.bench.measures import lines
from tests.under_load.draining import NotDrained
from tests.under_load.load import LoadFailed
from tests.under_load.private import private_stack

PARTS: dict[str, Callable[[Bench], None]] = {
    "cost": ingesting.cost,
    "latency": ingesting.latency,
    "outage": outage.memory_and_drain,
    "fold": folding.every_event_another_device_day,
    "profile": profiling.hot_path,
    "import": importing.devices_from_a_spreadsheet,
    "figures": figures.figures,  # the last: it empties the facts
}


def main() -> int:
    """Measure; the exit status."""
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument("--rows", type=int, default=os.environ.get("ROWS") or 100_000, help="the size of everything")
    arguments.add_argument("--only", default=os.environ.get("ONLY", ""), help=", ".join(PARTS))
    told = arguments.parse_args()
    wanted = [word for word in told.only.split(",") if word] or list(PARTS)
    if unknown := set(wanted) - PARTS.keys():
        arguments.error(f"没有 / there is no {', '.join(sorted(unknown))}; 有 / there are: {', '.join(PARTS)}")
    for number in (signal.SIGINT, signal.SIGTERM):  # so that an interrupted run stops what it started
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    yardstick_us = machine.yardstick_us()
    for line in machine.description():
        say(line)
    say(f"标尺 / yardstick: json.loads of a record of 300 bytes, {yardstick_us:.2f} µs; ROWS={told.rows}")
    try:
        return conclude(run(wanted, told.rows), yardstick_us, began)
    except (StackFailed, NotDrained, LoadFailed) as failure:
        say(f"失败 / failed: {failure}")
        return 1


def run(wanted: list[str], rows: int) -> Bench:
    """The parts asked for, on one stack."""
    with private_stack(lambda _: None) as private:
        bench = Bench(private, rows, say)
        for number, (name, part) in enumerate([(n, p) for n, p in PARTS.items() if n in wanted], 1):
            say(f"[{number}/{len(wanted)}] {name}")
            begun = time.monotonic()
            part(bench)
            say(f"      {time.monotonic() - begun:.0f} s")
    return bench


def conclude(bench: Bench, yardstick_us: float, began: float) -> int:
    """Print the tables and the verdict; the exit status."""
    for line in bench.tables:
        say(line)
    say("")
    for line in lines(bench.measures, yardstick_us):
        say(line)
    missed = [measure.what for measure in bench.measures if measure.reached is False]
    say(f"负载 / load average at the end: {os.getloadavg()[0]:.2f} (others' work lengthens ms, hardly CPU)")
    say(f"\n未达到 / not reached: {len(missed)}; 核对 / checked: {bench.checked:,}; {time.monotonic() - began:.0f} s")
    for fault in bench.wrong[:20]:
        say(f"不符 / wrong: {fault}")
    return 1 if bench.wrong else 0


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
