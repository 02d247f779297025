"""How long an office waits for 40,000 devices out of a spreadsheet: checked, kept, and uploaded once more."""

import io
import time
from typing import Any

import openpyxl
import requests

from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import group_processor_seconds

_VENDOR = "importing"
_DEVICES = 40_000
_WITHIN_S = 20
_HEADINGS = ("厂商", "设备编号", "类别", "上报间隔（秒）")


def devices_from_a_spreadsheet(bench: Bench) -> None:
    """Upload one XLSX three times; what is told of it is compared."""
    bench.private.town(_VENDOR, {})
    content = spreadsheet()
    expected: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("checked", "true", {"outcome": "CHECKED", "new": _DEVICES}),
        ("kept", "false", {"outcome": "KEPT", "new": _DEVICES}),
        ("kept again", "false", {"outcome": "KEPT", "unchanged": _DEVICES}),
    )
    for what, query, told in expected:
        answer, took_s, used_s = _upload(bench, content, query)
        if {name: answer.get(name) for name in told} != told:
            bench.wrong.append(f"import {what}: {answer}")
        bench.checked += _DEVICES
        how = f"XLSX of {len(content) / 1e6:.1f} MB, one transaction; {used_s:.1f} s of processor time"
        name = f"import of {_DEVICES:,} devices, {what}"
        bench.found(Measure(name, took_s, "s", Reach("<=", _WITHIN_S), how, used_s / _DEVICES * 1e6))


def spreadsheet() -> bytes:
    """The devices, each in a row."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_HEADINGS)
    for number in range(_DEVICES):
        sheet.append((_VENDOR, f"sheet.{number:06d}", "照明", 900))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _upload(bench: Bench, content: bytes, dry_run: str) -> tuple[dict[str, Any], float, float]:
    """What is answered; seconds on the clock, and of the registry's processor time."""
    pid = bench.private.stack.pid("registry")
    headers = {
        "Authorization": f"Bearer {bench.private.api.token()}",
        "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    url = f"{bench.private.stack.urls['registry']}/v1/imports/devices"
    used_s, began = group_processor_seconds(pid), time.monotonic()
    answer = requests.post(url, params={"dry_run": dry_run}, data=content, headers=headers, timeout=300)
    return dict(answer.json()), time.monotonic() - began, group_processor_seconds(pid) - used_s
