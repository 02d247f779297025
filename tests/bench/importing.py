"""How long an office waits for 40,000 devices out of a spreadsheet, and for 5,000 handovers: checked, kept, again."""

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

import openpyxl
import requests

from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import group_processor_seconds

_VENDOR, _PILOT = "importing", "importing-garden"
_DEVICES, _HANDOVERS = 40_000, 5_000
_WITHIN_S = 20
_HEADINGS = ("厂商", "设备编号", "类别", "上报间隔（秒）")
Row = Sequence[Any]


def devices_from_a_spreadsheet(bench: Bench) -> None:
    """Upload each file three times, one with nothing but faults, and undo one; what is told of it is compared."""
    bench.private.town(_VENDOR, {})
    key = _three_times(bench, "devices", "devices, XLSX", as_xlsx(devices()), _DEVICES)
    _undone(bench, key)
    _three_times(bench, "devices", "devices, CSV", as_csv(devices()), _DEVICES)
    wrong = "devices, CSV, each with two faults"
    _measured(bench, "devices", wrong, faulty(), _DEVICES, "true", {"refused": _DEVICES})
    _home(bench)
    _three_times(bench, "handover", "handovers, CSV", handovers(), _HANDOVERS, "changed")


def devices() -> list[Row]:
    """The devices, each in a row."""
    return [_HEADINGS, *((_VENDOR, f"sheet.{number:06d}", "照明", 900) for number in range(_DEVICES))]


def faulty() -> bytes:
    """As many devices, each of them wrong."""
    return as_csv([_HEADINGS, *((_VENDOR, f"no.{number:06d}", "灯", "often") for number in range(_DEVICES))])


def handovers() -> bytes:
    """The day on which each dwelling was handed over."""
    headings = ("试点项目", "住宅假名", "交付日期")
    return as_csv([headings, *((_PILOT, f"home-{number:05}", "2026-06-30") for number in range(_HANDOVERS))])


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """One sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def as_csv(rows: Sequence[Row]) -> bytes:
    """The same as text."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _three_times(bench: Bench, kind: str, what: str, content: bytes, rows: int, becomes: str = "new") -> str:
    """The id of the import that was kept."""
    _measured(bench, kind, f"{what}, checked", content, rows, "true", {"outcome": "CHECKED", becomes: rows})
    kept = _measured(bench, kind, f"{what}, kept", content, rows, "false", {"outcome": "KEPT", becomes: rows})
    _measured(bench, kind, f"{what}, kept again", content, rows, "false", {"outcome": "KEPT", "unchanged": rows})
    return str(kept["import"])


def _measured(
    bench: Bench, kind: str, what: str, content: bytes, rows: int, dry_run: str, told: dict[str, Any]
) -> dict[str, Any]:
    answer, took_s, used_s = _post(bench, f"imports/{kind}?dry_run={dry_run}", content)
    if {name: answer.get(name) for name in told} != told:
        bench.wrong.append(f"import {what}: {str(answer)[:500]}")
    bench.checked += rows
    how = f"{len(content) / 1e6:.1f} MB, one transaction; {used_s:.1f} s of processor time"
    reach = Reach("<=", _WITHIN_S)
    bench.found(Measure(f"import of {rows:,} {what}", took_s, "s", reach, how, used_s / rows * 1e6))
    return answer


def _undone(bench: Bench, key: str) -> None:
    answer, took_s, used_s = _post(bench, f"imports/{key}/undo", b'{"reason": "bench"}', "application/json")
    if answer.get("state") != "UNDONE":
        bench.wrong.append(f"undo: {str(answer)[:500]}")
    how = f"removed, each logged; {used_s:.1f} s of processor time"
    what = f"undo of {_DEVICES:,} devices"
    bench.found(Measure(what, took_s, "s", Reach("<=", _WITHIN_S), how, used_s / _DEVICES * 1e6))


def _home(bench: Bench) -> None:
    """A pilot with its dwellings."""
    api, registry = bench.private.api, f"{bench.private.stack.urls['registry']}/v1"
    kinds = {"district": "nanshan", "housing_type": "PUBLIC_RENTAL", "funding_source": "MIXED"}
    api.post(f"{registry}/pilots", [{"slug": _PILOT, "name": "示例花园", **kinds}])
    api.post(f"{registry}/phases", [{"pilot": _PILOT, "number": 1, "name": "一期"}])
    refs = [("试点项目", "期", "住宅假名"), *((_PILOT, 1, f"home-{number:05}") for number in range(_HANDOVERS))]
    _post(bench, "imports/dwellings?dry_run=false", as_csv(refs))


def _post(
    bench: Bench, path: str, content: bytes, media_type: str = "application/octet-stream"
) -> tuple[dict[str, Any], float, float]:
    """What is answered; seconds on the clock, and of the registry's processor time."""
    pid = bench.private.stack.pid("registry")
    headers = {"Authorization": f"Bearer {bench.private.api.token()}", "Content-Type": media_type, "If-Match": "*"}
    url = f"{bench.private.stack.urls['registry']}/v1/{path}"
    used_s, began = group_processor_seconds(pid), time.monotonic()
    answer = requests.post(url, data=content, headers=headers, timeout=300)
    return dict(answer.json()), time.monotonic() - began, group_processor_seconds(pid) - used_s
