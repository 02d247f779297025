"""What the numbers were measured on, and the yardstick they are compared with: machines differ, and are noisy."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

_LIBRARIES = ("msgspec", "paho-mqtt", "influxdb-client", "pika")
_SERVERS = ("mosquitto", "rabbitmq-server", "influxdb")
_ROUNDS, _TURNS = 5, 20_000
_RECORD = {
    "device": "home.00017",
    "kind": "reading",
    "ts": 1_764_000_000_000,
    "seq": 42,
    "values": {f"channel_{place}_w": place * 12.5 for place in range(8)},
}
YARDSTICK = json.dumps(_RECORD | {"note": "x" * (300 - len(json.dumps(_RECORD | {"note": ""})))})


def description() -> Iterator[str]:
    """Machine, versions and date, line by line."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    yield f"{now:%Y-%m-%d %H:%M} Asia/Shanghai; load average {os.getloadavg()[0]:.2f}"
    yield f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}"
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    yield f"Python {platform.python_version()}, {libraries}; {', '.join(_server_versions())}"


def yardstick_us() -> float:
    """Processor µs of ``json.loads`` of a record of 300 bytes; the best of a few rounds."""
    return min(_round() for _ in range(_ROUNDS))


def _round() -> float:
    begun = time.process_time()
    for _ in range(_TURNS):
        json.loads(YARDSTICK)
    return (time.process_time() - begun) / _TURNS * 1e6


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _server_versions() -> list[str]:
    asked = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *_SERVERS]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
