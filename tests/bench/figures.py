"""Every metric there is, over one big site and over the city: how long an officer waits for it."""

import sqlite3
import statistics
import time
from typing import Any

from tests.bench import rows
from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import group_processor_seconds
from tests.system.city import civil_today

_API = "adoption-api"
_WARM_TURNS = 3
_SITE = f"site:{rows.site_name(0)}"
_VENUE = f"site:{rows.VENUE}"


def figures(bench: Bench) -> None:
    """Ask for each metric, first and warm, and compare the integers the rows are known to give."""
    city = _written(bench)
    metrics = sorted(_get(bench, "/v1/metrics")["metrics"], key=lambda metric: str(metric["id"]))
    bench.say(f"      {len(metrics)} 项指标 / metrics: {', '.join(metric['id'] for metric in metrics)}")
    for metric in metrics:
        for scope, what, first_ms, warm_ms in (
            (_SITE, f"one site, {city.big:,} dwellings × 8 × {rows.DAYS}", 8_000, 200),
            (_VENUE, f"one venue, {rows.INSTALLATIONS} installations × {rows.DAYS}", 8_000, 200),
            ("programme", f"city, {rows.SITES} sites, {city.device_days:,} device-days", None, 150),
        ):
            _ask(bench, city, metric["id"], scope, what, first_ms, warm_ms)


def _ask(
    bench: Bench, city: rows.Plan, metric: str, scope: str, what: str, first_ms: float | None, warm_ms: float
) -> None:
    params = {"scope": scope, "from": str(city.first), "to": str(city.end)}
    pid = bench.private.stack.pid(_API)

    def timed() -> tuple[dict[str, Any], float, float]:
        before, begun = group_processor_seconds(pid), time.monotonic()
        found = _get(bench, f"/v1/figures/{metric}", **params)
        return found, (time.monotonic() - begun) * 1000, (group_processor_seconds(pid) - before) * 1e6

    figure, took_ms, used_us = timed()
    if figure["status"] == "NOT_APPLICABLE":
        return
    _check(bench, city, metric, scope, figure)
    warm = [timed()[1:] for _ in range(_WARM_TURNS)]
    warm_took_ms, warm_used_us = (statistics.median(turn[place] for turn in warm) for place in (0, 1))
    how = f"GET /v1/figures/{metric}?scope={scope}; {figure['numerator']}/{figure['denominator']}"
    reach = None if first_ms is None else Reach("<=", first_ms)
    bench.found(Measure(f"{metric} {what}: first", took_ms, "ms", reach, how, used_us))
    bench.found(Measure(f"{metric} {what}: warm", warm_took_ms, "ms", Reach("<=", warm_ms), how, warm_used_us))


def _check(bench: Bench, city: rows.Plan, metric: str, scope: str, figure: dict[str, Any]) -> None:
    """What the formulas of the rows say of two metrics, counted here: every slot is heard, every session counts."""
    slots = city.big * len(rows.SLOTS) if scope == _SITE else city.device_days // rows.DAYS
    uses = rows.INSTALLATIONS * rows.DAYS * rows.SESSIONS_A_DAY
    wanted = {"H4": (slots, slots), "V2": (uses, None)}
    got = (figure["numerator"], figure["denominator"])
    if metric in wanted and got != wanted[metric]:
        bench.wrong.append(f"{metric} {scope}: expected {wanted[metric]}, reported {got}")
    bench.checked += 1


def _written(bench: Bench) -> rows.Plan:
    """A city of its own in the files of a stack whose workers rest meanwhile."""
    stack = bench.private.stack
    for program in ("telemetry-worker", "adoption-worker", _API):
        stack.stop_program(program)
    for path in (bench.private.facts, _copy(bench)):
        _empty(path)
    city = rows.plan(bench.rows * 10, civil_today())
    began = time.monotonic()
    count = rows.write_registry(_copy(bench), city, 1)
    rows.write_facts(bench.private.facts, city)
    took_s = time.monotonic() - began
    bench.say(f"      {city.device_days:,} 设备日 / device-days, {count:,} entities written in {took_s:.0f} s")
    for program in ("adoption-worker", _API):
        stack.start_program(program)
    return city


def _copy(bench: Bench) -> Any:
    return bench.private.stack.folders.data_of("adoption-worker") / "registry.db"


def _empty(path: Any) -> None:
    """Remove what earlier parts left: figures are asked of a city of known rows."""
    with sqlite3.connect(path, timeout=30) as connection:
        for table in ("entity", "strip", "session", "fault", "void", "device"):
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                connection.execute(f"DELETE FROM {table}")
    connection.close()


def _get(bench: Bench, path: str, **params: str) -> dict[str, Any]:
    found: dict[str, Any] = bench.private.api.get(bench.private.stack.urls["adoption"] + path, **params)
    return found
