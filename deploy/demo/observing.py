"""What the stores hold, read from outside: InfluxDB over InfluxQL, facts straight from their SQLite file."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

MEASUREMENTS = ("heartbeat", "reading", "usage", "session", "fault", "void")
_SHANGHAI_MINUTES = 8 * 60
PointKey = tuple[str, str, str, str]  # measurement, vendor, site, device


def influx_points(influx_url: str) -> Counter[PointKey]:
    """Distinct points by measurement, vendor, site and device."""
    parts = urlsplit(influx_url)
    counted: Counter[PointKey] = Counter()
    for measurement in MEASUREMENTS:
        answer = requests.get(
            f"http://{parts.hostname}:{parts.port}/query",
            params={
                "db": parts.path.strip("/"),
                "q": f"SELECT count(seq) FROM {measurement} GROUP BY vendor, site, device",  # noqa: S608 – our constants
            },
            auth=(parts.username or "", parts.password or ""),
            timeout=60,
        )
        answer.raise_for_status()
        for tags, count in _series(answer.json()):
            counted[(measurement, tags["vendor"], tags["site"], tags["device"])] = count
    return counted


def _series(answer: dict[str, Any]) -> Iterator[tuple[dict[str, str], int]]:
    for result in answer["results"]:
        for series in result.get("series", []):
            yield series["tags"], series["values"][0][1]


def seen_minutes(facts: Path) -> set[tuple[str, str, int]]:
    """Every (vendor, device, epoch minute) that the facts call *seen*."""
    seen = set()
    with sqlite3.connect(f"file:{facts}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT d.vendor, d.device, s.day, s.seen FROM strip s JOIN device d ON d.id = s.device"
            " WHERE s.seen IS NOT NULL"
        )
        for vendor, device, day, strip in rows:
            bits = int.from_bytes(strip, "little")
            while bits:
                low = bits & -bits
                seen.add((vendor, device, day * 1440 + low.bit_length() - 1 - _SHANGHAI_MINUTES))
                bits ^= low
    return seen


def session_seconds(facts: Path) -> Counter[tuple[str, str]]:
    """Raw session seconds by vendor and device, as the facts hold them."""
    with sqlite3.connect(f"file:{facts}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT d.vendor, d.device, sum(s.duration_s) FROM session s JOIN device d ON d.id = s.device"
            " GROUP BY d.vendor, d.device"
        )
        return Counter({(vendor, device): seconds for vendor, device, seconds in rows})
