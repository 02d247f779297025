"""``python -m tests.faults``: what ``make faults`` runs.

Exits 1 where a record is missing or double, a ledger does not add up, or a fault could not be done.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Sequence

from deploy.local.failures import StackFailed
from tests.faults import scenario, table
from tests.faults.scenario import Size, Verdict
from tests.faults.schedule import SCENARIOS, Scenario, chosen, schedule
from tests.under_load.private import private_stack


def main() -> int:
    """Play the scenarios; the exit status."""
    arguments = argparse.ArgumentParser(prog="make faults", description=__doc__)
    arguments.add_argument("--seed", type=int, default=os.environ.get("SEED") or random.SystemRandom().randrange(2**31))
    arguments.add_argument("--records", type=int, default=os.environ.get("RECORDS") or 100_000, help="per scenario")
    arguments.add_argument(
        "--seconds", type=float, default=os.environ.get("LASTS") or 25, help="over which a scenario's load is spread"
    )
    arguments.add_argument("--only", default=os.environ.get("ONLY", ""), help=", ".join(s.name for s in SCENARIOS))
    told = arguments.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # so that an interrupted run stops what it started
        signal.signal(number, signal.default_int_handler)
    try:
        wanted = chosen(told.only)
        for each, form in wanted:
            schedule(told.seed, each, form, told.seconds)
    except ValueError as error:
        arguments.error(str(error))
    repeat = f"make faults SEED={told.seed} RECORDS={told.records} LASTS={told.seconds:g}"
    repeat += f" ONLY={told.only}" if told.only else ""
    say(f"故障演练 / faults under load: {len(wanted)} 项 / scenarios; 重演 / to repeat: {repeat}")
    began = time.monotonic()
    try:
        verdicts = play(wanted, told.seed, Size(told.records, told.seconds))
    except StackFailed as failure:
        say(str(failure))
        return 1
    return conclude(verdicts, repeat, time.monotonic() - began)


def play(wanted: Sequence[tuple[Scenario, str]], seed: int, size: Size) -> list[Verdict]:
    """All scenarios on one stack, each with a vendor of its own."""
    verdicts = []
    with private_stack(lambda line: say(f"      {line}")) as private:
        for number, (each, form) in enumerate(wanted, 1):
            say(f"[{number}/{len(wanted)}] {each.name} {form}")
            verdicts.append(scenario.run(private, each, form, seed, size))
            say(f"      {table.row(verdicts[-1])}")
    return verdicts


def conclude(verdicts: Sequence[Verdict], repeat: str, took_s: float) -> int:
    """Print the table and the verdict; the exit status."""
    say("")
    for line in table.lines(verdicts):
        say(line)
    wrong = [verdict for verdict in verdicts if verdict.faults_found]
    records = sum(verdict.wish.records for verdict in verdicts)
    done = sum(len(verdict.done) for verdict in verdicts)
    if wrong:
        say(f"\n失败 / failed: {len(wrong)} of {len(verdicts)}; 重演 / to repeat: {repeat}")
        return 1
    say(f"\n通过 / passed: {records} records, {done} faults, 0 missing, 0 double. {took_s:.0f} s; {repeat}")
    return 0


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
