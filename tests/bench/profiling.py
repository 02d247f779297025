"""Where the worker's time goes: its stages per record, and its fifteen dearest functions, on the same messages."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from deploy.local.folders import ROOT
from deploy.local.programs import services
from deploy.local.supervisord import environment
from tests.bench.bench import Bench
from tests.under_load.draining import until_alive
from tests.under_load.load import Wish

_WORKER = "telemetry-worker"
_TOP = 15
_SHARE_SHOWN = 0.005
_STOPS_WITHIN_S = 40
# Under cProfile a message of one record takes some 2 ms.
_SHARE_OF_ROWS = {
    ("clocks", "single"): 0.2,
    ("clocks", "pack"): 2,
    ("profile", "single"): 0.04,
    ("profile", "pack"): 0.5,
}
FORMS = {"single": 1, "pack": 100}


def hot_path(bench: Bench) -> None:
    """Run the worker with clocks in it, then under a profile, in both forms."""
    bench.private.stack.stop_program(_WORKER)
    try:
        stages = {form: _run(bench, form, "clocks") for form in FORMS}
        bench.tables += stage_lines(stages)
        for form in FORMS:
            bench.tables += function_lines(form, *_run(bench, form, "profile"))
    finally:
        bench.private.stack.start_program(_WORKER)
        until_alive(bench.private.stack, _WORKER)


def _run(bench: Bench, form: str, mode: str) -> tuple[Any, int]:
    """What the worker's clocks or profiles say after a load, and of how many records."""
    pack = FORMS[form]
    records = int(bench.rows * _SHARE_OF_ROWS[mode, form])
    wish = Wish(records, pack, venue_part=0, per_device=100 if pack == 1 else 250)
    out = bench.private.folder / f"{mode}-{form}.json"
    stack = bench.private.stack
    program = next(each for each in services(stack.folders, stack.addresses) if each.name == _WORKER)
    command = [sys.executable, "-m", "tests.bench.timed_worker", str(out), mode]
    with stack.log("timed-worker").open("ab") as log:
        worker = subprocess.Popen(
            command, cwd=ROOT, env={**environment(stack.folders), **program.environment}, stdout=log, stderr=log
        )
    try:
        until_alive(stack, _WORKER)
        loaded = bench.prepare(f"{mode}-{form}", wish)
        bench.send(loaded)
        bench.check(loaded)
        worker.send_signal(signal.SIGTERM)
        worker.wait(_STOPS_WITHIN_S)
    finally:
        worker.kill()
        worker.wait()
    return json.loads(out.read_text())["said"], records


def stage_lines(stages: dict[str, tuple[dict[str, float], int]]) -> Iterator[str]:
    """µs per record by stage, the forms side by side; what is small is added up."""
    yield ""
    yield "工作进程各阶段 / the worker's stages, processor µs per record (clocks in the real process)"
    yield f"  {'':<34}" + "".join(f"{form:>10}" for form in stages)
    per = {form: {name: s * 1e6 / records for name, s in said.items()} for form, (said, records) in stages.items()}
    totals = {form: sum(by_name.values()) for form, by_name in per.items()}
    names = dict.fromkeys(name for by_name in per.values() for name in by_name)
    shown = [n for n in names if any(per[form].get(n, 0) > totals[form] * _SHARE_SHOWN for form in per)]
    for name in sorted(shown, key=lambda name: -max(per[form].get(name, 0) / totals[form] for form in per)):
        yield f"  {name:<34}" + "".join(f"{per[form].get(name, 0):>10.2f}" for form in per)
    rest = {form: totals[form] - sum(per[form].get(name, 0) for name in shown) for form in per}
    yield f"  {'the rest':<34}" + "".join(f"{rest[form]:>10.2f}" for form in per)
    yield f"  {'all':<34}" + "".join(f"{totals[form]:>10.2f}" for form in per)


def function_lines(form: str, functions: list[tuple[str, int, float]], records: int) -> Iterator[str]:
    """The dearest functions by their own time."""
    whole = sum(own for _, _, own in functions)
    yield ""
    yield f"最费时的 {_TOP} 个函数 / the {_TOP} dearest functions, {form} (cProfile, its own cost included)"
    yield f"  {'µs/record':>9} {'share':>6} {'calls/record':>13}  function"
    for where, calls, own in sorted(functions, key=lambda row: -row[2])[:_TOP]:
        yield f"  {own * 1e6 / records:>9.2f} {own / whole:>6.1%} {calls / records:>13.3f}  {where}"
